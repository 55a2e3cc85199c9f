"""How much data an entry stands on, and which of its errors become smaller with more: what a forecast needs to know."""

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from alpfit.likelihoods.source import Text

Kind = Literal["control sample", "simulation", "theory", "efficiency", "external", "prior"]
"""Of an error, by what knows it: recorded data beside the signal, simulated events, a calculation, a calibration that
is no better with more data, other experiments, or nothing but a wide guess, which the fit itself replaces."""

Policy = Literal["statistical", "scaled", "frozen"]

SHRINKING: Mapping[Policy, frozenset[Kind]] = MappingProxyType(
    {
        "statistical": frozenset({"control sample", "simulation", "theory", "efficiency", "external", "prior"}),
        "scaled": frozenset({"control sample", "simulation"}),
        "frozen": frozenset(),
    }
)
"""The errors that go with one over the square root of the luminosity: all of them, as if each were statistical; those
that come from events, recorded or simulated; none."""


MOST_GROWTH = 1e3
"""Of the luminosity: with more no error that is known today would be one."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class ErrorClass:
    """Nuisance ``parameters`` of one ``kind``, and ``why`` they are."""

    kind: Kind
    parameters: Annotated[list[Text], Field(min_length=1)]
    why: Text


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Exposure:
    """The ``luminosity`` of the published data, in its ``unit``, and the classes of all errors."""

    luminosity: Annotated[float, Field(gt=0.0, strict=True, allow_inf_nan=False)]
    unit: Text
    where: Text
    errors: list[ErrorClass] = Field(default_factory=list)

    def widths(self, growth: float, policy: Policy, nuisances: Iterable[str]) -> dict[str, float]:
        """By nuisance, its error with ``growth`` times the data in units of today's.

        One that is in no class stays, unless all are statistical.
        """
        classes = [errors for errors in self.errors if errors.kind in SHRINKING[policy]]
        shrinking = {name for errors in classes for name in errors.parameters}
        shrunk = 1.0 / math.sqrt(growth)
        return {name: shrunk if name in shrinking or policy == "statistical" else 1.0 for name in nuisances}

    def check(self, nuisances: Iterable[str], *, all_of_them: bool = True) -> None:
        """Raise :class:`ValueError` where not each of the ``nuisances`` stands in one class, and nothing else does.

        Classes may name others where the nuisances are not ``all_of_them``, but those of some channels.
        """
        named = [name for errors in self.errors for name in errors.parameters]
        known = list(nuisances)
        for name in known:
            if named.count(name) != 1:
                often = "no class" if name not in named else f"{named.count(name)} classes"
                raise ValueError(f"errors: {name} stands in {often} of errors: it must stand in one")
        for name in named if all_of_them else ():
            if name not in known:
                raise ValueError(f"errors: {name} is no nuisance of this entry: {', '.join(known) or 'it has none'}")


UNKNOWN = Exposure(1.0, "times today's data", "the entry does not say how much data it has, nor what its errors are")
"""Of an entry with events and without a [forecast]."""
