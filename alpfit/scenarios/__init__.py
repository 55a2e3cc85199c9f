"""Scenarios: parameters to predictions."""

from alpfit.scenarios.base import Choices, Predictions, Published, Quantity, Scenario
from alpfit.scenarios.registry import DARK_MATTER, SCENARIOS, scenario_for

__all__ = ["DARK_MATTER", "SCENARIOS", "Choices", "Predictions", "Published", "Quantity", "Scenario", "scenario_for"]
