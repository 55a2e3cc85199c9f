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
from alpfit.numerics.lookup import look_up, look_up_in_rows

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
            filled[i] += self._log_rise(self.lifetimes, self.lifetimes[known][0], self.lifetimes[known][-1])
        return filled

    def _log_rise(self, lifetime: Array, shortest: Array, longest: Array) -> Array:
        """By how much ln U rises outside the lifetimes for which a bound is known; arguments broadcast."""
        rise = np.zeros(np.broadcast_shapes(np.shape(lifetime), np.shape(shortest)))
        if self.short_lived == "exponential":
            rise = rise + np.maximum(shortest / np.maximum(lifetime, SMALLEST) - 1.0, 0.0)
        if self.long_lived == "proportional":
            rise = rise + np.maximum(np.log(np.maximum(lifetime, SMALLEST) / np.maximum(longest, SMALLEST)), 0.0)
        return rise

    @cached_property
    def _log_lifetimes(self) -> Array:
        return np.log(self.lifetimes + self._shift) if self.lifetimes.size > 1 else np.zeros(1)

    def log_bound(self, mass: Array, lifetime: Array) -> Array:
        """ln U at ``mass`` [GeV] and ``lifetime`` [s], of one shape; NaN where nothing was searched."""
        first, last = self.lifetimes[0], self.lifetimes[-1]
        flat, inside = mass.ravel(), np.clip(lifetime, first, last)
        where = np.log(inside + self._shift).ravel()
        value = look_up_in_rows(self.masses, self._log_lifetimes, self._log_bounds, flat, where).reshape(mass.shape)
        if (inside == lifetime).all():
            return value
        shortest = look_up(self.masses, self._shortest, flat).reshape(mass.shape)
        return np.asarray(value + self._log_rise(lifetime, shortest, last) - self._log_rise(inside, shortest, last))

    def compare(self, predictions: Mapping[str, Array]) -> Comparison:
        """The observable, the bound at its mass, lifetime and invisible fraction, and the signal's pull."""
        value, mass, lifetime, *fractions = (np.asarray(predictions[name]) for name in self.observables)
        reach = np.exp(-self.log_bound(mass, lifetime))
        for fraction in fractions:
            stable = np.exp(-self.log_bound(mass, np.full_like(lifetime, self.lifetimes[-1])))
            reach = fraction * stable + (1.0 - fraction) * reach
        searched = ~np.isnan(reach)
        with np.errstate(divide="ignore"):
            bound = np.where(searched, 1.0 / reach, np.nan)
        pull = one_sided_sigmas(self.confidence_level) * (value * np.where(searched, reach, 0.0)) ** self.power
        return Comparison(value, bound, pull)

    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L, the shape of the predictions."""
        return np.asarray(0.0 - 0.5 * self.compare(predictions).pull ** 2)

    def describe(self) -> str:
        """The limit in one line."""
        return (
            f"{self.observable} < {np.nanmin(self.bounds):g} to {np.nanmax(self.bounds):g} at "
            f"{100 * self.confidence_level:g} % for {self.masses[0]:g} < {self.abscissa}/GeV < {self.masses[-1]:g} and "
            f"lifetimes from {self.lifetimes[0] / PICOSECOND:g} to {self.lifetimes[-1] / PICOSECOND:g} ps"
        )


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
    if not values or lifetimes[0] < 0.0 or (np.diff(lifetimes) <= 0.0).any():
        raise CatalogueError(f"{table.path}: lifetimes must rise from zero or more: {', '.join(columns) or 'none'}")
    if lifetimes[0] == 0.0 and (short_lived != "constant" or len(values) == 1):
        raise CatalogueError(f"{table.path}: a column '0 ps' needs short_lived = \"constant\" and a second lifetime")
    return lifetimes
