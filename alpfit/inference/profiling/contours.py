"""Contours of a profile of two quantities as polylines."""

from dataclasses import dataclass

import numpy as np

from alpfit.inference.profiling.profile import Array, Profile, unscaled
from alpfit.inference.profiling.thresholds import THRESHOLDS


@dataclass(frozen=True)
class Contour:
    """A line ``x``, ``y`` on which -2 Delta ln L has the threshold of ``level``; nothing is known beyond open ends."""

    names: tuple[str, ...]
    level: str
    x: Array
    y: Array
    closed: bool


def contours(profile: Profile, top: float) -> list[Contour]:
    """All contours of ``profile`` against ``top``.

    Between the points, which are taken where they lie in their bins, the root of -2 Delta ln L is linear in the
    quantities, or in their logarithms. Bins without a point interrupt the lines.
    """
    import contourpy

    if min(profile.shape) < 2:
        return []
    x, y = profile.places
    height = np.ma.masked_invalid(np.sqrt(np.maximum(profile.minus_two_delta(top), 0.0)))
    surface = contourpy.contour_generator(x, y, height, name="serial", corner_mask=True)
    found = []
    for level, threshold in THRESHOLDS[2].items():
        for vertices in surface.lines(float(np.sqrt(threshold))):
            line = np.asarray(vertices)
            found.append(
                Contour(
                    profile.names,
                    level,
                    unscaled(line[:, 0], profile.logarithmic[0]),
                    unscaled(line[:, 1], profile.logarithmic[1]),
                    bool(len(line) > 2 and (line[0] == line[-1]).all()),
                )
            )
    return found
