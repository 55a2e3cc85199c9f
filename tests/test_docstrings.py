"""Each verb has an example in its docstring, which runs, and the package's own docstring is a table of contents."""

import doctest
import pydoc
import shutil
from pathlib import Path

import pytest

import alpfit

ROOT = Path(__file__).resolve().parents[1]
VERBS = (
    *(
        "run",
        "evaluate",
        "explain",
        "fit_quality",
        "forecast",
        "profile",
        "reweight",
        "compare",
        "report",
        "plot",
        "export",
        "cite",
        "read_run",
    ),
)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A folder with the examples and the reference run, in which examples may write."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("*.png", "*.pdf"))
    shutil.copytree(ROOT / "chains" / "reference", tmp_path / "chains" / "reference")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("verb", VERBS)
def test_the_example_of_each_verb_runs_as_it_stands(checkout, verb, request):
    if verb != "plot":
        request.getfixturevalue("light_figures")
    function = getattr(alpfit, verb)
    (test,) = doctest.DocTestFinder(recurse=False).find(function, verb, globs={})
    assert any(f"alpfit.{verb}(" in example.source for example in test.examples), "there is no example"
    assert "SKIP" not in function.__doc__
    assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test).failed == 0


def test_the_packages_own_example_runs():
    found = doctest.testmod(alpfit)
    assert found.attempted > 0
    assert found.failed == 0


def test_help_is_a_table_of_contents():
    text = pydoc.plain(pydoc.render_doc(alpfit))
    contents = text.partition("PACKAGE CONTENTS")[0]
    for name in set(alpfit.__all__) - {"__version__"}:
        assert name in contents, name


def test_every_name_can_be_had_and_has_a_docstring():
    for name in set(alpfit.__all__) - {"__version__"}:
        assert getattr(alpfit, name).__doc__, name
    assert dir(alpfit) == alpfit.__all__
