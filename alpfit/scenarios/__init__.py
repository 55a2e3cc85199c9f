"""Scenarios: parameters to predictions, the package's own and anybody's."""

from alpfit.scenarios.base import Extension, Parameter, Predictions, Published, Quantity, Scenario
from alpfit.scenarios.checked import CheckedScenario
from alpfit.scenarios.choices import Choices
from alpfit.scenarios.names import quantity_for
from alpfit.scenarios.portal import DARK_MATTER
from alpfit.scenarios.registry import SCENARIOS, scenario_for

__all__ = [
    "DARK_MATTER",
    "SCENARIOS",
    "CheckedScenario",
    "Choices",
    "Extension",
    "Parameter",
    "Predictions",
    "Published",
    "Quantity",
    "Scenario",
    "quantity_for",
    "scenario_for",
]
