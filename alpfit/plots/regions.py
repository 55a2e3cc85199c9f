"""What is drawn in the plane of two parameters: all limits and curves, and the groups' colours."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.exclusion import OTHERS, Excluded, Preferred, RelicCurve
from alpfit.plots.style import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILLION, literal

Array = NDArray[np.float64]

GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "$B$ decays": BLUE,
        "kaon decays": VERMILLION,
        "photons": ORANGE,
        "beam dumps": GREEN,
        "stars, early universe": PURPLE,
        "dark matter": SKY,
        OTHERS: "#888888",
    }
)
"""Groups of measurements and their colours, in the legend's order."""


def colour_of(group: str) -> str:
    """The colour of a group's limits; what is none of :data:`GROUPS` has that of the others."""
    return GROUPS.get(group, GROUPS[OTHERS])


def label_of(limit: Excluded | Preferred) -> str:
    """Experiment and process, in mathtext."""
    return f"{literal(limit.experiment)} {limit.process}".strip()


Linestyle = Literal["-", "--", "-.", ":"]


@dataclass(frozen=True)
class Curve:
    """A line of one's own, ``y (k,)`` at ``x (k,)``; an empty ``label`` is not in the legend."""

    x: Array
    y: Array
    colour: str
    linestyle: Linestyle
    label: str = ""


@dataclass(frozen=True)
class PlaneContents:
    """All that is known in the plane ``x (n,)`` times ``y (k,)``, whose axes have ``labels``.

    ``relic_density`` is the measured one. ``others`` says in mathtext what the remaining parameters are. ``curves`` are
    drawn over everything.
    """

    x: Array
    y: Array
    excluded: tuple[Excluded, ...]
    preferred: tuple[Preferred, ...]
    relic: tuple[RelicCurve, ...]
    relic_density: float
    others: str
    curves: tuple[Curve, ...] = ()
    labels: tuple[str, str] = ("$m_a$ [GeV]", r"$g_{a\gamma\gamma}$ [GeV$^{-1}$]")
