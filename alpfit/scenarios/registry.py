"""The family of scenarios, by name."""

from collections.abc import Iterable

from alpfit.numerics.registry import Registry
from alpfit.scenarios.alp import AlpScenario
from alpfit.scenarios.base import DEFAULT, Choices, Scenario, ScenarioKind
from alpfit.scenarios.portal import PortalScenario

SCENARIOS: Registry[ScenarioKind] = Registry(
    "scenario",
    {
        "invisible": PortalScenario,
        "displaced": AlpScenario,
    },
)
"""``invisible``: a -> chi chi, the ALP is missing energy; ``displaced``: a -> gamma gamma, outside the detector.

Each with the fewest parameters that it can have: see :func:`scenario_for`.
"""


def scenario_for(name: str, parameters: Iterable[str], choices: Choices = DEFAULT) -> Scenario:
    """The scenario ``name`` of a run that has these ``parameters``: with one of its extension's it is extended.

    ``displaced`` with dark matter is the same model as ``invisible``: how the ALP decays follows from the masses.
    """
    extension = SCENARIOS[name].extension
    if extension is None or set(extension.parameters).isdisjoint(parameters):
        return SCENARIOS[name](choices)
    return extension.scenario(choices)


def widest_scenario(name: str) -> Scenario:
    """The scenario ``name`` with all that it can have."""
    extension = SCENARIOS[name].extension
    return scenario_for(name, () if extension is None else extension.parameters)
