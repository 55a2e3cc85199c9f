"""One's own scenario, checked before anything is sampled: what it has, which measurements can use it, its speed."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from alpfit import likelihoods as catalogue
from alpfit.errors import ConfigurationError
from alpfit.likelihoods import Measurement
from alpfit.numerics.arguments import shown
from alpfit.scenarios import SCENARIOS, CheckedScenario, Quantity
from alpfit.scenarios.base import OPTIONAL
from alpfit.scenarios.registry import is_place, kind_of
from alpfit.scenarios.trusted import trust

AT_ONCE = 64
"""Points of the second measurement of speed."""


@dataclass(frozen=True)
class ScenarioCheck:
    """What there is to say of a scenario.

    ``observables`` are those that it predicts, ``measurements`` the entries of the catalogue that read nothing else,
    ``unread`` what no entry reads, and ``lacking`` the methods that it does not have. ``seconds`` are those of a call
    with one point, and per point of a call with :data:`AT_ONCE`.
    """

    name: str
    place: str
    parameters: Mapping[str, Quantity]
    observables: Mapping[str, Quantity]
    options: tuple[str, ...]
    measurements: tuple[str, ...]
    unread: tuple[str, ...]
    lacking: tuple[str, ...]
    seconds: tuple[float, float]

    def as_text(self) -> str:
        """The same as text."""
        single, many = (1e3 * seconds for seconds in self.seconds)
        lines = [f"{self.name}: {self.place or 'of this package'}", "parameters"]
        lines += [f"  {name:30s}{_in_words(quantity)}" for name, quantity in self.parameters.items()]
        lines.append("predictions")
        lines += [f"  {name:30s}{_in_words(quantity)}" for name, quantity in self.observables.items()]
        lines += [f"options: {', '.join(self.options)}"] if self.options else []
        lines.append(f"measurements that can use it: {', '.join(self.measurements) or 'none'}")
        if self.unread:
            lines.append(f"read by none of the catalogue: {', '.join(self.unread)}")
        if self.lacking:
            lines.append(f"methods that it has not, and verbs may ask for: {', '.join(self.lacking)}")
        lines.append(f"a point takes {single:.3g} ms alone, {many:.3g} ms among {AT_ONCE}")
        return "\n".join(lines)


def check_scenario(name: str | Path) -> ScenarioCheck:
    """Check the scenario ``name``: one of the package's, a file, or ``package.module:Name``; its code is run.

    Raises :class:`ConfigurationError` where it cannot be loaded, and for an answer that cannot be used.

        >>> import alpfit
        >>> checked = alpfit.check_scenario("displaced")
        >>> "e137_1988" in checked.measurements
        True
    """
    named = str(name) if isinstance(name, Path) else name
    if not isinstance(named, str) or not (named in SCENARIOS or is_place(named)):
        raise ConfigurationError(
            f"scenario = {shown(name)} is not known: one of {', '.join(SCENARIOS)}, a file, './FILE.py', or "
            "'package.module:Name'"
        )
    kind = kind_of(named)
    if kind.place:
        trust(kind.digest)
    scenario = kind.widest()
    points = scenario.points_in_range(AT_ONCE)
    scenario.check(points)
    known = {**scenario.parameters, **scenario.optional, **scenario.observables}
    entries = [catalogue.load(entry) for entry in catalogue.names()]
    usable = tuple(m.name for m in entries if _wanted_of(m) <= set(known) and _is_for(scenario, m))
    read = {observable for m in entries for observable in m.observables}
    return ScenarioCheck(
        kind.name,
        scenario.place,
        {**scenario.parameters, **scenario.optional},
        scenario.observables,
        tuple(f"[{table}]" for table in kind.tables),
        usable,
        tuple(name for name in scenario.observables if name not in read),
        tuple(method for method in OPTIONAL if not scenario.provides(method)),
        (_seconds(scenario, points, 1), _seconds(scenario, points, AT_ONCE) / AT_ONCE),
    )


def _wanted_of(measurement: Measurement) -> set[str]:
    """What has to be predicted for a measurement, whatever its options are: one of them may be a prediction's name."""
    return {name for name in measurement.observables if name not in measurement.options.values()}


def _is_for(scenario: CheckedScenario, measurement: Measurement) -> bool:
    """Whether the ``measurement`` may hold for this scenario."""
    return measurement.own_models if scenario.place else scenario.name in measurement.scenarios


def _seconds(scenario: CheckedScenario, points: Mapping[str, np.ndarray], n: int) -> float:
    """Of a call with ``n`` points, the least of three."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        scenario.predict({name: values[:n] for name, values in points.items()})
        times.append(time.perf_counter() - start)
    return min(times)


def _in_words(quantity: Quantity) -> str:
    """Unit, range and description."""
    low, high = getattr(quantity, "range", (-np.inf, np.inf))
    words = [quantity.unit] if quantity.unit else []
    words += [f"from {low:g} to {high:g}"] if np.isfinite(low) or np.isfinite(high) else []
    words += [f"{quantity.bins} bins in q2"] if quantity.bins else []
    return ", ".join([*words, quantity.description] if quantity.description else words)
