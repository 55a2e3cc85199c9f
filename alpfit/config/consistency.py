"""What only the whole of a run's input shows: parameters against the scenario, likelihoods against its predictions."""

from itertools import combinations

import numpy as np

from alpfit.config.tables import Configuration
from alpfit.errors import ConfigurationError, one_of
from alpfit.likelihoods import Measurement
from alpfit.relic import resolve_annihilation_scale
from alpfit.scenarios import SCENARIOS, Scenario


def check_consistency(configuration: Configuration) -> None:
    """Raise :class:`ConfigurationError` for the first thing but measurements that does not fit the rest."""
    resolve_annihilation_scale(configuration.relic.annihilation_scale)
    _check_parameters(configuration)
    _check_sampler(configuration)
    _check_named_once(configuration)


def check_measurements(configuration: Configuration) -> None:
    """Raise :class:`ConfigurationError` for the first measurement that cannot be used, alone or beside the others."""
    measurements = configuration.build_likelihood().measurements
    for measurement in measurements:
        _check_measurement(configuration, measurement)
    for one, other in combinations(measurements, 2):
        if other.name in one.overlaps or one.name in other.overlaps:
            raise ConfigurationError(
                f"likelihoods: '{one.name}' and '{other.name}' use the same data, which would count twice: "
                "name one of them"
            )


def _check_parameters(configuration: Configuration) -> None:
    scenario = configuration.build_scenario()
    known = {**scenario.parameters, **scenario.optional}
    for name in configuration.parameters:
        if name not in known:
            raise ConfigurationError(f"[parameters] {name} is not a parameter of this scenario: {one_of(name, known)}")
    for name in scenario.parameters:
        if name not in configuration.parameters:
            raise ConfigurationError(f"[parameters] {name} is missing: give it a prior or a fixed value")
    for name in configuration.parameters:
        _check_range(configuration, scenario, name)
    if {"g_aww", "cB_over_cW"} <= set(configuration.parameters):
        raise ConfigurationError("[parameters] g_aww and cB_over_cW say the same twice: give one of them")


def _check_range(configuration: Configuration, scenario: Scenario, name: str) -> None:
    """Whether the model can have a prediction at any value that a parameter may have."""
    prior = configuration.priors.get(name)
    ends = prior.transform(np.array([0.0, 1.0])) if prior else np.full(2, configuration.fixed[name])
    (lowest, highest), (low, high) = ends.tolist(), scenario.ranges[name]
    if lowest > high or highest < low:
        value = f"= {lowest:g}" if prior is None else f"from {lowest:g} to {highest:g}"
        raise ConfigurationError(
            f"[parameters] {name} {value} has no prediction: it must be between {low:g} and {high:g}"
        )
    most, why = scenario.ceilings.get(name, (high, ""))
    if lowest > most:
        raise ConfigurationError(
            f"[parameters] {name} = {lowest:g}{' and more' if prior else ''} has no prediction: {why}; "
            f"let it be {most:g} or less"
        )


def _check_sampler(configuration: Configuration) -> None:
    """Whether the parameters that the sampler's options name are sampled."""
    for option in ("periodic", "reflective"):
        for name in getattr(configuration.sampler, option, ()):
            if name not in configuration.priors:
                raise ConfigurationError(
                    f"[sampler] {option} = '{name}' is not a sampled parameter: {one_of(name, configuration.priors)}"
                )


def _check_named_once(configuration: Configuration) -> None:
    entries = configuration.entries
    for name in entries:
        if entries.count(name) > 1:
            raise ConfigurationError(f"likelihoods: '{name}' is named twice")
    for name in configuration.options:
        if name not in entries:
            raise ConfigurationError(f"[options.{name}] is not one of this run's likelihoods: {one_of(name, entries)}")


def _check_measurement(configuration: Configuration, measurement: Measurement) -> None:
    """Whether the measurement is data, made for the scenario, and reads what that predicts."""
    scenario, name = configuration.build_scenario(), measurement.name
    if measurement.projection and not configuration.projection:
        raise ConfigurationError(
            f"likelihoods: '{name}' is a projection, not data: leave it out, or set projection = true"
        )
    if configuration.scenario not in measurement.scenarios:
        raise ConfigurationError(
            f"likelihoods: '{name}' is not made for the scenario '{configuration.scenario}', "
            f"only for: {', '.join(measurement.scenarios)}"
        )
    _check_predicted(measurement, configuration.scenario, scenario)


def check_entry(measurement: Measurement) -> None:
    """Raise :class:`ConfigurationError` where a scenario that an entry is made for does not predict what it reads."""
    for name in measurement.scenarios:
        if name not in SCENARIOS:
            raise ConfigurationError(f"{measurement.name}: scenarios: '{name}' is not known: {one_of(name, SCENARIOS)}")
        _check_predicted(measurement, name, SCENARIOS[name]())


def _check_predicted(measurement: Measurement, name: str, scenario: Scenario) -> None:
    for observable in measurement.observables:
        if observable not in {**scenario.parameters, **scenario.optional, **scenario.observables}:
            raise ConfigurationError(
                f"likelihoods: '{measurement.name}' needs {observable}, which the scenario '{name}' does not predict: "
                f"{one_of(observable, scenario.observables)}"
            )
