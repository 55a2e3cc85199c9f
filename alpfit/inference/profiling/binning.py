"""Bins, and the best of many points in each of them: the profile likelihood of samples."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.priors import Prior
from alpfit.inference.profiling.profile import Array, Profile, scaled
from alpfit.inference.samples import Samples

Indices = NDArray[np.int64]

N_BINS: Mapping[int, int] = MappingProxyType({1: 50, 2: 40})
"""Bins along each axis where none are asked for, by the number of quantities."""

EXCLUDED = (25.0, 18.0, 12.5, 8.0, 4.5)
"""What loses more than the first in ln L is excluded: 7 standard deviations of one parameter; then 6, 5, 4 and 3."""

WANTED, FILLED = 2.0, 0.2
"""The points within 2 standard deviations, by their loss in ln L, and the share of the bins that they fill."""

NEAR_THE_END = 0.02
"""Samples that come so close to an end of the prior, in units of its width, are taken to reach it."""


@dataclass(frozen=True)
class Plan:
    """A profile to make: of the quantities ``names``, with ``n_bins`` along each of them."""

    names: tuple[str, ...]
    logarithmic: tuple[bool, ...]
    n_bins: tuple[int, ...]

    def edges(
        self, columns: Mapping[str, Array], log_l: Array, priors: Mapping[str, Prior]
    ) -> tuple[Array, ...] | None:
        """Bin edges over the range of ``columns``, of derived quantities that of the points that are not excluded.

        None where a quantity that is logarithmic is nowhere positive.
        """
        found = []
        for name, log, n in zip(self.names, self.logarithmic, self.n_bins, strict=True):
            usable = columns[name] > 0.0 if log else np.full(log_l.shape, True)
            if not usable.any():
                return None
            values = columns[name][usable]
            if name not in priors:
                values = values[not_excluded(scaled(values, log), log_l[usable])]
            found.append(bin_edges(values, log, n, priors.get(name)))
        return tuple(found)


def sampled_profiles(samples: Samples, plans: Sequence[Plan], priors: Mapping[str, Prior]) -> Iterator[Profile]:
    """The best sample in each bin, plan after plan; those whose quantities cannot be binned are left out."""
    columns = {**samples.parameters, **samples.derived}
    for plan in plans:
        if (edges := plan.edges(columns, samples.log_l, priors)) is not None:
            yield sampled_profile(samples, plan.names, plan.logarithmic, edges)


def not_excluded(coordinates: Array, log_l: Array) -> NDArray[np.bool_]:
    """Which points are not excluded; by less, where what is wanted would fill too few bins.

    On either side of what is wanted there are points left, if there were any: that it ends there must be seen.
    """
    loss = np.max(log_l) - log_l
    chosen = loss < EXCLUDED[0]
    wanted, found = coordinates[loss <= WANTED], coordinates[chosen]
    for limit in EXCLUDED[1:]:
        allowed = loss < limit
        here = coordinates[allowed]
        ends_seen = (here.min() < wanted.min() or wanted.min() == found.min()) and (
            here.max() > wanted.max() or wanted.max() == found.max()
        )
        if np.ptp(wanted) >= FILLED * np.ptp(coordinates[chosen]) or not ends_seen:
            break
        chosen = allowed
    return np.asarray(chosen)


def bin_edges(values: Array, logarithmic: bool, n_bins: int, prior: Prior | None) -> Array:
    """Edges ``(n_bins + 1,)`` of equal bins over the range of ``values``, widened to the ends of ``prior`` nearby."""
    low, high = float(values.min()), float(values.max())
    if prior is not None:
        first, last = prior_ends(prior)
        with np.errstate(divide="ignore"):  # a log-normal prior ends at zero
            margin = NEAR_THE_END * float(scaled(np.array(last), logarithmic) - scaled(np.array(first), logarithmic))
        if np.isfinite(margin):
            low = first if _distance(low, first, logarithmic) < margin else low
            high = last if _distance(high, last, logarithmic) < margin else high
    if low == high:
        return np.array([low, np.nextafter(high, np.inf)])
    return np.geomspace(low, high, n_bins + 1) if logarithmic else np.linspace(low, high, n_bins + 1)


def prior_ends(prior: Prior) -> tuple[float, float]:
    """The ends of a prior, infinite (or zero) where it has none."""
    return float(prior.transform(0.0)), float(prior.transform(1.0))


def _distance(value: float, end: float, logarithmic: bool) -> float:
    return abs(float(scaled(np.array(value), logarithmic) - scaled(np.array(end), logarithmic)))


def cells(columns: Sequence[Array], edges: Sequence[Array]) -> Indices:
    """The bin of each point, counted through the grid with the last axis fastest; -1 outside of the grid."""
    shape = tuple(edge.size - 1 for edge in edges)
    place, inside = np.zeros(columns[0].size, dtype=np.int64), np.full(columns[0].size, True)
    for column, edge, n in zip(columns, edges, shape, strict=True):
        inside &= (column >= edge[0]) & (column <= edge[-1])
        place = place * n + np.clip(np.searchsorted(edge, column, side="right") - 1, 0, n - 1)
    return np.where(inside, place, -1)


def best_in_cells(place: Indices, log_l: Array, n_cells: int) -> Indices:
    """Of points in the bins ``place``, the index of the one with the largest ln L in each bin; -1 where there is none.

    Of two that are equal it is the last.
    """
    best = np.full(n_cells, -1, dtype=np.int64)
    usable = np.flatnonzero((place >= 0) & np.isfinite(log_l))
    order = usable[np.argsort(log_l[usable], kind="stable")]
    best[place[order]] = order  # of several, the last one stays
    return best


def sampled_profile(
    samples: Samples, names: tuple[str, ...], logarithmic: tuple[bool, ...], edges: tuple[Array, ...]
) -> Profile:
    """In each bin the sample with the largest ln L."""
    shape = tuple(edge.size - 1 for edge in edges)
    place = cells([samples.column(name) for name in names], edges)
    best = best_in_cells(place, samples.log_l, int(np.prod(shape)))

    def gathered(values: Array) -> Array:
        return np.where(best >= 0, values[best], np.nan).reshape(shape)

    def all_of(columns: Mapping[str, Array]) -> dict[str, Array]:
        return {name: gathered(values) for name, values in columns.items()}

    return Profile(
        names,
        logarithmic,
        edges,
        gathered(samples.log_l),
        np.zeros(shape, dtype=bool),
        all_of(samples.parameters),
        all_of(samples.derived),
        all_of(samples.log_l_by_entry),
        refined=False,
    )
