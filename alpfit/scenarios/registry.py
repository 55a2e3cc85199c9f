"""The family of scenarios, by name."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from alpfit.scenarios.alp import AlpScenario
from alpfit.scenarios.base import DEFAULT, Choices, Scenario
from alpfit.scenarios.portal import PortalScenario

SCENARIOS: Mapping[str, type[PortalScenario] | type[AlpScenario]] = MappingProxyType(
    {"invisible": PortalScenario, "displaced": AlpScenario}
)
"""``invisible``: a -> chi chi, the ALP is missing energy; ``displaced``: a -> gamma gamma, outside the detector.

Each with the fewest parameters that it can have: see :func:`scenario_for`.
"""

DARK_MATTER = ("r", "g_achi")
"""The parameters of dark matter, without which ``displaced`` is an ALP alone."""


def scenario_for(name: str, parameters: Iterable[str], choices: Choices = DEFAULT) -> Scenario:
    """The scenario ``name`` of a run that has these ``parameters``: with one of :data:`DARK_MATTER` there is some.

    With dark matter all of them are the same model: how the ALP decays follows from the masses.
    """
    return SCENARIOS[name](choices) if set(DARK_MATTER).isdisjoint(parameters) else PortalScenario(choices)
