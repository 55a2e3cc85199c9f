"""What only the whole of a run's input shows: parameters against the scenario, likelihoods against its predictions."""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from alpfit.config.tables import Configuration
from alpfit.errors import ConfigurationError, one_of
from alpfit.inference.joint import Kernels, transform
from alpfit.inference.problem import Problem
from alpfit.likelihoods import JointLikelihood, Measurement
from alpfit.likelihoods.forms.binned import Binned
from alpfit.numerics.expressions import in_order
from alpfit.scenarios import SCENARIOS, CheckedScenario, Scenario
from alpfit.scenarios.registry import Kind, widest_scenario

Array = NDArray[np.float64]

Ends = Mapping[str, tuple[float, float]]
"""Of each parameter the lowest and the highest value."""


N_INSIDE = 1024
"""Points of a Sobol sequence between the ends of the priors at which formulas are worked out, beside the corners."""

MOST_CORNERS = 10
"""Parameters of whose priors all corners are looked at."""

N_TRIED = 32
"""Points of the prior at which a scenario of one's own is tried before anything is sampled."""


def check_consistency(configuration: Configuration, *, tried: bool = True) -> None:
    """Raise :class:`ConfigurationError` for the first thing but measurements that does not fit the rest.

    Without ``tried`` a scenario of one's own is not called.
    """
    _check_joint(configuration)
    _check_formulas(configuration)
    _check_parameters(configuration)
    _check_sampler(configuration)
    _check_named_once(configuration)
    if tried and configuration.kind.place and configuration.kind.record is None:
        _try_scenario(configuration)


def check_measurements(configuration: Configuration) -> None:
    """Raise :class:`ConfigurationError` for the first measurement that cannot be used, alone or beside the others."""
    measurements = configuration.likelihood.measurements
    scenario = configuration.theory
    all_ends = _all_ends(configuration)
    ends = {name: _within(all_ends[name], scenario.ranges[name]) for name in all_ends if name in scenario.ranges}
    for measurement in measurements:
        if measurement.projection and not configuration.projection:
            raise ConfigurationError(
                f"likelihoods: '{measurement.name}' is a projection, not data: leave it out, or set projection = true"
            )
        if scenario.place and not measurement.own_models:
            raise ConfigurationError(
                f"likelihoods: '{measurement.name}' holds for the package's own scenarios alone, "
                f"{', '.join(measurement.scenarios)}: leave it out"
            )
        check_regimes(measurement, scenario, ends)
        _check_predicted(measurement, scenario, {*configuration.quantities})
        _check_prior_data(configuration, measurement)
    check_shared_data(measurements)


def check_shared_data(measurements: Sequence[Measurement]) -> None:
    """Raise :class:`ConfigurationError` where two of the ``measurements`` use the same data."""
    for one, other in combinations(measurements, 2):
        if other.name in one.overlaps or one.name in other.overlaps:
            raise ConfigurationError(
                f"likelihoods: '{one.name}' and '{other.name}' use the same data, which would count twice: "
                "name one of them"
            )


def _check_prior_data(configuration: Configuration, measurement: Measurement) -> None:
    """Whether the posterior that is a prior has used the data of ``measurement`` already."""
    for name, joint in configuration.joint.items():
        if not isinstance(joint, Kernels):
            continue
        for used in joint.likelihoods:
            if used == measurement.name or used in measurement.overlaps:
                same = "" if used == measurement.name else f", of the same data as '{used}'"
                raise ConfigurationError(
                    f"likelihoods: '{measurement.name}'{same} is in the posterior that is [joint.{name}], {joint.run}, "
                    "and would count twice: leave it out"
                )


def _check_joint(configuration: Configuration) -> None:
    """Whether each parameter has one prior."""
    seen: dict[str, str] = {}
    for name, joint in configuration.joint.items():
        for parameter in joint.parameters:
            other = f"[joint.{seen[parameter]}]" if parameter in seen else "[parameters]"
            if parameter in seen or parameter in configuration.parameters:
                raise ConfigurationError(
                    f"[joint.{name}] {parameter} has a value or a prior in {other}, too: leave one of them out"
                )
            seen[parameter] = name


def _check_formulas(configuration: Configuration) -> None:
    """Whether formulas read what there is, and not themselves."""
    names = configuration.all_parameters
    for name, formula in configuration.formulas.items():
        for read in formula.names:
            if read not in names:
                raise ConfigurationError(
                    f"[parameters] {name} = '{formula.text}' reads {read}, which has no value: {one_of(read, names)}"
                )
    in_order(configuration.formulas, "[parameters]")
    known = configuration.quantities
    for name, formula in configuration.wanted.items():
        if name in configuration.theory.observables or name in names:
            raise ConfigurationError(f"[derived] {name} is there without it: give it another name")
        for read in formula.names:
            optional = read in configuration.theory.optional and read not in names
            if read not in known or optional:
                raise ConfigurationError(
                    f"[derived] {name} = '{formula.text}' reads {read}, which is not known: {one_of(read, known)}"
                )
        if spectra := [read for read in formula.names if known[read].bins]:
            raise ConfigurationError(
                f"[derived] {name} = '{formula.text}' reads {spectra[0]}, which is a spectrum, not a number"
            )
    in_order(configuration.wanted, "[derived]")
    if any("/" in name for name in (*configuration.wanted, *names)):
        name = next(name for name in (*configuration.wanted, *names) if "/" in name)
        raise ConfigurationError(
            f"{name} has a slash, which a name cannot have in the files of a run: write it otherwise"
        )


def _check_parameters(configuration: Configuration) -> None:
    scenario, kind = configuration.theory, configuration.kind
    widest, read = kind.widest(), _read_by_formulas(configuration)
    known = {**widest.parameters, **widest.optional}
    for name in configuration.all_parameters:
        if name not in known and name not in read:
            raise ConfigurationError(f"[parameters] {name} is not a parameter of this scenario: {one_of(name, known)}")
        if name not in known and name in scenario.observables:
            raise ConfigurationError(f"[parameters] {name} is predicted by this scenario: give it another name")
    for name in scenario.parameters:
        if name not in configuration.all_parameters:
            way_out = f"give it a prior or a fixed value{_or_leave_out(name, kind)}"
            raise ConfigurationError(f"[parameters] {name} is missing: {way_out}")
    all_ends = _all_ends(configuration)
    for name in configuration.all_parameters:
        if name in known:
            _check_range(configuration, scenario, name, all_ends[name])
    check_alternatives(scenario, configuration.all_parameters, "[parameters]")


def check_alternatives(scenario: Scenario, given: Collection[str], place: str) -> None:
    """Raise :class:`ConfigurationError` where two of the ``given`` parameters, which stand at ``place``, are one."""
    for pair in scenario.alternatives:
        if set(pair) <= set(given):
            raise ConfigurationError(f"{place} {' and '.join(pair)} say the same twice: give one of them")


def _read_by_formulas(configuration: Configuration) -> set[str]:
    formulas = (*configuration.formulas.values(), *configuration.wanted.values())
    return {name for formula in formulas for name in formula.names}


def _check_range(configuration: Configuration, scenario: Scenario, name: str, ends: tuple[float, float]) -> None:
    """Whether the model can have a prediction at any value that a parameter may have."""
    (lowest, highest), (low, high) = ends, scenario.ranges[name]
    if lowest > high or highest < low or not lowest <= highest:
        value = f"= {lowest:g}" if name in configuration.fixed else f"from {lowest:g} to {highest:g}"
        raise ConfigurationError(
            f"[parameters] {name} {value} has no prediction: it must be between {low:g} and {high:g}"
        )


def _all_ends(configuration: Configuration) -> dict[str, tuple[float, float]]:
    """Of each parameter the lowest and the highest value; infinite where its prior is.

    Of one that follows from others they are those at the corners of their priors and at many points inside.
    """
    ends = {name: (value, value) for name, value in configuration.fixed.items()}
    ends |= {name: prior.bounds for name, prior in configuration.priors.items()}
    formulas = configuration.formulas
    if formulas:
        points = _points_between(configuration)
        for name in in_order(formulas, "[parameters]"):
            points[name] = np.broadcast_to(formulas[name](points), next(iter(points.values())).shape)
            finite = points[name][np.isfinite(points[name])]
            if finite.size == 0:
                raise ConfigurationError(f"[parameters] {name} = '{formulas[name].text}' is not a number anywhere")
            ends[name] = float(finite.min()), float(finite.max())
    return ends


def _points_between(configuration: Configuration) -> dict[str, Array]:
    """All parameters without a formula at the corners of the priors and at points inside, arrays of one shape."""
    from scipy.stats import qmc

    n = len(configuration.priors)
    inside = qmc.Sobol(n, scramble=False).random(N_INSIDE) if n else np.zeros((1, 0))
    corners = np.array(list(product((0.0, 1.0), repeat=n))) if n <= MOST_CORNERS else np.eye(n)
    shared = np.array([prior.joint is not None for prior in configuration.priors.values()], dtype=bool)
    corners = np.where(shared, np.clip(corners, 1e-9, 1.0 - 1e-9), corners)  # a Gaussian has no corner
    u = np.concatenate([np.clip(inside, 1e-9, 1.0 - 1e-9), corners])
    theta = transform(configuration.priors, u) if n else np.zeros((len(u), 0))
    fixed = {name: np.full(len(u), value) for name, value in configuration.fixed.items()}
    return fixed | {name: theta[:, i] for i, name in enumerate(configuration.priors)}


def _try_scenario(configuration: Configuration) -> None:
    """Whether a scenario of one's own has answers in the prior."""
    problem = Problem(
        configuration.theory, JointLikelihood(()), configuration.priors, configuration.fixed, configuration.formulas
    )
    u = np.random.default_rng(0).random((N_TRIED, problem.n_dim))
    u[0] = 0.5
    theta = problem.prior_transform(u) if problem.n_dim else np.zeros((2, 0))
    sampled = {name: theta[:, i] for i, name in enumerate(problem.names)}
    points = problem.completed(sampled or {name: np.full(2, value) for name, value in problem.fixed.items()})
    ranges, own = configuration.theory.ranges, problem.of_scenario(points)
    good = np.all([(v >= ranges[name][0]) & (v <= ranges[name][1]) for name, v in own.items()], axis=0)
    if good.any():
        chosen = np.flatnonzero(good)
        chosen = chosen if chosen.size > 1 else np.repeat(chosen, 2)
        configuration.theory.check({name: values[chosen] for name, values in own.items()})


def _within(ends: tuple[float, float], limits: tuple[float, float]) -> tuple[float, float]:
    """Of what lies between the ``ends`` the part within the ``limits``."""
    return max(ends[0], limits[0]), min(ends[1], limits[1])


def _or_leave_out(name: str, kind: Kind) -> str:
    """What else can be done about a parameter that is missing: nothing where the scenario cannot do without."""
    extension = kind.made_by.extension
    if extension is None or name not in extension.parameters:
        return ""
    other = next(other for other in extension.parameters if other != name)
    return f", or leave out {other}: '{kind.name}' has both of them or neither"


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
            if not measurement.scenarios:
                raise ConfigurationError(
                    f"likelihoods: '{measurement.name}' does not say for which of the package's scenarios it holds: "
                    f"add scenarios = ['{regime}'] to its likelihood.toml, if it holds {where}"
                )
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
        scenario = widest_scenario(name)
        _check_predicted(measurement, scenario, {*scenario.parameters, *scenario.optional, *scenario.observables})


def _check_predicted(measurement: Measurement, scenario: CheckedScenario, known: Collection[str]) -> None:
    for observable in measurement.observables:
        if observable in known:
            continue
        needs = f"likelihoods: '{measurement.name}' needs {observable}, which the scenario '{scenario.name}'"
        extension = scenario.extension
        if extension is not None and observable in {
            *extension.scenario().parameters,
            *extension.scenario().observables,
        }:
            parameters = " and ".join(extension.parameters)
            raise ConfigurationError(f"{needs} predicts only with {extension.what}: give {parameters} in [parameters]")
        raise ConfigurationError(
            f"{needs} does not predict: {_by_option(measurement, observable, known)}"
            f"{one_of(observable, scenario.observables)}"
        )


def _by_option(measurement: Measurement, observable: str, known: Collection[str]) -> str:
    """An option with which the measurement would not read an ``observable`` that is not ``known``, as advice."""
    table = f"[options.{measurement.name}]"
    for option, value in measurement.options.items():
        if value == observable:
            return f"give {option} in {table} a number; "
    if isinstance(measurement.form, Binned) and measurement.form.by_q2 in known:
        return f"set signal_is = 'spectrum' in {table}; "
    return ""
