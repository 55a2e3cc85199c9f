"""Scenarios: parameters to predictions."""

from alpfit.scenarios.base import Choices, Extension, Predictions, Published, Quantity, Scenario
from alpfit.scenarios.portal import DARK_MATTER
from alpfit.scenarios.registry import SCENARIOS, scenario_for, widest_scenario

__all__ = [
    "DARK_MATTER",
    "SCENARIOS",
    "Choices",
    "Extension",
    "Predictions",
    "Published",
    "Quantity",
    "Scenario",
    "scenario_for",
    "widest_scenario",
]
