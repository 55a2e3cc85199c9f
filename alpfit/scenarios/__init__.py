"""Scenarios: parameters to predictions, the package's own and anybody's."""

from alpfit.scenarios.base import Extension, Parameter, Predictions, Published, Quantity, Scenario
from alpfit.scenarios.checked import CheckedScenario
from alpfit.scenarios.choices import Choices
from alpfit.scenarios.names import quantity_for
from alpfit.scenarios.portal import DARK_MATTER
from alpfit.scenarios.recorded import RECORD, Record
from alpfit.scenarios.registry import SCENARIOS, Kind, is_place, kind_of, known_kind, scenario_for, widest_scenario
from alpfit.scenarios.trusted import trust

__all__ = [
    "DARK_MATTER",
    "RECORD",
    "SCENARIOS",
    "CheckedScenario",
    "Choices",
    "Extension",
    "Kind",
    "Parameter",
    "Predictions",
    "Published",
    "Quantity",
    "Record",
    "Scenario",
    "is_place",
    "kind_of",
    "known_kind",
    "quantity_for",
    "scenario_for",
    "trust",
    "widest_scenario",
]
