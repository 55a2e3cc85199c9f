"""The ALP with dark matter chi: a -> chi chi and a -> gamma gamma where r = m_chi/m_a < 1/2, a -> gamma gamma above."""

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.rehearsal import Rehearsal
from alpfit.physics.annihilation import sigma_v_today
from alpfit.physics.pair_annihilation import pair_rate_today
from alpfit.physics.self_scattering import self_scattering_per_mass
from alpfit.physics.widths import alp_widths
from alpfit.relic import (
    DOMAIN,
    ENGINES,
    Evolution,
    RelicDensity,
    Status,
    TheoryError,
    evolve,
    plasma_error,
    relic_density,
    resolve_annihilation_scale,
    theory_error,
)
from alpfit.relic.rehearsal import (
    rehearse_both,
    rehearse_equations,
    rehearse_history,
    rehearse_pair_history,
    rehearse_pairs,
    rehearse_tables,
)
from alpfit.relic.results import ANSWERED
from alpfit.relic.theory_error import FREEZE_IN
from alpfit.relic.validity import SMALLEST_SHARE
from alpfit.scenarios import production, quantities
from alpfit.scenarios.alp_model import AlpModel
from alpfit.scenarios.base import NOTHING, Parameter, Predictions, Quantity
from alpfit.scenarios.choices import DEFAULT, Choices

Array = NDArray[np.float64]

PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        "m_a": Parameter(r"m_a", "GeV", "ALP mass", logarithmic=True, range=DOMAIN["m_a"]),
        "r": Parameter(
            r"r = m_\chi/m_a", "", "dark matter mass over ALP mass; the resonance is at 1/2", range=DOMAIN["r"]
        ),
        "g_agg": Parameter(
            r"g_{a\gamma\gamma}", "GeV$^{-1}$", "ALP-photon coupling", logarithmic=True, range=DOMAIN["g_agg"]
        ),
        "g_achi": Parameter(
            r"g_{a\chi\chi}", "GeV$^{-1}$", "ALP-dark matter coupling", logarithmic=True, range=DOMAIN["g_achi"]
        ),
    }
)

DARK_MATTER = ("r", "g_achi")
"""The parameters of dark matter, without which ``displaced`` is an ALP alone.

>>> from alpfit.scenarios import DARK_MATTER, scenario_for
>>> list(scenario_for("displaced", ("m_a", "g_agg", *DARK_MATTER)).parameters)
['m_a', 'r', 'g_agg', 'g_achi']
"""

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


RELIC = MappingProxyType(
    {
        "tables": (rehearse_tables, {"nbe": 4.7, "cbe": 4.7, "fbe": 6.5}),
        "pairs": (rehearse_pairs, {"nbe": 6.2, "cbe": 6.2, "fbe": 8.5}),
        "both": (rehearse_both, {"nbe": 8.0, "cbe": 8.0, "fbe": 11.0}),
        "equations": (rehearse_equations, {"nbe": 4.8, "cbe": 5.2, "fbe": 20.0}),
        "history": (rehearse_history, {"nbe": 3.0, "cbe": 3.0, "fbe": 3.0}),
        "pair-history": (rehearse_pair_history, {"nbe": 3.0, "cbe": 3.0, "fbe": 3.0}),
    }
)
"""What a relic density calls, and the seconds that it takes to compile for each engine, on a machine of 2025."""

LIKE: Mapping[tuple[str, str], str] = MappingProxyType({(what, "nbe"): "cbe" for what in ("tables", "pairs", "both")})
"""Engines that call the same with the same types."""


class PortalScenario(AlpModel):
    """The ALP portal with its ``choices``: ``invisible``, and ``displaced`` with dark matter."""

    parameters = PARAMETERS
    observables = OBSERVABLES
    headline = ("m_chi", "Omega_h2", *quantities.HEADLINE, "sigma_v_today")
    engines = tuple(ENGINES)
    border = f"bound r's prior at {THRESHOLD:g}"

    def __init__(self, choices: Choices = DEFAULT) -> None:
        super().__init__(choices)
        self._scale = resolve_annihilation_scale(choices.annihilation_scale)

    @property
    def methods(self) -> tuple[str, ...]:
        """The form factor, the engine and the plasma."""
        choices = self.options
        return choices.form_factor, choices.engine, choices.plasma

    def regimes(self, ends: Mapping[str, tuple[float, float]]) -> Mapping[str, str]:
        """What the points between the ``ends`` of r belong to; r = 1/2 itself counts where there is no other point."""
        lowest, highest = ends["r"]
        reached = {"invisible": lowest < THRESHOLD, "displaced": highest > THRESHOLD or lowest >= THRESHOLD}
        return {name: where for name, where in REGIMES.items() if reached[name]}

    def reach(self, ends: Mapping[str, tuple[float, float]]) -> str:
        """The ends of r."""
        lowest, highest = ends["r"]
        return f"r = {lowest:g}" if lowest == highest else f"r is from {lowest:g} to {highest:g}"

    def predict(self, points: Mapping[str, Array]) -> Predictions:
        """Predictions at ``points``: m_a [GeV], r, g_agg and g_achi [1/GeV], arrays ``(n,)``."""
        relic = self.relic_density(points, self.options.engine)
        rates = self.predict_rates(points)
        error = self._theory_error(points["r"], relic)
        values = {**rates, "Omega_h2": relic.omega_h2, "Omega_h2_theory_error": error.total}
        outcomes: list[int] = relic.status.tolist()
        failures = {outcome: _failure(outcome) for outcome in set(outcomes)}
        return Predictions({name: values[name] for name in OBSERVABLES}, tuple(failures[k] for k in outcomes))

    def rehearsals(self, engine: str = "", ends: Mapping[str, tuple[float, float]] = NOTHING) -> Sequence[Rehearsal]:
        """Of its rates, and of the relic density's tables and equations; or of all that an ``engine`` calls.

        Tables with r <= 1/2 alone are made by kernels without what only r > 1/2 needs.
        """
        lowest, highest = ends.get("r", self.ranges["r"])
        tables = "tables" if highest <= THRESHOLD else "pairs" if lowest > THRESHOLD else "both"
        history = "pair-history" if tables == "pairs" else "history"
        needed = {tables, "equations", history if engine else ""}
        chosen, relic = engine or self.options.engine, []
        for what, (rehearse, seconds) in RELIC.items():
            by = (LIKE.get((what, chosen), chosen), self.options.closure, self.options.plasma)
            if what in needed:
                relic.append(Rehearsal("-".join((what, *by)), seconds[chosen], partial(rehearse, *by)))
        return (*super().rehearsals(engine, ends), *relic)

    def predict_rates(self, points: Mapping[str, Array]) -> Mapping[str, Array]:
        """All that :meth:`predict` returns but the relic density and its error."""
        m_a, r, g_agg, g_achi = (points[name] for name in PARAMETERS)
        widths = alp_widths(m_a, r, g_agg, g_achi)
        return {
            "m_chi": r * m_a,
            **production.alp_observables(points, widths.total, widths.invisible_fraction, self.options),
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
        relic = self.relic_density(points, self.options.engine)
        engine, scale = self.options.engine, self._scale
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
        relic = self.relic_density(points, self.options.engine)
        rate, share = np.asarray(relic.alp_rate), np.asarray(relic.alp_share)
        return tuple(
            f"Omega_h2: {message}" if nothing else _hardly_there(*alps)
            for message, nothing, *alps in zip(relic.messages, relic.from_nothing, relic.ok, rate, share, strict=True)
        )

    def _theory_error(self, r: Array, relic: RelicDensity) -> TheoryError:
        choices = self.options
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

    def relic_density(self, points: Mapping[str, Array], engine: str) -> RelicDensity:
        """At ``points`` by one of :data:`ENGINES`."""
        return relic_density(*(points[name] for name in PARAMETERS), **self._relic_options(engine))

    def evolve(self, point: Mapping[str, float], engine: str, distribution_at: Sequence[float] = ()) -> Evolution:
        """The history of chi at a point, by one of :data:`ENGINES`."""
        couplings = (point[name] for name in PARAMETERS)
        return evolve(*couplings, **self._relic_options(engine), distribution_at=distribution_at)

    def _relic_options(self, engine: str) -> dict[str, Any]:
        choices = self.options
        return {
            "engine": engine,
            "annihilation_scale": self._scale,
            "plasma": choices.plasma,
            "self_scattering": choices.self_scattering,
            "closure": choices.closure,
        }


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
