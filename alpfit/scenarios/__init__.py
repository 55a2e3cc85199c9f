"""Scenarios: parameters to predictions, the package's own and anybody's.

>>> import numpy as np
>>> from alpfit import scenarios
>>> found = scenarios.scenario_for("displaced").predict({"m_a": np.array([0.2]), "g_agg": np.array([1e-4])})
>>> print(f"tau_a = {found.values['tau_a'][0]:.1e} {scenarios.quantity_for('tau_a').unit}")
tau_a = 1.7e-12 s
"""

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
