"""Libraries that want something of the machine when they are imported."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any


def nautilus_sampler() -> Any:
    """The class ``nautilus.Sampler``, without the 60 MB of pandas and pyarrow.

    scikit-learn, of which nautilus has its networks, imports pandas wherever it is installed, and uses nothing of it
    (its pull request 34265 takes that out). What it does with tables imports pandas by itself, and still works.
    """
    with _not_found("pandas"):
        return import_module("nautilus").Sampler


@contextmanager
def _not_found(name: str) -> Iterator[None]:
    """Inside the block ``import name`` is an :class:`ImportError`, unless it is loaded already.

    That is what None in its place means to Python (Language Reference, 5.3.1, "The module cache"), in all threads.
    """
    if name in sys.modules:
        yield
        return
    modules: dict[str, Any] = sys.modules
    modules[name] = None
    try:
        yield
    finally:
        del modules[name]


@cache
def corner_alone() -> Any:
    """The module ``corner.core``, without the rest of its package, which brings arviz and 60 MB for what is not used.

    It is loaded from its file and not kept where others look for it, so that ``import corner`` gives all of it. Raises
    :class:`ImportError` where there is none.
    """
    if "corner" in sys.modules:
        return import_module("corner.core")
    package = find_spec("corner")
    if package is None or package.origin is None:
        raise ImportError("corner is not installed: pip install corner")
    specification = spec_from_file_location("corner.core", Path(package.origin).with_name("core.py"))
    if specification is None or specification.loader is None:
        raise ImportError(f"{package.origin} has no core.py beside it: pip install 'corner<3'")
    module = module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
