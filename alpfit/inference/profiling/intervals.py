"""Confidence intervals and regions from a profile by the theorem of S. S. Wilks, Ann. Math. Statist. 9 (1938) 60."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from alpfit.inference.priors import Prior
from alpfit.inference.profiling.notes import notes
from alpfit.inference.profiling.profile import Profile, unscaled

THRESHOLDS: Mapping[int, Mapping[str, float]] = MappingProxyType(
    {
        1: MappingProxyType({"68.3 %": 1.0, "95.4 %": 4.0}),
        2: MappingProxyType({"68.3 %": 2.30, "95.4 %": 6.18}),
    }
)
"""-2 Delta ln L by number of parameters and confidence level (Particle Data Group, table 40.2 of the 2022 review)."""


@dataclass(frozen=True)
class Piece:
    """A stretch ``lower`` to ``upper``; an end is open where nothing is known beyond it, as at that of the prior."""

    lower: float
    upper: float
    lower_open: bool
    upper_open: bool
    n_bins: int


@dataclass(frozen=True)
class Interval:
    """Where -2 Delta ln L of one quantity is below the ``threshold``."""

    level: str
    threshold: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Region:
    """Where -2 Delta ln L of two quantities is below the ``threshold``: its bins, and its extent along each axis."""

    level: str
    threshold: float
    n_bins: int
    extent: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Confidence:
    """What a profile says: its best point, intervals (of one quantity) or regions (of two), and what limits them."""

    names: tuple[str, ...]
    best: Mapping[str, float]
    log_l: float
    intervals: tuple[Interval, ...]
    regions: tuple[Region, ...]
    notes: tuple[str, ...]


def confidence(profile: Profile, top: float, priors: Mapping[str, Prior]) -> Confidence:
    """Intervals or regions of ``profile`` around the best fit, whose ln L is ``top``."""
    levels = THRESHOLDS[len(profile.names)]
    intervals: tuple[Interval, ...] = ()
    regions: tuple[Region, ...] = ()
    if len(profile.names) == 1:
        intervals = tuple(Interval(level, t, _pieces(profile, top, t)) for level, t in levels.items())
    else:
        regions = tuple(_region(profile, top, level, t) for level, t in levels.items())
    best = {name: float(values[profile.best]) for name, values in zip(profile.names, profile.positions, strict=True)}
    said = notes(profile, top, levels, priors)
    return Confidence(profile.names, best, profile.top, intervals, regions, said)


def _pieces(profile: Profile, top: float, threshold: float) -> tuple[Piece, ...]:
    inside = profile.known & (np.nan_to_num(profile.minus_two_delta(top), nan=np.inf) <= threshold)
    turns = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(int)))
    pieces = []
    for first, after in turns.reshape(-1, 2):
        lower, lower_open = _end(profile, top, threshold, int(first), -1)
        upper, upper_open = _end(profile, top, threshold, int(after) - 1, +1)
        pieces.append(Piece(lower, upper, lower_open, upper_open, int(after - first)))
    return tuple(pieces)


def _end(profile: Profile, top: float, threshold: float, last: int, step: int) -> tuple[float, bool]:
    """Where a stretch that has ``last`` as its last bin inside ends, and whether it is open there.

    Between two bins the root of -2 Delta ln L is taken to be linear, as it is where ln L is a parabola.
    """
    beyond = last + step
    if not 0 <= beyond < profile.log_l.size or not profile.known[beyond]:
        return float(profile.edges[0][max(last, beyond)]), True
    x = profile.coordinates[0]
    root = np.sqrt(np.maximum(profile.minus_two_delta(top)[[last, beyond]], 0.0))
    share = (np.sqrt(threshold) - root[0]) / (root[1] - root[0])
    at = x[last] + share * (x[beyond] - x[last])
    return float(unscaled(at, profile.logarithmic[0])), False


def _region(profile: Profile, top: float, level: str, threshold: float) -> Region:
    inside = profile.known & (np.nan_to_num(profile.minus_two_delta(top), nan=np.inf) <= threshold)
    extent = {}
    if inside.any():
        for name, values in zip(profile.names, profile.positions, strict=True):
            extent[name] = (float(values[inside].min()), float(values[inside].max()))
    return Region(level, threshold, int(inside.sum()), extent)
