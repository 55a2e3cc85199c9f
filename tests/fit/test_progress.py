"""The progress display where there is no terminal: lines on stderr, now and then."""

import dataclasses
import math
from types import SimpleNamespace

import pytest

from alpfit.errors import ConfigurationError
from alpfit.fit.progress import SECONDS_BETWEEN_LINES, ProgressDisplay, shown_progress
from alpfit.inference.progress import ProgressReport

REPORT = ProgressReport(n_calls=1200, values={"ln Z": 7.345, "remaining Δ ln Z": 2.5}, fraction_left=2.0)


class Clock:
    """Time that passes when told to."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("alpfit.fit.progress.time", SimpleNamespace(monotonic=clock.monotonic))
    return clock


@pytest.fixture
def display(clock):
    with ProgressDisplay() as display:
        yield display


def test_a_short_run_prints_nothing(display, clock, capsys):
    for _ in range(100):
        clock.now += 0.9 * SECONDS_BETWEEN_LINES / 100
        display.update(REPORT)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_a_long_run_prints_a_line_now_and_then_to_stderr(display, clock, capsys):
    for _ in range(100):
        clock.now += SECONDS_BETWEEN_LINES / 10
        display.update(REPORT)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 9  # eleven tenths of the interval from line to line


def test_a_line_says_how_far_it_is_and_how_long_it_takes(display, clock, capsys):
    display.update(dataclasses.replace(REPORT, n_calls=200))  # calls of the part before an interruption do not count
    clock.now += 50.0
    display.update(REPORT)
    line = capsys.readouterr().err
    assert line == "1200 calls, ln Z = 7.34, remaining Δ ln Z = 2.50, 20 calls/s, about 1 min 40 s left\n"


def test_a_note_is_printed_at_once(display, capsys):
    display.note("checkpoint run/unfinished/checkpoint-000002.bin is damaged: the one before is used")
    expected = "alpfit: checkpoint run/unfinished/checkpoint-000002.bin is damaged: the one before is used\n"
    assert capsys.readouterr().err == expected


@pytest.mark.parametrize(
    ("fraction", "expected"), [(0.0, "about 0 s left"), (0.5, "about 30 s left"), (math.inf, "unknown time left")]
)
def test_the_time_left_is_what_has_passed_times_the_fraction(display, clock, capsys, fraction, expected):
    clock.now += 60.0
    display.update(ProgressReport(n_calls=1, values={}, fraction_left=fraction))
    assert capsys.readouterr().err.endswith(f"{expected}\n")


def test_numbers_far_off_are_shown_by_their_order_of_magnitude(display, clock, capsys):
    clock.now += 1.01 * SECONDS_BETWEEN_LINES
    display.update(ProgressReport(501, {"ln Z": -287678411612.46, "remaining Δ ln Z": 1e300}, math.inf))
    text = capsys.readouterr().err
    assert "ln Z = -3e+11, remaining Δ ln Z = 1e+300" in text


@pytest.mark.parametrize("progress", [False, True, print, "bar"])
def test_what_cannot_be_told_anything_is_refused_in_a_sentence(progress):
    with pytest.raises(ConfigurationError, match=r"^progress = .* must have the methods update\(report\) and note"):
        shown_progress(progress).__enter__()
