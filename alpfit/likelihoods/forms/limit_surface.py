"""An upper limit as a function of mass and lifetime: a search for a particle that leaves the detector, or decays in it.

With the bound U(m, tau) and a fraction f of particles that decay invisibly, which for a search for missing energy are
as good as stable,

    ln L = -1/2 {z [observable (f/U(m, stable) + (1 - f)/U(m, tau))]^power}^2,

normalised to zero signal, with z by the method that gave the limit (:mod:`~alpfit.likelihoods.methods`). ln U is
interpolated linearly in the mass, and along the lifetime by the kind of search:

- ``missing energy``: the share exp(-t/tau) of the particles leaves the detector, so ln U is linear in 1/tau. It is
  continued so towards short lifetimes, with the slope of the two shortest that have a bound (or, with one, the slope
  tau_s of exp(tau_s/tau - 1)), and is constant above the longest. A column ``stable`` stands for 1/tau = 0.
- ``decay``: linear in ln tau, or in ln(tau + tau_1) with the first lifetime tau_1 that is not zero where the table
  starts with prompt decays. Constant below the shortest lifetime; above the longest U rises with tau, as the share of
  decays in the detector falls.

An empty cell is a mass and lifetime without sensitivity. A row of empty cells, and what lies between it and its
neighbours, was not searched: ln L = 0.
"""

import math
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from alpfit.constants import SPEED_OF_LIGHT
from alpfit.errors import CatalogueError
from alpfit.likelihoods.forms.base import SMALLEST, Comparison, LimitForm, Power, Step, steps_of
from alpfit.likelihoods.numbers import check_size, number_in
from alpfit.likelihoods.tables import TABLE, Table, table_of
from alpfit.likelihoods.units import factor_to, require_unit
from alpfit.numerics.compile import kernel
from alpfit.numerics.lookup import between, cell

Array = NDArray[np.float64]
PICOSECOND = 1e-12


@final
class LimitSurface(LimitForm):
    """Bounds ``bounds (n, k)``, NaN for none, against ``masses (n,)`` [GeV], ``lifetimes (k,)`` [s] (inf: stable)."""

    observable: str
    abscissa: str
    lifetime: str
    table: str = TABLE
    power: Power = 1.0
    search: Literal["missing energy", "decay"]
    invisible_fraction: str = ""
    masses: Array
    lifetimes: Array
    bounds: Array

    compiling_s: ClassVar[float] = 0.5

    @classmethod
    def read(cls, data: Mapping[str, object], folder: Path) -> "LimitSurface":
        """The form from an entry's ``[data]`` and its table: masses, columns of lifetimes, perhaps ``stable``.

        A lifetime is a number and a unit of time, as in ``100 ps``, or of length, which is c tau.
        """
        table = table_of(data, folder)
        abscissa, observable = str(data.get("abscissa")), str(data.get("observable"))
        require_unit(data, "lifetime", "s")
        require_unit(data, "invisible_fraction", "")
        masses = table.abscissa(abscissa, from_zero=True)
        columns = [name for name in table.columns if name != abscissa]
        return cls.model_validate(
            {
                **data,
                "masses": masses,
                "lifetimes": _lifetimes(table, columns, data.get("search")),
                "bounds": np.stack([table.limits(name, observable) for name in columns], axis=1),
            }
        )

    @property
    def observables(self) -> tuple[str, ...]:
        """The limited observable, mass, lifetime, and the fraction that decays invisibly if it counts."""
        names = (self.observable, self.abscissa, self.lifetime)
        return (*names, self.invisible_fraction) if self.invisible_fraction else names

    @property
    def steps(self) -> tuple[Step, ...]:
        """Ends of the table and of its gaps, rows of empty cells; along the lifetime there are none."""
        return steps_of(self.abscissa, self.masses, np.asarray((self.bounds > 0.0).any(axis=1)))

    @property
    def _missing(self) -> bool:
        return self.search == "missing energy"

    @cached_property
    def _columns(self) -> Array:
        """Lifetimes as ln U is linear in them, rising."""
        if self._missing:
            return -1.0 / self.lifetimes
        return np.log(self.lifetimes + (self.lifetimes[1] if self.lifetimes[0] == 0.0 else 0.0))

    @cached_property
    def _filled(self) -> tuple[Array, Array]:
        """ln U ``(n, k)`` with the empty cells filled in, and its slopes ``(n,)`` beyond the shortest lifetime.

        NaN in rows that are empty throughout.
        """
        filled, slopes = np.full_like(self.bounds, np.nan), np.full(self.masses.size, np.nan)
        for i, row in enumerate(self.bounds):
            known = ~np.isnan(row)
            if known.any():
                filled[i], slopes[i] = self._fill(known, np.log(row[known]))
        return filled, slopes

    def _fill(self, known: NDArray[np.bool_], log_u: Array) -> tuple[Array, float]:
        """A row of ln U, and its slope beyond the shortest lifetime."""
        columns, where = self._columns, self._columns[known]
        filled = np.interp(columns, where, log_u)
        if not self._missing:
            longest = self.lifetimes[known][-1]
            return filled + np.log(np.maximum(self.lifetimes / max(longest, SMALLEST), 1.0)), 0.0
        slope = float(self.lifetimes[known][0])
        if log_u.size > 1:
            slope = max(float(log_u[0] - log_u[1]) / float(where[1] - where[0]), 0.0)
        return filled + slope * np.maximum(where[0] - columns, 0.0), slope

    @cached_property
    def _grid(self) -> tuple[Array, Array, Array, Array, Array, bool]:
        """What the kernel takes."""
        return np.array(self.masses), np.array(self.lifetimes), self._columns, *self._filled, self._missing

    def _reach(self, predictions: Mapping[str, Array]) -> Array:
        """f/U(stable) + (1 - f)/U(tau); zero where nothing was searched."""
        mass, lifetime = (np.asarray(predictions[name]) for name in (self.abscissa, self.lifetime))
        fraction = np.asarray(predictions[self.invisible_fraction]) if self.invisible_fraction else np.zeros_like(mass)
        return _reaches(*self._grid, mass.ravel(), lifetime.ravel(), fraction.ravel()).reshape(mass.shape)

    def _pull(self, value: Array, reach: Array) -> Array:
        """The signal in standard deviations of its estimate; zero where nothing was searched."""
        seen = _seen(value.ravel(), reach.ravel()).reshape(value.shape)
        return np.asarray(self.sigmas_at_bound * seen**self.power)

    def compare(self, predictions: Mapping[str, Array]) -> Comparison:
        """The observable, the bound at its mass, lifetime and invisible fraction, and the signal's pull."""
        value, reach = np.asarray(predictions[self.observable]), self._reach(predictions)
        bound = np.full_like(reach, np.nan)
        np.divide(1.0, reach, out=bound, where=reach > SMALLEST)
        return Comparison(value, bound, self._pull(value, reach))

    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L, the shape of the predictions."""
        pull = self._pull(np.asarray(predictions[self.observable]), self._reach(predictions))
        return np.asarray(0.0 - 0.5 * pull**2)

    def describe(self) -> str:
        """The limit in one line."""
        first, last = self.lifetimes[0] / PICOSECOND, self.lifetimes[-1] / PICOSECOND
        return (
            f"{self.observable} < {np.nanmin(self.bounds):g} to {np.nanmax(self.bounds):g} at "
            f"{self._level} for {self.masses[0]:g} < {self.abscissa}/GeV < {self.masses[-1]:g} and "
            f"lifetimes from {first:g} ps {'on' if np.isinf(last) else f'to {last:g} ps'} ({self.search})"
        )


@kernel
def _reaches(
    masses: Array,
    lifetimes: Array,
    columns: Array,
    log_bounds: Array,
    slopes: Array,
    missing: bool,
    mass: Array,
    lifetime: Array,
    fraction: Array,
) -> Array:
    """f/U(m, stable) + (1 - f)/U(m, tau), arrays ``(k,)``; zero where nothing was searched.

    NaN where mass, lifetime or fraction is NaN or a value that they cannot have.
    ``columns`` are the lifetimes as ln U is linear in them, ``slopes (n,)`` those of ln U beyond the first of them.
    """
    first, last, n = lifetimes[0], lifetimes[-1], lifetimes.size - 1
    shift = lifetimes[1] if first == 0.0 else 0.0
    found = np.zeros(mass.size)
    for k in range(mass.size):
        if not (mass[k] >= 0.0 and lifetime[k] >= 0.0 and 0.0 <= fraction[k] <= 1.0):
            found[k] = math.nan
        elif masses[0] <= mass[k] <= masses[-1]:
            place = -1.0 / max(lifetime[k], 1e-300)
            if not missing:
                place = math.log(min(max(lifetime[k], first), last) + shift)
            row, across = cell(masses, mass[k])
            column, along = cell(columns, place)
            above, beyond = min(row + 1, masses.size - 1), min(column + 1, n)
            value = between(
                between(log_bounds[row, column], log_bounds[row, beyond], along),
                between(log_bounds[above, column], log_bounds[above, beyond], along),
                across,
            )
            if missing and place < columns[0]:
                value += between(slopes[row], slopes[above], across) * (columns[0] - place)
            if not missing and lifetime[k] > last:
                value += math.log(lifetime[k] / last)
            found[k] = (1.0 - fraction[k]) * math.exp(-value)
            if fraction[k] > 0.0:
                found[k] += fraction[k] * math.exp(-between(log_bounds[row, n], log_bounds[above, n], across))
            if math.isnan(found[k]):  # beside a row of empty cells
                found[k] = 0.0
    return found


@kernel
def _seen(value: Array, reach: Array) -> Array:
    """value * reach, arrays ``(k,)``: zero where nothing was searched, whatever the value, NaN without a value >= 0."""
    seen = np.zeros(value.size)
    for k in range(value.size):
        if not value[k] >= 0.0:
            seen[k] = math.nan
        elif reach[k] != 0.0:
            seen[k] = value[k] * reach[k]
    return seen


def _lifetimes(table: Table, columns: list[str], search: object) -> Array:
    """The lifetimes [s] that the names of ``columns`` give."""
    values = [math.inf if name == "stable" else _lifetime(table, name) for name in columns]
    lifetimes = np.array(values)
    if not (values and lifetimes[0] >= 0.0 and (np.diff(lifetimes) > 0.0).all()):
        raise CatalogueError(f"{table.path}: lifetimes must rise from zero or more: {', '.join(columns) or 'none'}")
    if lifetimes[0] == 0.0 and (search != "decay" or len(values) == 1):
        raise CatalogueError(f'{table.path}: a column of lifetime zero needs search = "decay" and a second lifetime')
    if np.isinf(lifetimes[-1]) and search != "missing energy":
        raise CatalogueError(f"{table.path}: a column 'stable' needs search = \"missing energy\"")
    return lifetimes


def _lifetime(table: Table, name: str) -> float:
    """The lifetime [s] that is the name of a column."""
    number, _, unit = name.partition(" ")
    seconds, centimetres = factor_to(unit, "s"), factor_to(unit, "cm")
    scale = seconds if centimetres is None else centimetres / SPEED_OF_LIGHT.value
    try:
        lifetime = None if scale is None else number_in(number) * scale
    except ValueError:
        lifetime = None
    if lifetime is None:
        raise CatalogueError(
            f"{table.path}: column '{name}' must be a lifetime, such as '100 ps' or '3 cm' (c tau), or 'stable'"
        )
    try:
        check_size(f"the lifetime of column '{name}'", lifetime)
    except ValueError as error:
        raise CatalogueError(f"{table.path}: {error}") from error
    return lifetime
