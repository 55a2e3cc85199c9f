"""Scenarios: parameters to predictions."""

from alpfit.scenarios.base import Choices, Predictions, Published, Quantity, Scenario
from alpfit.scenarios.registry import SCENARIOS

__all__ = ["SCENARIOS", "Choices", "Predictions", "Published", "Quantity", "Scenario"]
