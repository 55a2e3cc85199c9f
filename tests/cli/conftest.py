"""The program in this process: what it prints, and the exit code."""

import re
from dataclasses import dataclass

import pytest

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
"""What some environments ask for although nobody looks."""

FILE = """\
scenario = "invisible"
likelihoods = ["belle2_bknunu_2023", "planck_relic_2018"]

[relic]
engine = "nbe"

[parameters]
m_a = 1.0
r = 0.48
g_agg = { prior = "log-uniform", min = 2e-5, max = 2e-4 }
g_achi = { prior = "log-uniform", min = 1e-5, max = 1e-2 }

[sampler]
name = "dynesty"
n_live = 25
dlogz = 3.0
sample = "rwalk"
walks = 5
"""


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
    path = tmp_path_factory.mktemp("input") / "small.toml"
    path.write_text(FILE)
    return path
