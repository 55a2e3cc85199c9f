"""Data in the reference: what stands under an assignment describes it, whichever module that is in."""

import ast
import inspect
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def description_of(module: str, name: str) -> str:
    """What stands under the assignment of ``name`` in the ``module``, or where that has it from; empty for nothing.

    Python itself keeps no such text: ``__doc__`` of a tuple is that of all tuples.
    """
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    for statement, after in pairwise([*tree.body, ast.Pass()]):
        if name in _assigned(statement):
            text = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
            return inspect.cleandoc(text) if isinstance(text, str) else ""
    for node in ast.walk(tree):  # an import that is lazy stands under ``if TYPE_CHECKING``
        if isinstance(node, ast.ImportFrom) and node.module and name in {alias.name for alias in node.names}:
            return description_of(node.module, name)
    return ""


def _assigned(statement: ast.stmt) -> set[str]:
    """The names that a ``statement`` assigns to."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def describe(_app: "Sphinx", what: str, name: str, _value: Any, _options: Any, lines: list[str]) -> None:
    """Put the description of data in place of that of its type."""
    if what == "data":
        lines[:] = description_of(*name.rsplit(".", 1)).splitlines()


def setup(app: "Sphinx") -> dict[str, bool]:
    """Sphinx' way in."""
    app.connect("autodoc-process-docstring", describe)
    return {"parallel_read_safe": True}
