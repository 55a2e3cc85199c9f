"""What is drawn in the plane of ALP mass and coupling to photons: values on grids, and to which group they belong."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from alpfit.plots.style import BLUE, CONFIDENCE_LEVELS_2D, GREEN, ORANGE, PURPLE, SKY, VERMILLION

Array = NDArray[np.float64]

B_DECAYS, KAONS, PHOTONS = "$B$ decays", "kaon decays", "photons"
DUMPS, SKIES, DARK_MATTER, OTHERS = "beam dumps", "stars, early universe", "dark matter", "others"

KINDS: Mapping[str, str] = MappingProxyType(
    {
        B_DECAYS: BLUE,
        KAONS: VERMILLION,
        PHOTONS: ORANGE,
        DUMPS: GREEN,
        SKIES: PURPLE,
        DARK_MATTER: SKY,
        OTHERS: "#888888",
    }
)
"""Groups of measurements and their colours, in the legend's order."""

PROCESSES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "BR(B+->K+ a(gg)": (B_DECAYS, r"$K\gamma\gamma$"),
        "BR(B+->K+ a(inv)": (B_DECAYS, r"$K+$inv"),
        "BR(B0->K*0 a(inv)": (B_DECAYS, r"$K^*+$inv"),
        "BR(K+->pi+ a(gg)": (KAONS, r"$\pi\gamma\gamma$"),
        "BR(K+->pi+ a": (KAONS, r"$\pi+$inv"),
        "BR(KL->pi0 a(gg)": (KAONS, r"$\pi^0\gamma\gamma$"),
        "BR(KL->pi0 a(inv)": (KAONS, r"$\pi^0+$inv"),
        "BR(Z->gamma a(inv)": (PHOTONS, r"$\gamma+$inv"),
        "g_agg*sqrt(P_inv)": (PHOTONS, r"$\gamma+$inv"),
        "g_agg*sqrt(BR(a->gg))": (PHOTONS, r"$a\to\gamma\gamma$"),
        "sigma_v_today": (DARK_MATTER, r"$\chi\chi\to\gamma\gamma$"),
        "sigma_self_over_m_chi": (DARK_MATTER, r"$\chi\chi\to\chi\chi$"),
    }
)
"""How the name of a measured observable begins, the group of its measurements, and what a label says of it."""

IN_THE_SKY = ("SN", "BBN", "PVO")
"""How the name of an experiment begins that is none: of those that bound a mass or the coupling itself."""


def kind_and_process(observable: str, experiment: str) -> tuple[str, str]:
    """The group of a measurement, a key of :data:`KINDS`, and what to add to the experiment's name in a label."""
    for beginning, found in PROCESSES.items():
        if observable.startswith(beginning):
            return found
    if experiment.startswith(IN_THE_SKY):
        return SKIES, ""
    return (DUMPS if observable == "g_agg" else OTHERS), ""


@dataclass(frozen=True)
class Excluded:
    """Excluded where ``excess (n_m, n_g)``, standard deviations above those of the confidence level, is positive.

    NaN where the measurement has nothing to compare with. ``kind`` is a key of :data:`KINDS`.
    """

    name: str
    label: str
    kind: str
    excess: Array
    projection: bool = False

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Which points of the grid are excluded."""
        return np.asarray(self.excess > 0.0)


@dataclass(frozen=True)
class Preferred:
    """A measurement that wants a signal, and ``loss (n_m, n_g)``: -2 ln L against its best in the plane.

    ``thresholds`` are the losses on the edges of 68.3 % and 95.4 %.
    """

    name: str
    label: str
    loss: Array
    thresholds: tuple[float, float] = (CONFIDENCE_LEVELS_2D["68.3 %"], CONFIDENCE_LEVELS_2D["95.4 %"])


@dataclass(frozen=True)
class RelicCurve:
    """Omega h^2 ``(k_m, k_g)`` of an ``engine`` on a grid of its own, NaN where it has no answer."""

    engine: str
    m_a: Array
    g_agg: Array
    omega_h2: Array


@dataclass(frozen=True)
class Curve:
    """A line of one's own, ``g_agg (k,)`` [1/GeV] at ``m_a (k,)`` [GeV]; an empty ``label`` is not in the legend."""

    m_a: Array
    g_agg: Array
    colour: str
    linestyle: str
    label: str = ""


@dataclass(frozen=True)
class PlaneContents:
    """All that is known in the plane ``m_a (n_m,)`` [GeV] times ``g_agg (n_g,)`` [1/GeV].

    ``relic_density`` is the measured one. ``others`` says in mathtext what the remaining parameters are. ``curves`` are
    drawn over everything.
    """

    m_a: Array
    g_agg: Array
    excluded: tuple[Excluded, ...]
    preferred: tuple[Preferred, ...]
    relic: tuple[RelicCurve, ...]
    relic_density: float
    others: str
    curves: tuple[Curve, ...] = ()
