"""The family of scenarios, by name."""

from collections.abc import Mapping
from types import MappingProxyType

from alpfit.scenarios.displaced import DisplacedScenario
from alpfit.scenarios.invisible import InvisibleScenario

SCENARIOS: Mapping[str, type[InvisibleScenario] | type[DisplacedScenario]] = MappingProxyType(
    {"invisible": InvisibleScenario, "displaced": DisplacedScenario}
)
"""``invisible``: a -> chi chi, the ALP is missing energy; ``displaced``: a -> gamma gamma, outside the detector."""
