"""The ALP without dark matter: B+ -> K+ a with a -> gamma gamma, invisible where it decays outside the detector."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from alpfit.physics.widths import photon_width
from alpfit.scenarios import production, quantities
from alpfit.scenarios.base import DEFAULT, Choices, Extension, Predictions, Quantity, predict_within
from alpfit.scenarios.portal import DARK_MATTER, PortalScenario

Array = NDArray[np.float64]

PARAMETERS: Mapping[str, Quantity] = MappingProxyType(
    {
        "m_a": Quantity(r"m_a", "GeV", "ALP mass", logarithmic=True),
        "g_agg": Quantity(r"g_{a\gamma\gamma}", "GeV$^{-1}$", "ALP-photon coupling", logarithmic=True),
    }
)

RANGES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"m_a": (1e-6, 1e3), "g_agg": (1e-20, 1e3), **quantities.RANGES}
)


@dataclass(frozen=True)
class AlpScenario:
    """``displaced`` without dark matter; ``choices`` of the ALP's production count, those of a relic density do not."""

    extension: ClassVar[Extension | None] = Extension("dark matter", DARK_MATTER, PortalScenario)

    choices: Choices = DEFAULT

    @property
    def parameters(self) -> Mapping[str, Quantity]:
        """m_a and g_agg."""
        return PARAMETERS

    @property
    def optional(self) -> Mapping[str, Quantity]:
        """The coupling to W bosons, and factors on uncertain numbers."""
        return quantities.optional_parameters(self.choices)

    @property
    def observables(self) -> Mapping[str, Quantity]:
        """What :meth:`predict` returns."""
        return quantities.OBSERVABLES

    @property
    def headline(self) -> tuple[str, ...]:
        """What every run keeps."""
        return tuple(name for name in quantities.HEADLINE if name != "BR(a->inv)")

    @property
    def alternatives(self) -> tuple[tuple[str, str], ...]:
        """The coupling to W bosons, and the ratio of couplings that it follows from."""
        return quantities.ALTERNATIVES

    @property
    def ranges(self) -> Mapping[str, tuple[float, float]]:
        """For each parameter, also the optional ones, the values between which there can be predictions."""
        return RANGES

    def regimes(self, ends: Mapping[str, tuple[float, float]]) -> Mapping[str, str]:  # noqa: ARG002
        """One: all decays are to photons."""
        return {"displaced": "without dark matter, where all decays of a are to photons"}

    @property
    def border(self) -> str:
        """Nothing: there is one."""
        return ""

    def reach(self, ends: Mapping[str, tuple[float, float]]) -> str:  # noqa: ARG002
        """Nothing decides: there is one."""
        return ""

    def predict(self, points: Mapping[str, Array]) -> Predictions:
        """Predictions at ``points``: m_a [GeV] and g_agg [1/GeV], arrays ``(n,)``."""
        return predict_within(RANGES, points, quantities.OBSERVABLES, self._calculate)

    def predict_rates(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """All that :meth:`predict` returns."""
        width = photon_width(points["m_a"], points["g_agg"])
        return production.alp_observables(points, width, np.zeros_like(width), self.choices)

    def without_signal(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """Parameters and predictions if there were no ALP."""
        return production.no_signal(points)

    def diagnose(self, points: Mapping[str, Array]) -> Mapping[str, Array]:  # noqa: ARG002
        """Nothing: no step of the calculation has an error of its own."""
        return {}

    def remarks(self, points: Mapping[str, Array]) -> tuple[str, ...]:
        """None: all points are alike."""
        return ("",) * points["m_a"].size

    def _calculate(self, points: Mapping[str, Array]) -> Predictions:
        return Predictions(self.predict_rates(points), ("",) * points["m_a"].size)
