"""Profiles that were minimised, or binned more finely, in the place of maxima over a run's samples."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from alpfit.inference.profiling import Profile
from alpfit.inference.profiling.profile import unscaled
from alpfit.inference.samples import Samples
from alpfit.plots.style import Axis

Array = NDArray[np.float64]


def of(profiles: Sequence[Profile], *axes: Axis) -> Profile | None:
    """The profile of these axes, if there is one."""
    names = tuple(axis.name for axis in axes)
    return next((profile for profile in profiles if profile.names == names), None)


def top_of(samples: Samples, profiles: Sequence[Profile]) -> float:
    """The largest ln L that is known."""
    return max(float(samples.log_l[samples.best]), *(profile.top for profile in profiles), -np.inf)


def word(profile: Profile) -> str:
    """How it is called in a figure."""
    return "refined" if profile.refined else "finer bins"


def curve(profile: Profile, axis: Axis, top: float) -> tuple[Array, Array]:
    """Positions along ``axis``, as it is drawn, and the likelihood over that of ``top``."""
    known = profile.known
    x = profile.positions[0][known]
    return (np.log10(x) if axis.logarithmic else x), np.exp(profile.log_l[known] - top)


def fill(
    panel: Axes,
    profile: Profile,
    axes: tuple[Axis, Axis],
    top: float,
    levels: Sequence[float],
    colours: Sequence[object],
    *,
    mirrored: bool = False,
) -> None:
    """Colour -2 Delta ln L between neighbouring ``levels``, the first one 0, and say what profile it is.

    Between the points, which are taken where they lie in their bins, its root is linear. The second of the ``axes``
    goes to the right where it is ``mirrored``.
    """
    root = np.sqrt(np.maximum(profile.minus_two_delta(top), 0.0))
    edges = np.sqrt(np.asarray(levels, dtype=float))
    edges[0] = -1.0
    x, y = reversed(positions(profile, axes)) if mirrored else positions(profile, axes)
    panel.contourf(x, y, np.ma.masked_invalid(root), edges, colors=colours)
    panel.text(0.97, 0.97, word(profile), transform=panel.transAxes, ha="right", va="top", fontsize=6.5)


def positions(profile: Profile, axes: tuple[Axis, Axis]) -> list[Array]:
    """Where the points lie, as the axes are drawn; in bins without a point, the centre."""
    return [
        np.log10(unscaled(places, log)) if axis.logarithmic else unscaled(places, log)
        for places, log, axis in zip(profile.places, profile.logarithmic, axes, strict=True)
    ]
