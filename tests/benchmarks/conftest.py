"""The table at the end of `make bench`: what was measured, beside what it should be."""

from collections.abc import Callable
from typing import NamedTuple

import pytest


class Figure(NamedTuple):
    """One line of the table."""

    what: str
    target: str
    measured: str


FIGURES: pytest.StashKey[list[Figure]] = pytest.StashKey()


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[[str, str, str], None]:
    """``report(what, target, measured)`` adds a line to the table; nothing is asserted about times."""
    figures = request.config.stash.setdefault(FIGURES, [])

    def add(what: str, target: str, measured: str) -> None:
        figures.append(Figure(what, target, measured))

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    figures = config.stash.get(FIGURES, [])
    if not figures:
        return
    table = [Figure("", "target", "measured"), *figures]
    widths = [max(len(column) for column in columns) for columns in zip(*table, strict=True)]
    terminalreporter.section("compiled and warm, one core unless said otherwise")
    for line in table:
        what, target, measured = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        terminalreporter.write_line(f"{what}   {target}   {measured}".rstrip())
