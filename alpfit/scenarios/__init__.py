"""Scenarios: parameters to predictions."""

from alpfit.scenarios.base import Predictions, Quantity, Scenario
from alpfit.scenarios.registry import SCENARIOS

__all__ = ["SCENARIOS", "Predictions", "Quantity", "Scenario"]
