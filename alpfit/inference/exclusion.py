"""Measurements in the plane of two parameters, such as mass and coupling: what they exclude, and what they prefer.

A measurement excludes a point at its own confidence level CL where the prediction is too large and

    2 [max ln L - ln L] > z^2,    z(CL) as its method has it (:mod:`~alpfit.likelihoods.methods`),

the maximum being over signals from zero on (the test statistic q~ of G. Cowan et al., arXiv:1007.1727, eq. 16, in its
asymptotic limit). Of a limit, a contour or an edge that is -2 ln L, so that the boundary is the published one; of a
measured value or interval, for which 90 % is taken, it is the loss against the best value or, where less is seen than
without a signal, against no signal. Few events know no asymptotic limit: what was counted excludes rates beyond the
limit for a flat prior. A prediction that is too small is never excluded: that is what a preferred region is for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RegularGridInterpolator

from alpfit import likelihoods as catalogue
from alpfit.inference.explanation import WANTS_SIGNAL
from alpfit.inference.problem import completed
from alpfit.inference.profiling.thresholds import THRESHOLDS
from alpfit.likelihoods import Measurement
from alpfit.numerics.expressions import Expression
from alpfit.scenarios import Scenario

Array = NDArray[np.float64]

COSTLY_GRID = (50, 40)
"""Points along both axes at which costly forms are compared, at least; in between ln L is interpolated."""

RELIC = "Omega_h2"

OTHERS = "others"
"""The group of what neither belongs to the measured observable's nor names one itself."""


@dataclass(frozen=True)
class Excluded:
    """What a measurement excludes: where ``excess (n, k)``, standard deviations above its own level, is positive.

    NaN where it has nothing to compare with. ``process`` is mathtext, and empty where the experiment's name says all.
    """

    name: str
    experiment: str
    process: str
    group: str
    excess: Array
    projection: bool = False

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Which points of the grid are excluded."""
        return np.asarray(self.excess > 0.0)


@dataclass(frozen=True)
class Preferred:
    """A measurement that wants a signal, and ``loss (n, k)``: -2 ln L against its best in the plane.

    ``thresholds`` are the losses on the edges of its regions, rising.
    """

    name: str
    experiment: str
    process: str
    loss: Array
    thresholds: tuple[float, ...] = tuple(THRESHOLDS[2].values())


@dataclass(frozen=True)
class RelicCurve:
    """Omega h^2 ``(n, k)`` of an ``engine`` on a grid of its own, NaN where it has no answer."""

    engine: str
    x: Array
    y: Array
    omega_h2: Array


@dataclass(frozen=True)
class Plane:
    """The grid ``x (n,)`` times ``y (k,)`` of the scenario's plane, both rising, with one value of all ``others``.

    Others that follow from both axes have ``formulas``. ``coarse`` are the numbers of points along the axes at which
    relic densities are solved for, by ``engine`` where one is compared with a measurement. Raises
    :class:`PredictionError` for points outside of the model's domain.
    """

    scenario: Scenario
    x: Array
    y: Array
    others: Mapping[str, float]
    engine: str = ""
    coarse: tuple[int, int] = (30, 24)
    formulas: Mapping[str, Expression] = field(default_factory=dict)
    _solved: dict[str, RelicCurve] = field(default_factory=dict, repr=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of masses and couplings."""
        return self.x.size, self.y.size

    @cached_property
    def points(self) -> dict[str, Array]:
        """All parameters at the points of the grid, arrays ``(n * k,)``."""
        return self._points(self.x, self.y)

    @cached_property
    def seen(self) -> dict[str, Array]:
        """Parameters and predictions at the points of the grid, ``(n * k,)``; relic densities are interpolated."""
        rates = {**self.points, **self.scenario.predict_rates(self.points)}
        if RELIC not in self.scenario.observables or not self.engine:
            return rates
        curve = self.relic(self.engine)
        # linear in the logarithms; NaN next to a point without an answer
        interpolate = RegularGridInterpolator((np.log(curve.x), np.log(curve.y)), np.log(curve.omega_h2))
        at = np.log(np.stack([self.points[name] for name in self.scenario.plane], axis=1))
        corners = (np.log([curve.x[end], curve.y[end]]) for end in (0, -1))
        return {**rates, RELIC: np.exp(interpolate(np.clip(at, *corners)))}  # the ends are rounded

    @cached_property
    def without_signal(self) -> Mapping[str, Array]:
        """What would be seen without an ALP, ``(1,)``: of a rate it is the same everywhere."""
        return self.scenario.without_signal({name: values[:1] for name, values in self.points.items()})

    def has(self, measurement: Measurement) -> bool:
        """Whether ``measurement`` is made for the points of the plane, and reads what is predicted there."""
        scenario = self.scenario
        regimes = scenario.regimes({name: (values.min(), values.max()) for name, values in self.points.items()})
        known = {*scenario.parameters, *scenario.optional, *scenario.observables}
        if scenario.place and not measurement.own_models:
            return False
        return set(regimes) <= set(measurement.scenarios) and set(measurement.observables) <= known

    def group_and_process(self, measurement: Measurement) -> tuple[str, str]:
        """The group of limits that ``measurement`` belongs to, and what it observes, in mathtext."""
        scenario = self.scenario
        known = {**scenario.parameters, **scenario.optional, **scenario.observables}
        observed = known[measurement.observables[0]]
        return measurement.group or observed.group or OTHERS, observed.process

    def relic(self, engine: str) -> RelicCurve:
        """Omega h^2 by ``engine`` on the coarse grid over the same range, solved for once."""
        if engine not in self._solved:
            self._solved[engine] = self._solve(engine)
        return self._solved[engine]

    def _solve(self, engine: str) -> RelicCurve:
        x, y = (np.geomspace(a[0], a[-1], n) for a, n in zip((self.x, self.y), self.coarse, strict=True))
        omega_h2 = self.scenario.relic_density(self._points(x, y), engine).omega_h2
        return RelicCurve(engine, x, y, np.reshape(omega_h2, self.coarse))

    def _points(self, x: Array, y: Array) -> dict[str, Array]:
        """The scenario's parameters at the points of a grid."""
        grids = (grid.ravel() for grid in np.meshgrid(x, y, indexing="ij"))
        points = completed(self.others, self.formulas, dict(zip(self.scenario.plane, grids, strict=True)))
        own = {*self.scenario.parameters, *self.scenario.optional}
        return {name: values for name, values in points.items() if name in own}


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
    excess = _excess(plane, measurement).reshape(plane.shape)
    if not (excess > 0.0).any():
        return None
    group, process = plane.group_and_process(measurement)
    return Excluded(measurement.name, measurement.experiment, process, group, excess, projection=measurement.projection)


def preferred(plane: Plane, measurement: Measurement) -> Preferred | None:
    """Where ``measurement`` prefers to be in the plane; None if it wants no signal, or was read as a limit.

    The best point is that of the plane, so that a grid should be fine.
    """
    if not measurement.form.measures or RELIC in measurement.observables:
        return None
    log_l = _log_l(plane, measurement)
    silent = float(measurement.loglike(plane.without_signal)[0])
    if float(np.nanmax(log_l)) - silent < WANTS_SIGNAL:
        return None
    process = plane.group_and_process(measurement)[1]
    return Preferred(measurement.name, measurement.experiment, process, 2.0 * (np.nanmax(log_l) - log_l))


def _excess(plane: Plane, measurement: Measurement) -> Array:
    """Standard deviations by which the points of the plane exceed what is excluded."""
    form = measurement.form
    if not form.costly:
        return form.excess(measurement.read(plane.seen), measurement.read(plane.without_signal))
    log_l = _log_l(plane, measurement)
    best = np.argmax(log_l, axis=1)
    distance = np.sqrt(2.0 * np.maximum(log_l.max(axis=1, keepdims=True) - log_l, 0.0))
    too_large = np.arange(plane.y.size) > best[:, None]
    return np.asarray(np.where(too_large, distance, -distance)).ravel() - form.sigmas_at_bound


def _log_l(plane: Plane, measurement: Measurement) -> Array:
    """ln L ``(n, k)``; of what is costly at some rows and columns of the grid, with cubic splines in between."""
    rows, columns = (np.arange(n) for n in plane.shape)
    if measurement.form.costly:
        rows, columns = (_thinned(n, least) for n, least in zip(plane.shape, COSTLY_GRID, strict=True))
    chosen = (rows[:, None] * plane.y.size + columns).ravel()
    at = {name: np.asarray(values)[chosen] for name, values in plane.seen.items()}
    log_l = measurement.loglike(at).reshape(rows.size, columns.size)
    if log_l.shape == plane.shape:
        return log_l
    method = "cubic" if np.isfinite(log_l).all() else "linear"
    axes = np.log(plane.x), np.log(plane.y)
    interpolate = RegularGridInterpolator((axes[0][rows], axes[1][columns]), log_l, method=method)
    return np.asarray(interpolate(tuple(np.meshgrid(*axes, indexing="ij"))))


def _thinned(n: int, least: int) -> NDArray[np.int64]:
    """Every so many of ``n`` points that ``least`` are left, and the last one."""
    return np.union1d(np.arange(0, n, max(1, n // least)), [n - 1])
