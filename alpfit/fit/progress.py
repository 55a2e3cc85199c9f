"""The progress display of a run: on stderr, or in a notebook."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from types import TracebackType
from typing import Self, TypeVar

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from alpfit.errors import ConfigurationError, in_one_line, shown
from alpfit.inference.progress import NoProgress, Progress, ProgressReport

T = TypeVar("T")

SECONDS_BETWEEN_LINES = 30.0
"""How often a line is printed where there is no terminal to redraw."""


class ProgressDisplay:
    """Shows calls, what the sampler says of itself, calls per second and the estimated time left.

    ``spelled`` turns notes into the words of whoever reads them.
    """

    def __init__(self, spelled: Callable[[str], str] = in_one_line) -> None:
        self._console, self._spelled = Console(stderr=True), spelled
        self._bar = Bar(
            SpinnerColumn(),
            BarColumn(bar_width=20),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._is_live,
            transient=True,
        )
        self._task = self._bar.add_task("compiling, drawing the first points", total=None)
        self._start = self._last_line = time.monotonic()
        self._calls_before: int | None = None

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def update(self, report: ProgressReport) -> None:
        """Redraw; without a terminal, print a line every half minute."""
        now = time.monotonic()
        elapsed = now - self._start
        self._calls_before = report.n_calls if self._calls_before is None else self._calls_before
        rate = (report.n_calls - self._calls_before) / max(elapsed, 1e-9)
        text = (
            f"{described(report.n_calls, report.values)}, "
            f"{rate:.0f} calls/s, {_duration(elapsed * report.fraction_left)} left"
        )
        with suppress(OSError):  # where nothing can be printed the run itself goes on
            self._show(text, report, now)

    @property
    def _is_live(self) -> bool:
        """Whether there is something to redraw: a terminal, or a notebook with the widgets that rich needs."""
        return self._console.is_terminal or (self._console.is_jupyter and find_spec("ipywidgets") is not None)

    def _show(self, text: str, report: ProgressReport, now: float) -> None:
        if self._is_live:
            done = 1.0 / (1.0 + report.fraction_left)
            self._bar.update(self._task, description=text, total=1.0, completed=done)
        elif now - self._last_line > SECONDS_BETWEEN_LINES:
            self._last_line = now
            self._print(text)

    def before(self, show: Callable[[T], None]) -> Callable[[T], None]:
        """``show`` with the bar taken away first."""

        def shown(what: T) -> None:
            self._bar.stop()
            show(what)

        return shown

    def note(self, sentence: str) -> None:
        """Print ``sentence`` above the bar."""
        with suppress(OSError):
            self._print(f"alpfit: {self._spelled(sentence)}")

    def _print(self, line: str) -> None:
        self._console.print(in_one_line(line), soft_wrap=True, highlight=False, markup=False, emoji=False)


def described(n_calls: int, values: Mapping[str, float]) -> str:
    """Where a run stands."""
    return ", ".join([f"{n_calls} calls", *(f"{name} = {_number(value)}" for name, value in values.items())])


def _number(value: float) -> str:
    """Two decimals, or the order of magnitude while the first points are still far from any measurement."""
    return f"{value:.2f}" if abs(value) < 1e5 else f"{value:.0e}"


def _duration(seconds: float) -> str:
    if not math.isfinite(seconds):
        return "unknown time"
    minutes, rest = divmod(round(seconds), 60)
    return f"about {minutes} min {rest:02d} s" if minutes else f"about {rest} s"


@contextmanager
def shown_progress(progress: Progress | None) -> Iterator[Progress]:
    """``progress`` itself or, without one, a display in a notebook and nothing elsewhere.

    Raises :class:`ConfigurationError` for what cannot be told anything.
    """
    if progress is not None:
        if not all(callable(getattr(progress, name, None)) for name in ("update", "note")):
            raise ConfigurationError(
                f"progress = {shown(progress)} must have the methods update(report) and note(sentence): give None "
                "for a display in a notebook, and nothing elsewhere"
            )
        yield progress
    elif Console().is_jupyter:
        with ProgressDisplay() as display:
            yield display
    else:
        yield NoProgress()
