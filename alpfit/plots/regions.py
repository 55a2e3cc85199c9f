"""What is drawn in the plane of two parameters: all limits and curves, and the groups' colours."""

from collections import Counter
from collections.abc import Mapping, Sequence
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


LIGHTEST, DARKEST = 0.35, -0.55
"""How much white, or where negative black, is mixed into a group's colour for its last measurement and its first."""


LUMINANCE = (0.2126, 0.7152, 0.0722)
"""Of red, green and blue, after a gamma of 2.2: ITU-R BT.709."""

READABLE = 0.1
"""The luminance of small letters that can be read on white and on a light shade: a contrast of 7 on white, by WCAG."""


@dataclass(frozen=True)
class Look:
    """How a measurement is told from all others: its ``label`` in mathtext, and the ``colour`` of its line."""

    label: str
    colour: tuple[float, float, float]

    @property
    def ink(self) -> tuple[float, float, float]:
        """The colour of its letters: that of its line, as dark as small letters have to be."""
        red, green, blue = self.colour
        luminance = float(np.dot(LUMINANCE, np.power(self.colour, 2.2)))
        darker = min((READABLE / max(luminance, READABLE)) ** (1.0 / 2.2), 1.0)
        return darker * red, darker * green, darker * blue


def looks_of(limits: Sequence[Excluded]) -> Mapping[str, Look]:
    """The look of each of ``limits``, by the names of their entries: a label of its own, a tint of its group's colour.

    Of two with the same experiment and process the year is told, with which the names of entries end; of two of one
    year the words by which their names differ, too.
    """
    from matplotlib.colors import to_rgb

    labels = _distinct(limits)
    members: dict[str, list[str]] = {}
    for limit in sorted(limits, key=lambda limit: limit.name):
        members.setdefault(limit.group, []).append(limit.name)
    looks = {}
    for limit in limits:
        names = members[limit.group]
        tint = LIGHTEST + (DARKEST - LIGHTEST) * (names.index(limit.name) + 0.5) / len(names)
        red, green, blue = (
            value + tint * (1.0 - value) if tint > 0.0 else value * (1.0 + tint)
            for value in to_rgb(colour_of(limit.group))
        )
        looks[limit.name] = Look(labels[limit.name], (red, green, blue))
    return looks


def _distinct(limits: Sequence[Excluded]) -> dict[str, str]:
    """A label for each entry that no other has."""
    same: dict[str, list[str]] = {}
    for limit in limits:
        same.setdefault(label_of(limit), []).append(limit.name)
    labels = {}
    for label, names in same.items():
        years = Counter(name.rpartition("_")[2] for name in names)
        common = set.intersection(*(set(name.split("_")) for name in names))
        for name in names:
            *words, year = name.split("_")
            own = [word for word in words if word not in common] if years[year] > 1 else []
            labels[name] = label if len(names) == 1 else f"{label} ({literal(' '.join([*own, year]))})"
    return labels


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
