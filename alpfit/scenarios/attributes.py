"""What a scenario of one's own says of itself, looked at before anything is made of it."""

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from alpfit.errors import ConfigurationError, one_of
from alpfit.numerics.arguments import shown
from alpfit.scenarios.base import Parameter, Quantity, Scenario

PARAMETER = "Parameter(LABEL, UNIT, range=(LOW, HIGH))"


def check_options(made_by: type[Scenario], place: str) -> None:
    """Raise :class:`ConfigurationError` where ``Options`` is no class of options."""
    options: Any = made_by.Options
    good = isinstance(options, type) and (dataclasses.is_dataclass(options) or issubclass(options, BaseModel))
    if options is not None and not good:
        raise ConfigurationError(
            f"{place}: Options = {shown(options)} must be a class: a dataclass, or a model of pydantic"
        )


def check_attributes(scenario: Scenario, place: str) -> None:
    """Raise :class:`ConfigurationError` for the first attribute of ``scenario`` that is not what it has to be."""
    _check_quantities(scenario, "parameters", Parameter, PARAMETER, place)
    _check_quantities(scenario, "optional", Parameter, PARAMETER, place)
    _check_quantities(scenario, "observables", Quantity, "Quantity(LABEL, UNIT)", place)
    if not scenario.parameters:
        raise ConfigurationError(f"{place}: parameters is empty: give it a dictionary, name to {PARAMETER}")
    parameters = {**scenario.parameters, **scenario.optional}
    for name, parameter in parameters.items():
        _check_range(name, parameter, place)
    _check_names("headline", scenario.headline, scenario.observables or None, place)
    _check_names("engines", scenario.engines, None, place)
    _check_names("plane", scenario.plane, parameters, place)
    if len(scenario.plane) not in (0, 2):
        raise ConfigurationError(f"{place}: plane = {shown(scenario.plane)} must be the names of two parameters")
    _check_list("alternatives", scenario.alternatives, "pairs of parameters", place)
    for pair in scenario.alternatives:
        _check_names("alternatives", pair, parameters, place)
        if len(pair) != 2:
            raise ConfigurationError(f"{place}: alternatives: {shown(pair)} must be a pair of parameters")
    _check_list("references", scenario.references, "dictionaries with key, author, title and year", place)
    for reference in scenario.references:
        if not isinstance(reference, Mapping):
            raise ConfigurationError(
                f"{place}: references: {shown(reference)} must be a dictionary with key, author, title and year"
            )
    if not isinstance(scenario.border, str):
        raise ConfigurationError(f"{place}: border = {shown(scenario.border)} must be text")


def _check_quantities(scenario: Scenario, name: str, kind: type[Quantity], advice: str, place: str) -> None:
    """Whether the attribute ``name`` is a dictionary of names to what is of this ``kind``."""
    given: Any = getattr(scenario, name)
    if not isinstance(given, Mapping):
        raise ConfigurationError(f"{place}: {name} = {shown(given)} must be a dictionary, name to {advice}")
    for key, value in given.items():
        if not isinstance(key, str) or not isinstance(value, kind):
            raise ConfigurationError(f"{place}: {name}[{key!r}] = {shown(value)} must be {advice}")


def _check_range(name: str, parameter: Parameter, place: str) -> None:
    ends: Any = parameter.range
    numbers = isinstance(ends, Sequence) and len(ends) == 2 and all(isinstance(end, int | float) for end in ends)
    if not numbers or not ends[0] < ends[1] or any(math.isnan(end) for end in ends):
        raise ConfigurationError(f"{place}: the range of {name} = {shown(ends)} must be two numbers, the smaller first")


def _check_list(name: str, given: Any, what: str, place: str) -> None:
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise ConfigurationError(f"{place}: {name} = {shown(given)} must be a list of {what}")


def _check_names(name: str, given: Any, known: Mapping[str, Any] | None, place: str) -> None:
    """Whether the attribute ``name`` is a list of names, of those that are ``known`` if that is said."""
    _check_list(name, given, "names", place)
    for each in given:
        if not isinstance(each, str) or (known is not None and each not in known):
            hint = "" if known is None else f": {one_of(str(each), known)}"
            raise ConfigurationError(f"{place}: {name}: {shown(each)} is not known{hint}")
