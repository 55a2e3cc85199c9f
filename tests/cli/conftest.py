"""The program in this process: what it prints, and the exit code."""

import re
from dataclasses import dataclass

import pytest
from inputs import write_small

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
"""What some environments ask for although nobody looks."""


@dataclass(frozen=True)
class Outcome:
    """What a call of the program left behind."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session", autouse=True)
def _no_terminal():
    """Some environments have the program believe in a terminal where there is none."""
    with pytest.MonkeyPatch.context() as environment:
        for variable in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
            environment.delenv(variable, raising=False)
        yield


@pytest.fixture
def alpfit(monkeypatch, capsys):
    """Calls the program with arguments."""
    from alpfit.cli.main import main

    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["alpfit", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Outcome(int(ended.value.code), *(COLOURS.sub("", text) for text in captured))

    return call


@pytest.fixture(scope="session")
def file(tmp_path_factory):
    """A small fit of two couplings, which nobody may change."""
    return write_small(tmp_path_factory.mktemp("input") / "small.toml")
