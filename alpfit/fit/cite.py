"""What to cite for a fit: its measurements, and the physics and programs it is made with."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter, ValidationError

from alpfit.config import Configuration
from alpfit.errors import ConfigurationError, validation_sentence
from alpfit.fit.fit import Fit, fit_of
from alpfit.likelihoods.source import Reference
from alpfit.runs.run import Run


def cite(fit: Fit | Run | str | Path | Mapping[str, Any]) -> tuple[Reference, ...]:
    """What to cite for ``fit``, a TOML file, a run or what stands for one: each once, in the order of its likelihoods.

    Raises :class:`ConfigurationError`.

        >>> import alpfit
        >>> print(alpfit.cite("examples/invisible.toml")[0].bibtex().splitlines()[0])
        @article{Belle-II:2025lfq,
    """
    return references(fit_of(fit).configuration)


def references(configuration: Configuration) -> tuple[Reference, ...]:
    """What to cite for a fit: the measurements' papers, and those of the methods it names."""
    found = {r.key: r for m in configuration.likelihood.measurements for r in m.references}
    theory = configuration.theory
    for fields in theory.references:
        reference = _reference(theory.place, fields)
        found.setdefault(reference.key, reference)
    for name in (*theory.methods, configuration.sampler.name):
        if name in methods():
            found.setdefault(methods()[name].key, methods()[name])
    return tuple(found.values())


def _reference(place: str, fields: Mapping[str, Any]) -> Reference:
    """A reference of a scenario of one's own."""
    try:
        return TypeAdapter(Reference).validate_python(dict(fields))
    except ValidationError as error:
        raise ConfigurationError(f"{place}: references: {validation_sentence(error)}") from error


@cache
def methods() -> Mapping[str, Reference]:
    """Papers behind the choices in a run's input, by their names."""
    text = Path(__file__).with_name("methods.toml").read_text(encoding="utf-8")
    return MappingProxyType({name: Reference(**fields) for name, fields in tomllib.loads(text).items()})
