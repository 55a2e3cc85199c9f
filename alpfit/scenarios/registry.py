"""The family of scenarios, by name."""

from collections.abc import Mapping
from types import MappingProxyType

from alpfit.scenarios.invisible import InvisibleScenario

SCENARIOS: Mapping[str, type[InvisibleScenario]] = MappingProxyType({"invisible": InvisibleScenario})
"""``invisible``: a -> chi chi, the ALP is missing energy."""
