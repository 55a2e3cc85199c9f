"""What stands in a report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alpfit.inference.fit_quality import FitQuality
from alpfit.inference.trust import Statement
from alpfit.likelihoods import Step
from alpfit.likelihoods.source import Reference
from alpfit.reports.explorer import Explorer


@dataclass(frozen=True)
class Interval:
    """Posterior of a quantity: ``numbers`` by the keys of the summary, and its value at the best fit."""

    name: str
    label: str
    unit: str
    description: str
    numbers: Mapping[str, float]
    best: float


@dataclass(frozen=True)
class Row:
    """A measurement at the best fit, with what it sees of the model there; NaN where there is no bound or pull.

    ``doubt`` is what is to be told of its numbers, mostly empty.
    """

    name: str
    title: str
    experiment: str
    doubt: str
    log_l: float
    prediction: float
    bound: float
    pull: float


@dataclass(frozen=True)
class Figure:
    """A figure's name, its caption, and a PNG file."""

    name: str
    caption: str
    png: bytes


@dataclass(frozen=True)
class Forecast:
    """What more data would say, as text, and a PNG file of the limits; empty where there is none."""

    text: str
    png: bytes


@dataclass(frozen=True)
class Contents:
    """Everything in a report: ``summary`` and ``manifest`` as in the run folder, ``configuration`` its TOML text.

    ``profile`` is what the profile likelihood says, as text, empty where there is none; ``forecast`` what future data
    would say. ``fit_quality`` is missing where predictions cannot be made anew. ``steps`` are those of ln L inside the
    prior, by measurement. ``explorer`` has the samples for the reader to look at. ``kept`` is
    what a thinned run's samples are worth, of those that the summary tells of.
    """

    name: str
    summary: Mapping[str, Any]
    manifest: Mapping[str, Any]
    configuration: str
    parameters: Sequence[Interval]
    derived: Sequence[Interval]
    measurements: Sequence[Row]
    steps: Mapping[str, Sequence[Step]]
    verdict: Statement
    statements: Sequence[Statement]
    profile: str
    figures: Sequence[Figure]
    references: Sequence[Reference]
    fit_quality: FitQuality | None = None
    forecast: Forecast | None = None
    explorer: Explorer | None = None
    kept: float | None = None
