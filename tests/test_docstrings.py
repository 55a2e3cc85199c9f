"""Each public name has an example in its docstring, which runs, and stands once in the manual's reference."""

import doctest
import inspect
import pydoc
import re
import shutil
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from data_docstrings import description_of

import alpfit

ROOT = Path(__file__).resolve().parents[1]
MODULES = ("alpfit.relic", "alpfit.likelihoods", "alpfit.scenarios", "alpfit.chains.exports", "alpfit")
"""Whose ``__all__`` are the public names; one that several of them have is that of the first."""

PARSER = doctest.DocTestParser()


def public_names() -> dict[str, Any]:
    """What is public, by its whole name, and each once; the modules, too."""
    found = {module: import_module(module) for module in MODULES}
    for module in MODULES:
        for name in import_module(module).__all__:
            value = getattr(import_module(module), name)
            if not any(value is known for known in found.values()):
                found[f"{module}.{name}"] = value
    return found


def function_in(member: Any) -> Any:
    """What a method or a property calls; anything else as it is."""
    if isinstance(member, classmethod | staticmethod):
        return member.__func__
    if isinstance(member, cached_property):
        return member.func
    return member.fget if isinstance(member, property) else member


def members_of(value: Any) -> Iterator[tuple[str, Any]]:
    """Public methods and properties of a class, as functions."""
    members = vars(value) if isinstance(value, type) else {}
    for name, function in ((name, function_in(member)) for name, member in members.items()):
        if inspect.isfunction(function) and not name.startswith("_"):
            yield name, function


def docstring_of(name: str, value: Any) -> str:
    """What is said of a public name: of data under the assignment, of all else where Python has it."""
    if isinstance(value, type | ModuleType) or inspect.isfunction(value):
        return inspect.getdoc(value) or ""
    return description_of(*name.rsplit(".", 1))


PUBLIC = public_names()
DOCSTRINGS = {
    **{name: docstring_of(name, value) for name, value in PUBLIC.items()},
    **{f"{name}.{key}": member.__doc__ or "" for name, value in PUBLIC.items() for key, member in members_of(value)},
}
EXAMPLES = [name for name, text in DOCSTRINGS.items() if PARSER.get_examples(text)]


def code_of(name: str) -> str:
    """All that the example of ``name`` types."""
    return "".join(example.source for example in PARSER.get_examples(DOCSTRINGS[name]))


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder with the examples and the reference run, in which examples may write."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("*.png", "*.pdf", "*.csv"))
    shutil.copytree(ROOT / "chains" / "reference", tmp_path / "chains" / "reference")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_runs_as_it_stands(checkout, name, request):
    if name != "alpfit.plot":
        request.getfixturevalue("light_figures")
    assert "SKIP" not in DOCSTRINGS[name]
    test = PARSER.get_doctest(DOCSTRINGS[name], {}, name, None, None)
    assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test).failed == 0


@pytest.mark.parametrize("name", PUBLIC)
def test_each_public_name_has_an_example_that_uses_it(name):
    value, own = PUBLIC[name], name.rpartition(".")[2]
    used = rf"\b{own}\(" if inspect.isfunction(value) else rf"\b{own}\b"
    if isinstance(value, type):
        used = ""  # many are what a function returns
    assert name in EXAMPLES, "there is no example"
    assert re.search(used, code_of(name))


@pytest.mark.parametrize("name", [f"{name}.{key}" for name, value in PUBLIC.items() for key, _ in members_of(value)])
def test_each_method_and_property_is_in_an_example_of_its_own_or_of_its_class(name):
    of_class, _, own = name.rpartition(".")
    assert DOCSTRINGS[name], "there is no docstring"
    assert re.search(rf"\.{own}\b", code_of(of_class) + code_of(name))


def test_the_reference_has_each_public_name_once():
    page = (ROOT / "docs" / "reference" / "python.md").read_text()
    documented = re.findall(r"^\.\. auto(?:module|function|class|exception|data):: (\S+)$", page, re.MULTILINE)
    assert sorted(documented) == sorted(PUBLIC)


def test_help_is_a_table_of_contents():
    text = pydoc.plain(pydoc.render_doc(alpfit))
    contents = text.partition("PACKAGE CONTENTS")[0]
    for name in set(alpfit.__all__) - {"__version__"}:
        assert name in contents, name


def test_every_name_can_be_had():
    for module in map(import_module, MODULES):
        assert all(hasattr(module, name) for name in module.__all__)
    assert dir(alpfit) == alpfit.__all__
