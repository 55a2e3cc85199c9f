"""An upper limit as a function of mass and lifetime: a search for a particle that leaves the detector, or decays in it.

With the bound U(m, tau) and a fraction f of particles that decay invisibly, which for a search for missing energy are
as good as stable,

    ln L = -1/2 {z(CL) [observable (f/U(m, longest) + (1 - f)/U(m, tau))]^power}^2,

normalised to zero signal. ln U is interpolated linearly in the mass and in ln tau, or in ln(tau + tau_1) with the
first lifetime tau_1 that is not zero where the table starts with prompt decays. An empty cell is a mass and lifetime
without sensitivity; a row of empty cells, and what lies between it and its neighbours, was not searched: ln L = 0.

Towards short lifetimes the bound is constant (a search for decays), or rises as exp(tau_s/tau - 1) from the shortest
lifetime tau_s that it is known for (a search for missing energy, where the share that leaves the detector falls so).
Towards long lifetimes it is constant (missing energy), or rises with tau (decays, the share of which falls with it).
"""

import math
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from alpfit.errors import CatalogueError
from alpfit.likelihoods.forms.base import SMALLEST, Comparison, Form, one_sided_sigmas
from alpfit.likelihoods.tables import Table, read_table
from alpfit.numerics.compile import kernel
from alpfit.numerics.lookup import between, cell

Array = NDArray[np.float64]
PICOSECOND = 1e-12


@final
class LimitSurface(Form):
    """Bounds ``bounds (n, k)``, NaN for none, against ``masses (n,)`` [GeV] and ``lifetimes (k,)`` [s]."""

    observable: str
    abscissa: str
    lifetime: str
    table: str = "table.csv"
    confidence_level: Annotated[float, Field(gt=0.5, lt=1.0)]
    power: float = Field(default=1.0, gt=0.0)
    short_lived: Literal["exponential", "constant"]
    long_lived: Literal["constant", "proportional"]
    invisible_fraction: str = ""
    masses: Array
    lifetimes: Array
    bounds: Array

    @classmethod
    def read(cls, data: Mapping[str, object], folder: Path) -> "LimitSurface":
        """The form from an entry's ``[data]`` and its table: masses, and a column ``<number> ps`` for each lifetime."""
        table = read_table(folder / str(data.get("table", "table.csv")))
        abscissa = str(data.get("abscissa"))
        masses = table.abscissa(abscissa, from_zero=True)
        columns = [name for name in table.columns if name != abscissa]
        return cls.model_validate(
            {
                **data,
                "masses": masses,
                "lifetimes": _lifetimes(table, columns, data.get("short_lived")),
                "bounds": np.stack([table.limits(name) for name in columns], axis=1),
            }
        )

    @property
    def observables(self) -> tuple[str, ...]:
        """The limited observable, mass, lifetime, and the fraction that decays invisibly if it counts."""
        names = (self.observable, self.abscissa, self.lifetime)
        return (*names, self.invisible_fraction) if self.invisible_fraction else names

    @cached_property
    def _shift(self) -> float:
        """What is added to a lifetime before its logarithm is taken."""
        return float(self.lifetimes[1]) if self.lifetimes[0] == 0.0 else 0.0

    @cached_property
    def _shortest(self) -> Array:
        """The shortest lifetime with a bound, for each mass; 0 where there is none."""
        known = ~np.isnan(self.bounds)
        return np.where(known.any(axis=1), self.lifetimes[np.argmax(known, axis=1)], 0.0)

    @cached_property
    def _log_bounds(self) -> Array:
        """ln U with the empty cells filled in; NaN in rows that are empty throughout."""
        filled = np.full_like(self.bounds, np.nan)
        for i, row in enumerate(self.bounds):
            known = ~np.isnan(row)
            if not known.any():
                continue
            where = self._log_lifetimes
            filled[i] = np.interp(where, where[known], np.log(row[known]))
            shortest, longest = self.lifetimes[known][[0, -1]]
            for j, lifetime in enumerate(self.lifetimes):
                filled[i, j] += log_rise(lifetime, shortest, longest, *self._rises)
        return filled

    @cached_property
    def _log_lifetimes(self) -> Array:
        return np.log(self.lifetimes + self._shift) if self.lifetimes.size > 1 else np.zeros(1)

    @cached_property
    def _rises(self) -> tuple[bool, bool]:
        """Whether the bound rises towards short lifetimes, and towards long ones."""
        return self.short_lived == "exponential", self.long_lived == "proportional"

    @cached_property
    def _grid(self) -> tuple[Array, Array, Array, Array, Array, bool, bool]:
        """What the kernels take."""
        return self.masses, self.lifetimes, self._log_lifetimes, self._log_bounds, self._shortest, *self._rises

    def _reach(self, predictions: Mapping[str, Array]) -> Array:
        """f/U(longest) + (1 - f)/U(tau); NaN where nothing was searched."""
        mass, lifetime = (np.asarray(predictions[name]) for name in (self.abscissa, self.lifetime))
        fraction = np.asarray(predictions[self.invisible_fraction]) if self.invisible_fraction else np.zeros_like(mass)
        return _reaches(*self._grid, mass.ravel(), lifetime.ravel(), fraction.ravel()).reshape(mass.shape)

    def _pull(self, value: Array, reach: Array) -> Array:
        """The signal in standard deviations of its estimate; zero where nothing was searched."""
        seen = value * np.where(np.isnan(reach), 0.0, reach)
        return np.asarray(one_sided_sigmas(self.confidence_level) * seen**self.power)

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
        return (
            f"{self.observable} < {np.nanmin(self.bounds):g} to {np.nanmax(self.bounds):g} at "
            f"{100 * self.confidence_level:g} % for {self.masses[0]:g} < {self.abscissa}/GeV < {self.masses[-1]:g} and "
            f"lifetimes from {self.lifetimes[0] / PICOSECOND:g} to {self.lifetimes[-1] / PICOSECOND:g} ps"
        )


@kernel
def log_rise(lifetime: float, shortest: float, longest: float, exponential: bool, proportional: bool) -> float:
    """By how much ln U rises outside of the lifetimes, ``shortest`` to ``longest``, for which a bound is known."""
    lifetime = max(lifetime, 1e-300)
    rise = 0.0
    if exponential and lifetime < shortest:
        rise += shortest / lifetime - 1.0
    if proportional and lifetime > longest:
        rise += math.log(lifetime / longest)
    return rise


@kernel
def _reaches(
    masses: Array,
    lifetimes: Array,
    columns: Array,
    log_bounds: Array,
    shortest: Array,
    exponential: bool,
    proportional: bool,
    mass: Array,
    lifetime: Array,
    fraction: Array,
) -> Array:
    """f/U(m, longest) + (1 - f)/U(m, tau), arrays ``(k,)``; NaN where nothing was searched.

    ``columns`` are the transformed lifetimes.
    """
    first, last, n = lifetimes[0], lifetimes[-1], lifetimes.size - 1
    shift = lifetimes[1] if first == 0.0 else 0.0
    found = np.full(mass.size, math.nan)
    for k in range(mass.size):
        if masses[0] <= mass[k] <= masses[-1]:
            inside = min(max(lifetime[k], first), last)
            row, across = cell(masses, mass[k])
            column, along = cell(columns, math.log(inside + shift))
            above, beyond = min(row + 1, masses.size - 1), min(column + 1, n)
            value = between(
                between(log_bounds[row, column], log_bounds[row, beyond], along),
                between(log_bounds[above, column], log_bounds[above, beyond], along),
                across,
            )
            if lifetime[k] != inside:
                start = between(shortest[row], shortest[above], across)
                value += log_rise(lifetime[k], start, last, exponential, proportional)
                value -= log_rise(inside, start, last, exponential, proportional)
            found[k] = (1.0 - fraction[k]) * math.exp(-value)
            if fraction[k] > 0.0:
                found[k] += fraction[k] * math.exp(-between(log_bounds[row, n], log_bounds[above, n], across))
    return found


def _lifetimes(table: Table, columns: list[str], short_lived: object) -> Array:
    """The lifetimes [s] that the names of ``columns`` give."""
    values = []
    for name in columns:
        number, _, unit = name.partition(" ")
        try:
            values.append(float(number) * PICOSECOND)
        except ValueError:
            unit = ""
        if unit != "ps":
            raise CatalogueError(f"{table.path}: column '{name}' must be a lifetime, such as '100 ps'")
    lifetimes = np.array(values)
    if not (values and lifetimes[0] >= 0.0 and lifetimes[-1] < np.inf and (np.diff(lifetimes) > 0.0).all()):
        raise CatalogueError(f"{table.path}: lifetimes must rise from zero or more: {', '.join(columns) or 'none'}")
    if lifetimes[0] == 0.0 and (short_lived != "constant" or len(values) == 1):
        raise CatalogueError(f"{table.path}: a column '0 ps' needs short_lived = \"constant\" and a second lifetime")
    return lifetimes
