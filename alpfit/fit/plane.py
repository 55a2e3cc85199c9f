"""Measurements in the plane of ALP mass and coupling to photons: what they exclude, and what they prefer.

A measurement excludes a point at its own confidence level CL where the prediction is too large and

    2 [max ln L - ln L] > z(CL)^2,    z the quantile of the normal distribution,

the maximum being over signals from zero on (the test statistic q~ of G. Cowan et al., arXiv:1007.1727, eq. 16, in its
asymptotic limit). Of a limit, a contour or an edge that is -2 ln L, so that the boundary is the published one; of a
measured value or interval, for which 90 % is taken, it is the loss against the best value or, where less is seen than
without a signal, against no signal. A prediction that is too small is never excluded: that is what a preferred region
is for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RegularGridInterpolator

from alpfit import likelihoods as catalogue
from alpfit.likelihoods import Measurement
from alpfit.likelihoods.forms.base import one_sided_sigmas
from alpfit.plots.regions import Excluded, Preferred, RelicCurve, kind_and_process
from alpfit.plots.style import literal
from alpfit.relic import relic_density
from alpfit.scenarios import Choices, Scenario

Array = NDArray[np.float64]

MEASURED_LEVEL = 0.90
"""Confidence level of what is excluded by a measurement that quotes an interval and no limit."""

COSTLY_GRID = (50, 40)
"""Points along m_a and g_agg at which a costly form is compared, at least; in between ln L is interpolated."""

WANTS_SIGNAL = 4.0
"""A measurement prefers a region where 2 ln L gains more than this over no signal: two standard deviations."""

RELIC = "Omega_h2"


@dataclass(frozen=True)
class Plane:
    """The grid ``m_a (n,)`` [GeV] times ``g_agg (k,)`` [1/GeV], both rising, with one value of all ``others``.

    ``coarse`` are the numbers of points along m_a and g_agg at which relic densities are solved for. Raises
    :class:`PredictionError` for points outside of the model's domain.
    """

    scenario: Scenario
    choices: Choices
    m_a: Array
    g_agg: Array
    others: Mapping[str, float]
    coarse: tuple[int, int] = (30, 24)
    _solved: dict[str, RelicCurve] = field(default_factory=dict, repr=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of masses and couplings."""
        return self.m_a.size, self.g_agg.size

    @cached_property
    def points(self) -> dict[str, Array]:
        """All parameters at the points of the grid, arrays ``(n * k,)``."""
        return _points(self.m_a, self.g_agg, self.others)

    @cached_property
    def seen(self) -> dict[str, Array]:
        """Parameters and predictions at the points of the grid, ``(n * k,)``; relic densities are interpolated."""
        rates = {**self.points, **self.scenario.predict_rates(self.points)}
        if RELIC not in self.scenario.observables:
            return rates
        curve = self.relic(self.choices.engine)
        # linear in the logarithms; NaN next to a point without an answer
        interpolate = RegularGridInterpolator((np.log(curve.m_a), np.log(curve.g_agg)), np.log(curve.omega_h2))
        at = np.log(np.stack([self.points["m_a"], self.points["g_agg"]], axis=1))
        corners = (np.log([curve.m_a[end], curve.g_agg[end]]) for end in (0, -1))
        return {**rates, RELIC: np.exp(interpolate(np.clip(at, *corners)))}  # the ends are rounded

    @cached_property
    def without_signal(self) -> Mapping[str, Array]:
        """What would be seen without an ALP, ``(1,)``: of a rate it is the same everywhere."""
        return self.scenario.without_signal({name: values[:1] for name, values in self.points.items()})

    def has(self, measurement: Measurement) -> bool:
        """Whether ``measurement`` is made for the points of the plane, and reads what is predicted there."""
        scenario = self.scenario
        regimes = scenario.regimes({name: (value, value) for name, value in self.others.items()})
        known = {*scenario.parameters, *scenario.optional, *scenario.observables}
        return set(regimes) <= set(measurement.scenarios) and set(measurement.observables) <= known

    def relic(self, engine: str) -> RelicCurve:
        """Omega h^2 by ``engine`` on the coarse grid over the same range, solved for once."""
        if engine not in self._solved:
            self._solved[engine] = self._solve(engine)
        return self._solved[engine]

    def _solve(self, engine: str) -> RelicCurve:
        m_a, g_agg = (np.geomspace(a[0], a[-1], n) for a, n in zip((self.m_a, self.g_agg), self.coarse, strict=True))
        points = _points(m_a, g_agg, self.others)
        omega_h2 = relic_density(
            *(points[name] for name in ("m_a", "r", "g_agg", "g_achi")),
            engine=engine,
            annihilation_scale=self.choices.annihilation_scale,
            plasma=self.choices.plasma,
        ).omega_h2
        return RelicCurve(engine, m_a, g_agg, omega_h2.reshape(self.coarse))


def _points(m_a: Array, g_agg: Array, others: Mapping[str, float]) -> dict[str, Array]:
    masses, couplings = (grid.ravel() for grid in np.meshgrid(m_a, g_agg, indexing="ij"))
    return {"m_a": masses, "g_agg": couplings} | {name: np.full(masses.size, x) for name, x in others.items()}


def measurements_for(plane: Plane, own: Sequence[Measurement]) -> tuple[Measurement, ...]:
    """Of a run's ``own`` measurements, and of those of the catalogue that share no data with them, all that hold."""
    taken = {m.name for m in own} | {name for m in own for name in m.overlaps}
    others = (catalogue.load(name) for name in catalogue.names() if name not in taken)
    names = {m.name for m in own}
    return tuple(m for m in (*own, *(m for m in others if not names & set(m.overlaps))) if plane.has(m))


def excluded(plane: Plane, measurement: Measurement) -> Excluded | None:
    """What ``measurement`` excludes of the plane; None where that is nothing, and for a relic density."""
    if RELIC in measurement.form.observables:
        return None  # it excludes both sides of a curve
    level = getattr(measurement.form, "confidence_level", MEASURED_LEVEL)
    excess = (_pulls(plane, measurement) - one_sided_sigmas(float(level))).reshape(plane.shape)
    if not (excess > 0.0).any():
        return None
    kind, process = kind_and_process(measurement.observables[0], measurement.experiment)
    label = f"{literal(measurement.experiment)} {process}".strip()
    return Excluded(measurement.name, label, kind, excess, measurement.projection)


def preferred(plane: Plane, measurement: Measurement) -> Preferred | None:
    """Where ``measurement`` prefers to be in the plane; None if it wants no signal, or was read as a limit.

    The best point is that of the plane, so that a grid should be fine.
    """
    if not measurement.form.measures or RELIC in measurement.observables:
        return None
    log_l = _log_l(plane, measurement)
    silent = float(measurement.loglike(plane.without_signal)[0])
    if 2.0 * (float(np.nanmax(log_l)) - silent) < WANTS_SIGNAL:
        return None
    loss = 2.0 * (np.nanmax(log_l) - log_l)
    label = (
        f"{literal(measurement.experiment)} {kind_and_process(measurement.observables[0], measurement.experiment)[1]}"
    )
    return Preferred(measurement.name, label.strip(), loss)


def _pulls(plane: Plane, measurement: Measurement) -> Array:
    """Square root of the test statistic at the points of the plane; negative where the prediction is too small."""
    if not measurement.form.costly:
        pulls = measurement.compare(plane.seen).pull
        if not measurement.form.measures:
            return pulls
        silent = max(float(measurement.compare(plane.without_signal).pull[0]), 0.0)
        return np.asarray(np.sign(pulls) * np.sqrt(np.maximum(pulls**2 - silent**2, 0.0)))
    log_l = _log_l(plane, measurement)
    best = np.argmax(log_l, axis=1)
    distance = np.sqrt(2.0 * np.maximum(log_l.max(axis=1, keepdims=True) - log_l, 0.0))
    too_large = np.arange(plane.g_agg.size) > best[:, None]
    return np.asarray(np.where(too_large, distance, -distance)).ravel()


def _log_l(plane: Plane, measurement: Measurement) -> Array:
    """ln L ``(n, k)``; of what is costly at some rows and columns of the grid, with cubic splines in between."""
    rows, columns = (np.arange(n) for n in plane.shape)
    if measurement.form.costly:
        rows, columns = (_thinned(n, least) for n, least in zip(plane.shape, COSTLY_GRID, strict=True))
    chosen = (rows[:, None] * plane.g_agg.size + columns).ravel()
    at = {name: np.asarray(values)[chosen] for name, values in plane.seen.items()}
    log_l = measurement.loglike(at).reshape(rows.size, columns.size)
    if log_l.shape == plane.shape:
        return log_l
    method = "cubic" if np.isfinite(log_l).all() else "linear"
    axes = np.log(plane.m_a), np.log(plane.g_agg)
    interpolate = RegularGridInterpolator((axes[0][rows], axes[1][columns]), log_l, method=method)
    return np.asarray(interpolate(tuple(np.meshgrid(*axes, indexing="ij"))))


def _thinned(n: int, least: int) -> NDArray[np.int64]:
    """Every so many of ``n`` points that ``least`` are left, and the last one."""
    return np.union1d(np.arange(0, n, max(1, n // least)), [n - 1])
