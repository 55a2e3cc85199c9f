"""The ALP without dark matter: B+ -> K+ a with a -> gamma gamma, invisible where it decays outside the detector."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from alpfit.physics.widths import photon_width
from alpfit.scenarios import production, quantities
from alpfit.scenarios.alp_model import AlpModel
from alpfit.scenarios.base import Extension, Parameter
from alpfit.scenarios.portal import DARK_MATTER, PortalScenario

Array = NDArray[np.float64]

PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        "m_a": Parameter(r"m_a", "GeV", "ALP mass", logarithmic=True, range=(1e-6, 1e3)),
        "g_agg": Parameter(
            r"g_{a\gamma\gamma}", "GeV$^{-1}$", "ALP-photon coupling", logarithmic=True, range=(1e-20, 1e3)
        ),
    }
)


class AlpScenario(AlpModel):
    """``displaced`` without dark matter; ``choices`` of the ALP's production count, those of a relic density do not."""

    extension: ClassVar[Extension | None] = Extension("dark matter", DARK_MATTER, PortalScenario)
    parameters = PARAMETERS
    observables = quantities.OBSERVABLES
    headline = tuple(name for name in quantities.HEADLINE if name != "BR(a->inv)")

    @property
    def methods(self) -> tuple[str, ...]:
        """The form factor."""
        return (self.options.form_factor,)

    def regimes(self, ends: Mapping[str, tuple[float, float]]) -> Mapping[str, str]:  # noqa: ARG002
        """One: all decays are to photons."""
        return {"displaced": "without dark matter, where all decays of a are to photons"}

    def predict(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """Predictions at ``points``: m_a [GeV] and g_agg [1/GeV], arrays ``(n,)``."""
        return self.predict_rates(points)

    def predict_rates(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """All that :meth:`predict` returns."""
        width = photon_width(points["m_a"], points["g_agg"])
        return production.alp_observables(points, width, np.zeros_like(width), self.options)

    def without_signal(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """Parameters and predictions if there were no ALP."""
        return production.no_signal(points)
