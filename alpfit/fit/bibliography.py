"""What to cite for a fit: its measurements, and the physics and programs it is made with."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from alpfit.chains.folder import RunFolder
from alpfit.config import Configuration, load_configuration
from alpfit.likelihoods.source import Reference
from alpfit.numerics.arguments import path_of


@cache
def methods() -> Mapping[str, Reference]:
    """Papers behind the choices in a run's input, by their names."""
    text = Path(__file__).with_name("methods.toml").read_text(encoding="utf-8")
    return MappingProxyType({name: Reference(**fields) for name, fields in tomllib.loads(text).items()})


def bibliography(path: str | Path) -> tuple[Reference, ...]:
    """What to cite for the TOML file or run folder at ``path``, each once, in the order of the fit's likelihoods.

    Raises :class:`ConfigurationError`.
    """
    path = path_of("path", path)
    return references(load_configuration(RunFolder(path).configuration if path.is_dir() else path))


def references(configuration: Configuration) -> tuple[Reference, ...]:
    """What to cite for a fit: the measurements' papers, and those of the methods it names."""
    found = {r.key: r for m in configuration.build_likelihood().measurements for r in m.references}
    names = [configuration.physics.form_factor, configuration.sampler.name]
    if "Omega_h2" in configuration.build_scenario().observables:
        names += [configuration.relic.engine, configuration.relic.plasma]
    for name in names:
        if name in methods():
            found.setdefault(methods()[name].key, methods()[name])
    return tuple(found.values())
