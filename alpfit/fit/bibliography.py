"""What to cite for a fit: its measurements, and the physics and programs it is made with."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from alpfit.chains.folder import RunFolder
from alpfit.config import Configuration, load_configuration
from alpfit.errors import ConfigurationError, one_of
from alpfit.likelihoods import Measurement
from alpfit.likelihoods.source import Reference
from alpfit.scenarios import SCENARIOS

METHODS: Mapping[str, Reference] = MappingProxyType(
    {
        "hpqcd2022": Reference(
            key="Parrott:2022rgu",
            author="Parrott, W. G. and Bouchard, C. and Davies, C. T. H.",
            collaboration="HPQCD",
            title="B -> K and D -> K form factors from fully relativistic lattice QCD",
            journal="Phys. Rev. D 107 (2023) 014510",
            doi="10.1103/PhysRevD.107.014510",
            eprint="2207.12468",
            year=2023,
        ),
        "exponential": Reference(
            key="Ball:2004ye",
            author="Ball, Patricia and Zwicky, Roman",
            title="New results on B -> pi, K, eta decay formfactors from light-cone sum rules",
            journal="Phys. Rev. D 71 (2005) 014015",
            doi="10.1103/PhysRevD.71.014015",
            eprint="hep-ph/0406232",
            year=2005,
        ),
        "cbe": Reference(
            key="Binder:2017rgn",
            author="Binder, Tobias and Bringmann, Torsten and Gustafsson, Michael and Hryczuk, Andrzej",
            title="Early kinetic decoupling of dark matter: when the standard way of calculating the thermal relic "
            "density fails",
            journal="Phys. Rev. D 96 (2017) 115010",
            doi="10.1103/PhysRevD.96.115010",
            eprint="1706.07433",
            year=2017,
        ),
        "saikawa-shirai-2018": Reference(
            key="Saikawa:2018rcs",
            author="Saikawa, Ken'ichi and Shirai, Satoshi",
            title="Primordial gravitational waves, precisely: The role of thermodynamics in the Standard Model",
            journal="JCAP 05 (2018) 035",
            doi="10.1088/1475-7516/2018/05/035",
            eprint="1803.01038",
            year=2018,
        ),
        "borsanyi-2016": Reference(
            key="Borsanyi:2016ksw",
            author="Borsanyi, Sz. and others",
            title="Calculation of the axion mass based on high-temperature lattice quantum chromodynamics",
            journal="Nature 539 (2016) 69",
            doi="10.1038/nature20115",
            eprint="1606.07494",
            year=2016,
        ),
        "dynesty": Reference(
            key="Speagle:2019ivv",
            author="Speagle, Joshua S.",
            title="dynesty: a dynamic nested sampling package for estimating Bayesian posteriors and evidences",
            journal="Mon. Not. Roy. Astron. Soc. 493 (2020) 3132",
            doi="10.1093/mnras/staa278",
            eprint="1904.02180",
            year=2020,
        ),
    }
)
"""Papers behind the choices in a run's input, by their names."""


def bibliography(path: Path) -> tuple[Reference, ...]:
    """What to cite for the TOML file or run folder at ``path``, each once, in the order of the fit's likelihoods.

    Raises :class:`ConfigurationError`.
    """
    return references(load_configuration(RunFolder(path).configuration if path.is_dir() else path))


def references(configuration: Configuration) -> tuple[Reference, ...]:
    """What to cite for a fit: the measurements' papers, and those of the methods it names."""
    found = {r.key: r for m in configuration.build_likelihood().measurements for r in m.references}
    names = [configuration.physics.form_factor, configuration.sampler.name]
    if "Omega_h2" in configuration.build_scenario().observables:
        names += [configuration.relic.engine, configuration.relic.plasma]
    for name in names:
        if name in METHODS:
            found.setdefault(METHODS[name].key, METHODS[name])
    return tuple(found.values())


def check_observables(measurement: Measurement) -> None:
    """Raise :class:`ConfigurationError` where a scenario that an entry is made for does not predict what it reads."""
    for name in measurement.scenarios:
        if name not in SCENARIOS:
            raise ConfigurationError(f"{measurement.name}: scenarios: '{name}' is not known: {one_of(name, SCENARIOS)}")
        scenario = SCENARIOS[name]()
        known = {**scenario.parameters, **scenario.optional, **scenario.observables}
        for observable in measurement.observables:
            if observable not in known:
                raise ConfigurationError(
                    f"{measurement.name} needs {observable}, which the scenario '{name}' does not predict: "
                    f"{one_of(observable, known)}"
                )
