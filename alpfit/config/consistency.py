"""What only the whole of a run's input shows: parameters against the scenario, likelihoods against its predictions."""

from collections.abc import Mapping
from itertools import combinations

from alpfit.config.tables import Configuration
from alpfit.errors import ConfigurationError, one_of
from alpfit.likelihoods import Measurement
from alpfit.relic import resolve_annihilation_scale
from alpfit.scenarios import DARK_MATTER, SCENARIOS, Scenario, scenario_for

Ends = Mapping[str, tuple[float, float]]
"""Of each parameter the lowest and the highest value."""


def check_consistency(configuration: Configuration) -> None:
    """Raise :class:`ConfigurationError` for the first thing but measurements that does not fit the rest."""
    resolve_annihilation_scale(configuration.relic.annihilation_scale)
    _check_parameters(configuration)
    _check_sampler(configuration)
    _check_named_once(configuration)


def check_measurements(configuration: Configuration) -> None:
    """Raise :class:`ConfigurationError` for the first measurement that cannot be used, alone or beside the others."""
    measurements = configuration.build_likelihood().measurements
    scenario = configuration.build_scenario()
    ends = {name: _within(_ends(configuration, name), scenario.ranges[name]) for name in configuration.parameters}
    for measurement in measurements:
        if measurement.projection and not configuration.projection:
            raise ConfigurationError(
                f"likelihoods: '{measurement.name}' is a projection, not data: leave it out, or set projection = true"
            )
        check_regimes(measurement, scenario, ends)
        _check_predicted(measurement, configuration.scenario, scenario)
    for one, other in combinations(measurements, 2):
        if other.name in one.overlaps or one.name in other.overlaps:
            raise ConfigurationError(
                f"likelihoods: '{one.name}' and '{other.name}' use the same data, which would count twice: "
                "name one of them"
            )


def _check_parameters(configuration: Configuration) -> None:
    scenario, chosen = configuration.build_scenario(), configuration.scenario
    widest = scenario_for(chosen, DARK_MATTER)
    known = {**widest.parameters, **widest.optional}
    for name in configuration.parameters:
        if name not in known:
            raise ConfigurationError(f"[parameters] {name} is not a parameter of this scenario: {one_of(name, known)}")
    for name in scenario.parameters:
        if name not in configuration.parameters:
            needed = name in SCENARIOS[chosen]().parameters
            way_out = "" if needed else f", or leave out {_other(name)}: '{chosen}' has both of them or neither"
            raise ConfigurationError(f"[parameters] {name} is missing: give it a prior or a fixed value{way_out}")
    for name in configuration.parameters:
        _check_range(configuration, scenario, name)
    if {"g_aww", "cB_over_cW"} <= set(configuration.parameters):
        raise ConfigurationError("[parameters] g_aww and cB_over_cW say the same twice: give one of them")


def _check_range(configuration: Configuration, scenario: Scenario, name: str) -> None:
    """Whether the model can have a prediction at any value that a parameter may have."""
    (lowest, highest), (low, high) = _ends(configuration, name), scenario.ranges[name]
    if lowest > high or highest < low:
        value = f"from {lowest:g} to {highest:g}" if name in configuration.priors else f"= {lowest:g}"
        raise ConfigurationError(
            f"[parameters] {name} {value} has no prediction: it must be between {low:g} and {high:g}"
        )


def _ends(configuration: Configuration, name: str) -> tuple[float, float]:
    """The lowest and the highest value of a parameter; infinite where its prior is."""
    if name in configuration.fixed:
        return configuration.fixed[name], configuration.fixed[name]
    return configuration.priors[name].bounds


def _within(ends: tuple[float, float], limits: tuple[float, float]) -> tuple[float, float]:
    """Of what lies between the ``ends`` the part within the ``limits``."""
    return max(ends[0], limits[0]), min(ends[1], limits[1])


def _other(name: str) -> str:
    """What goes together with a parameter of dark matter."""
    return next(other for other in DARK_MATTER if other != name)


def _check_sampler(configuration: Configuration) -> None:
    """Whether the parameters that the sampler's options name are sampled."""
    for option, names in configuration.sampler.named_parameters.items():
        for name in names:
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


def check_regimes(measurement: Measurement, scenario: Scenario, ends: Ends) -> None:
    """Raise :class:`ConfigurationError` where the measurement does not hold for all points between the ``ends``."""
    regimes = scenario.regimes(ends)
    for regime, where in regimes.items():
        if regime not in measurement.scenarios:
            lowest, highest = ends.get("r", (0.0, 0.0))
            reach = f"r = {lowest:g}" if lowest == highest else f"r is from {lowest:g} to {highest:g}"
            way_out = "bound r's prior at 0.5, or leave the entry out" if len(regimes) > 1 else "leave the entry out"
            raise ConfigurationError(
                f"likelihoods: '{measurement.name}' is made for: {', '.join(measurement.scenarios)}, and does not hold "
                f"{where}{f', but {reach}' if 'r' in ends else ''}: {way_out}"
            )


def check_entry(measurement: Measurement) -> None:
    """Raise :class:`ConfigurationError` where a scenario that an entry is made for does not predict what it reads."""
    for name in measurement.scenarios:
        if name not in SCENARIOS:
            raise ConfigurationError(f"{measurement.name}: scenarios: '{name}' is not known: {one_of(name, SCENARIOS)}")
        _check_predicted(measurement, name, scenario_for(name, DARK_MATTER))


def _check_predicted(measurement: Measurement, name: str, scenario: Scenario) -> None:
    for observable in measurement.observables:
        if observable in _names_of(scenario):
            continue
        needs = f"likelihoods: '{measurement.name}' needs {observable}, which the scenario '{name}'"
        if observable in _names_of(scenario_for(name, DARK_MATTER)):
            raise ConfigurationError(
                f"{needs} predicts only with dark matter: give {' and '.join(DARK_MATTER)} in [parameters]"
            )
        raise ConfigurationError(f"{needs} does not predict: {one_of(observable, scenario.observables)}")


def _names_of(scenario: Scenario) -> set[str]:
    """All that a measurement can read."""
    return {*scenario.parameters, *scenario.optional, *scenario.observables}
