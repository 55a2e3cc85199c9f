"""What only the whole of a run's input shows: parameters against the scenario, likelihoods against its predictions."""

from collections.abc import Mapping
from itertools import combinations

from alpfit.config.tables import Configuration
from alpfit.errors import ConfigurationError, one_of
from alpfit.likelihoods import Measurement
from alpfit.relic import resolve_annihilation_scale
from alpfit.scenarios import SCENARIOS, Scenario, widest_scenario

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
    measurements = configuration.likelihood.measurements
    scenario = configuration.theory
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
    scenario, chosen = configuration.theory, configuration.scenario
    widest = widest_scenario(chosen)
    known = {**widest.parameters, **widest.optional}
    for name in configuration.parameters:
        if name not in known:
            raise ConfigurationError(f"[parameters] {name} is not a parameter of this scenario: {one_of(name, known)}")
    for name in scenario.parameters:
        if name not in configuration.parameters:
            way_out = f"give it a prior or a fixed value{_or_leave_out(name, chosen)}"
            raise ConfigurationError(f"[parameters] {name} is missing: {way_out}")
    for name in configuration.parameters:
        _check_range(configuration, scenario, name)
    for pair in scenario.alternatives:
        if set(pair) <= set(configuration.parameters):
            raise ConfigurationError(f"[parameters] {' and '.join(pair)} say the same twice: give one of them")


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


def _or_leave_out(name: str, scenario: str) -> str:
    """What else can be done about a parameter that is missing: nothing where the scenario cannot do without."""
    extension = SCENARIOS[scenario].extension
    if extension is None or name not in extension.parameters:
        return ""
    other = next(other for other in extension.parameters if other != name)
    return f", or leave out {other}: '{scenario}' has both of them or neither"


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
            reach = scenario.reach(ends)
            way_out = f"{scenario.border}, or leave the entry out" if len(regimes) > 1 else "leave the entry out"
            raise ConfigurationError(
                f"likelihoods: '{measurement.name}' is made for: {', '.join(measurement.scenarios)}, and does not hold "
                f"{where}{f', but {reach}' if reach else ''}: {way_out}"
            )


def check_entry(measurement: Measurement) -> None:
    """Raise :class:`ConfigurationError` where a scenario that an entry is made for does not predict what it reads."""
    for name in measurement.scenarios:
        if name not in SCENARIOS:
            raise ConfigurationError(f"{measurement.name}: scenarios: '{name}' is not known: {one_of(name, SCENARIOS)}")
        _check_predicted(measurement, name, widest_scenario(name))


def _check_predicted(measurement: Measurement, name: str, scenario: Scenario) -> None:
    for observable in measurement.observables:
        if observable in _names_of(scenario):
            continue
        needs = f"likelihoods: '{measurement.name}' needs {observable}, which the scenario '{name}'"
        extension = SCENARIOS[name].extension
        if extension is not None and observable in _names_of(extension.scenario()):
            parameters = " and ".join(extension.parameters)
            raise ConfigurationError(f"{needs} predicts only with {extension.what}: give {parameters} in [parameters]")
        raise ConfigurationError(f"{needs} does not predict: {one_of(observable, scenario.observables)}")


def _names_of(scenario: Scenario) -> set[str]:
    """All that a measurement can read."""
    return {*scenario.parameters, *scenario.optional, *scenario.observables}
