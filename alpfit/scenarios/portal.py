"""The ALP with dark matter chi: a -> chi chi and a -> gamma gamma where r = m_chi/m_a < 1/2, a -> gamma gamma above."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from alpfit.physics.annihilation import sigma_v_today
from alpfit.physics.pair_annihilation import pair_rate_today
from alpfit.physics.self_scattering import self_scattering_per_mass
from alpfit.physics.widths import alp_widths
from alpfit.relic import (
    DOMAIN,
    RelicDensity,
    Status,
    TheoryError,
    plasma_error,
    relic_density,
    resolve_annihilation_scale,
    theory_error,
)
from alpfit.relic.results import ANSWERED
from alpfit.relic.theory_error import FREEZE_IN
from alpfit.relic.validity import SMALLEST_SHARE
from alpfit.scenarios import production, quantities
from alpfit.scenarios.base import DEFAULT, Choices, Extension, Predictions, Quantity, predict_within

Array = NDArray[np.float64]

PARAMETERS: Mapping[str, Quantity] = MappingProxyType(
    {
        "m_a": Quantity(r"m_a", "GeV", "ALP mass", logarithmic=True),
        "r": Quantity(r"r = m_\chi/m_a", "", "dark matter mass over ALP mass; the resonance is at 1/2"),
        "g_agg": Quantity(r"g_{a\gamma\gamma}", "GeV$^{-1}$", "ALP-photon coupling", logarithmic=True),
        "g_achi": Quantity(r"g_{a\chi\chi}", "GeV$^{-1}$", "ALP-dark matter coupling", logarithmic=True),
    }
)

DARK_MATTER = ("r", "g_achi")
"""The parameters of dark matter, without which ``displaced`` is an ALP alone."""

RANGES: Mapping[str, tuple[float, float]] = MappingProxyType({**DOMAIN, **quantities.RANGES})

DARK = "dark matter"
"""A group of limits."""

OBSERVABLES: Mapping[str, Quantity] = MappingProxyType(
    {
        "m_chi": Quantity(r"m_\chi", "GeV", "dark matter mass", logarithmic=True),
        "Omega_h2": Quantity(r"\Omega h^2", "", "relic density", logarithmic=True),
        "Omega_h2_theory_error": Quantity(
            r"\delta\Omega/\Omega", "", "relative theory error of the relic density", logarithmic=True
        ),
        **quantities.OBSERVABLES,
        "sigma_v_today": Quantity(
            r"\langle\sigma v\rangle_0",
            r"cm$^3\,$s$^{-1}$",
            "annihilation rate at rest",
            logarithmic=True,
            group=DARK,
            process=r"$\chi\chi\to\gamma\gamma$",
        ),
        "sigma_v_pairs_today": Quantity(
            r"\langle\sigma v\rangle_0^{aa}",
            r"cm$^3\,$s$^{-1}$",
            "annihilation rate to two ALPs in the Milky Way; zero where m_a > m_chi",
            logarithmic=True,
        ),
        "sigma_self_over_m_chi": Quantity(
            r"\sigma_\mathrm{self}/m_\chi",
            r"cm$^2\,$g$^{-1}$",
            "self-scattering at 1000 km/s over the mass",
            logarithmic=True,
            group=DARK,
            process=r"$\chi\chi\to\chi\chi$",
        ),
    }
)

RARELY = 10.0
"""ALPs made in a Hubble time at freeze-out: with less it is said that they are taken to be in equilibrium."""

THRESHOLD = 0.5
"""r below which a -> chi chi is open."""

REGIMES: Mapping[str, str] = MappingProxyType(
    {
        "invisible": "for r < 1/2, where a -> chi chi is open",
        "displaced": "for r > 1/2, where all decays of a are to photons",
    }
)


@dataclass(frozen=True)
class PortalScenario:
    """The ALP portal with its ``choices``: ``invisible``, and ``displaced`` with dark matter."""

    extension: ClassVar[Extension | None] = None

    choices: Choices = DEFAULT

    @property
    def parameters(self) -> Mapping[str, Quantity]:
        """m_a, r, g_agg, g_achi."""
        return PARAMETERS

    @property
    def optional(self) -> Mapping[str, Quantity]:
        """The coupling to W bosons, and factors on uncertain numbers."""
        return quantities.optional_parameters(self.choices)

    @property
    def observables(self) -> Mapping[str, Quantity]:
        """What :meth:`predict` returns."""
        return OBSERVABLES

    @property
    def headline(self) -> tuple[str, ...]:
        """What every run keeps."""
        return ("m_chi", "Omega_h2", *quantities.HEADLINE, "sigma_v_today")

    @property
    def alternatives(self) -> tuple[tuple[str, str], ...]:
        """The coupling to W bosons, and the ratio of couplings that it follows from."""
        return quantities.ALTERNATIVES

    @property
    def ranges(self) -> Mapping[str, tuple[float, float]]:
        """For each parameter, also the optional ones, the values between which there can be predictions."""
        return RANGES

    def regimes(self, ends: Mapping[str, tuple[float, float]]) -> Mapping[str, str]:
        """What the points between the ``ends`` of r belong to; r = 1/2 itself counts where there is no other point."""
        lowest, highest = ends["r"]
        reached = {"invisible": lowest < THRESHOLD, "displaced": highest > THRESHOLD or lowest >= THRESHOLD}
        return {name: where for name, where in REGIMES.items() if reached[name]}

    @property
    def border(self) -> str:
        """It is r = 1/2."""
        return f"bound r's prior at {THRESHOLD:g}"

    def reach(self, ends: Mapping[str, tuple[float, float]]) -> str:
        """The ends of r."""
        lowest, highest = ends["r"]
        return f"r = {lowest:g}" if lowest == highest else f"r is from {lowest:g} to {highest:g}"

    def predict(self, points: Mapping[str, Array]) -> Predictions:
        """Predictions at ``points``: m_a [GeV], r, g_agg and g_achi [1/GeV], arrays ``(n,)``."""
        return predict_within(RANGES, points, OBSERVABLES, self._calculate)

    def predict_rates(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """All that :meth:`predict` returns but the relic density and its error."""
        m_a, r, g_agg, g_achi = (points[name] for name in PARAMETERS)
        widths = alp_widths(m_a, r, g_agg, g_achi)
        return {
            "m_chi": r * m_a,
            **production.alp_observables(points, widths.total, widths.invisible_fraction, self.choices),
            "sigma_v_today": sigma_v_today(m_a, r, g_agg, g_achi, widths.total, self._scale),
            "sigma_v_pairs_today": pair_rate_today(r * m_a, m_a, g_achi),
            "sigma_self_over_m_chi": self_scattering_per_mass(m_a, r, g_achi, widths.total),
        }

    def without_signal(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """Parameters and predictions if there were no ALP; there is no relic density then."""
        nothing = np.zeros_like(points["m_a"])
        silent = dict.fromkeys(("sigma_v_today", "sigma_v_pairs_today", "sigma_self_over_m_chi"), nothing)
        return {**production.no_signal(points), "m_chi": points["r"] * points["m_a"], **silent}

    def diagnose(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """Freeze-out and what limits its calculation; see :class:`~alpfit.relic.RelicDensity`."""
        couplings = [points[name] for name in PARAMETERS]
        relic = self._relic(*couplings)
        engine, scale = self.choices.engine, self._scale
        error = self._theory_error(points["r"], relic)
        return {
            "x_fo": relic.x_fo,
            "x_kd": relic.x_kd,
            "gamma/H at x_fo": relic.elastic_rate,
            "self-scattering": np.asarray(relic.self_scattering),
            "chi chi -> a a": np.asarray(relic.alp_share),
            "Gamma_a/H at x_fo": np.asarray(relic.alp_rate),
            "late annihilation": relic.late_annihilation,
            "error from plasma": plasma_error(*couplings, engine=engine, annihilation_scale=scale),
            "theory error, phase space": error.phase_space,
            "theory error, plasma": error.plasma,
            "theory error, numerics": error.numerics,
            "theory error, ALPs": error.alps,
        }

    def remarks(self, points: Mapping[str, Array]) -> tuple[str, ...]:
        """What a relic density assumes, where it comes from nothing or goes to ALPs that are hardly in equilibrium."""
        relic = self._relic(*(points[name] for name in PARAMETERS))
        rate, share = np.asarray(relic.alp_rate), np.asarray(relic.alp_share)
        return tuple(
            f"Omega_h2: {message}" if nothing else _hardly_there(*alps)
            for message, nothing, *alps in zip(relic.messages, relic.from_nothing, relic.ok, rate, share, strict=True)
        )

    @property
    def _scale(self) -> float:
        return resolve_annihilation_scale(self.choices.annihilation_scale)

    def _theory_error(self, r: Array, relic: RelicDensity) -> TheoryError:
        choices = self.choices
        error = theory_error(
            r,
            np.asarray(relic.self_scattering),
            engine=choices.engine,
            with_self_scattering=choices.self_scattering,
            closure=choices.closure,
            alp_share=np.asarray(relic.alp_share),
            alp_rate=np.asarray(relic.alp_rate),
        )
        return error._replace(phase_space=np.where(relic.from_nothing, FREEZE_IN, error.phase_space))

    def _relic(self, *couplings: Array) -> RelicDensity:
        choices = self.choices
        return relic_density(
            *couplings,
            engine=choices.engine,
            annihilation_scale=self._scale,
            plasma=choices.plasma,
            self_scattering=choices.self_scattering,
            closure=choices.closure,
        )

    def _calculate(self, points: Mapping[str, Array]) -> Predictions:
        relic = self._relic(*(points[name] for name in PARAMETERS))
        rates = self.predict_rates(points)
        error = self._theory_error(points["r"], relic)
        values = {**rates, "Omega_h2": relic.omega_h2, "Omega_h2_theory_error": error.total}
        return Predictions(
            {name: values[name] for name in OBSERVABLES}, tuple(_failure(outcome) for outcome in relic.status)
        )


def _hardly_there(ok: bool, rate: float, share: float) -> str:
    """A sentence on ALPs that are ``rate`` made in a Hubble time and ``share`` of the annihilation; mostly empty."""
    if not (ok and rate < RARELY and share > SMALLEST_SHARE):
        return ""
    return (
        f"Omega_h2: at freeze-out the plasma makes an ALP {rate:.1f} times in a Hubble time, and {100.0 * share:.0f} % "
        "of annihilation is to ALPs, which are taken to be in equilibrium: see its theory error"
    )


def _failure(outcome: int) -> str:
    """Why there is no relic density; empty where there is."""
    return "" if outcome in ANSWERED else f"no relic density: {Status(outcome).message}"
