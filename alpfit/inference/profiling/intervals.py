"""Confidence intervals and regions from a profile by the theorem of S. S. Wilks, Ann. Math. Statist. 9 (1938) 60."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.priors import Prior
from alpfit.inference.profiling.contours import Contour, contours
from alpfit.inference.profiling.profile import Array, Flags, Profile, unscaled
from alpfit.inference.profiling.steps import NO_STEPS, Steps
from alpfit.inference.profiling.thresholds import THRESHOLDS
from alpfit.inference.profiling.wilks_checks import wilks_checks

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Piece:
    """A stretch ``lower`` to ``upper``; an end is open where nothing is known beyond it, as at that of the prior.

    An open end is at a gap where bins without a point follow, and beyond these others with one.
    """

    lower: float
    upper: float
    lower_open: bool
    upper_open: bool
    n_bins: int
    lower_gap: bool = False
    upper_gap: bool = False


@dataclass(frozen=True)
class Interval:
    """Where -2 Delta ln L of one quantity is below the ``threshold``."""

    level: str
    threshold: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Region:
    """Where -2 Delta ln L of two quantities is below the ``threshold``: its bins, and its extent along each axis.

    The extent is that of its contours; where these are open, nothing being known beyond, that of its bins.
    """

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


def confidence(profile: Profile, top: float, priors: Mapping[str, Prior], steps: Steps = NO_STEPS) -> Confidence:
    """Intervals or regions of ``profile`` around the best fit, whose ln L is ``top``; ``steps`` are those of ln L."""
    levels = THRESHOLDS[len(profile.names)]
    intervals: tuple[Interval, ...] = ()
    regions: tuple[Region, ...] = ()
    if len(profile.names) == 1:
        intervals = tuple(Interval(level, t, _pieces(profile, top, t)) for level, t in levels.items())
    else:
        lines = contours(profile, top)
        regions = tuple(_region(profile, top, level, t, lines) for level, t in levels.items())
    best = {name: float(values[profile.best]) for name, values in zip(profile.names, profile.positions, strict=True)}
    said = wilks_checks(profile, top, levels, priors, steps)
    return Confidence(profile.names, best, profile.top, intervals, regions, said)


BRIDGED = 2
"""So many bins beside each other in which no sample fell are passed over, between others."""


def _pieces(profile: Profile, top: float, threshold: float) -> tuple[Piece, ...]:
    bins = _bins(profile)
    known = profile.known[bins]
    inside = known & (np.nan_to_num(profile.minus_two_delta(top)[bins], nan=np.inf) <= threshold)
    turns = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(int)))
    pieces = []
    for first, after in turns.reshape(-1, 2).tolist():
        lower, lower_open = _end(profile, top, threshold, bins, first, -1)
        upper, upper_open = _end(profile, top, threshold, bins, after - 1, +1)
        gaps = lower_open and bool(known[:first].any()), upper_open and bool(known[after:].any())
        pieces.append(Piece(lower, upper, lower_open, upper_open, int(after - first), *gaps))
    return tuple(pieces)


def _bins(profile: Profile) -> Indices:
    """The bins of one axis, but of a profile from samples those of short gaps between others."""
    kept = np.full(profile.log_l.shape, True)
    if not profile.refined:
        for before, after in pairwise(np.flatnonzero(profile.known)):
            if after - before <= BRIDGED + 1:
                kept[before + 1 : after] = False
    return np.flatnonzero(kept)


def _end(profile: Profile, top: float, threshold: float, bins: Indices, last: int, step: int) -> tuple[float, bool]:
    """Where a stretch of ``bins`` that has the ``last`` of them inside ends, and whether it is open there.

    Between two bins the root of -2 Delta ln L is taken to be linear, as it is where ln L is a parabola.
    """
    here, beyond = int(bins[last]), last + step
    if not 0 <= beyond < bins.size or not profile.known[bins[beyond]]:
        return float(profile.edges[0][max(here, here + step)]), True
    pair = [here, int(bins[beyond])]
    x = profile.coordinates[0][pair]
    root = np.sqrt(np.maximum(profile.minus_two_delta(top)[pair], 0.0))
    share = (np.sqrt(threshold) - root[0]) / (root[1] - root[0])
    return float(unscaled(x[0] + share * (x[1] - x[0]), profile.logarithmic[0])), False


def _region(profile: Profile, top: float, level: str, threshold: float, lines: Sequence[Contour]) -> Region:
    inside = profile.known & (np.nan_to_num(profile.minus_two_delta(top), nan=np.inf) <= threshold)
    own, extent = [line for line in lines if line.level == level], {}
    if inside.any():
        for axis, name in enumerate(profile.names):
            reached = [profile.positions[axis][inside], _open_ends(profile, inside, axis)]
            reached += [(line.x, line.y)[axis] for line in own]
            all_of_them = np.concatenate(reached)
            extent[name] = (float(all_of_them.min()), float(all_of_them.max()))
    return Region(level, threshold, int(inside.sum()), extent)


def _open_ends(profile: Profile, inside: Flags, axis: int) -> Array:
    """Edges along the ``axis`` of bins ``inside`` of a region beyond which nothing is known."""
    edges = profile.edges[axis]
    here, known = np.moveaxis(inside, axis, 0), np.moveaxis(profile.known, axis, 0)
    nothing = np.zeros_like(known[:1])
    below, above = (np.concatenate(rows) for rows in ((nothing, known[:-1]), (known[1:], nothing)))
    lower, upper = (np.flatnonzero((here & ~beside).any(axis=1)) for beside in (below, above))
    return np.concatenate([edges[lower], edges[upper + 1]])
