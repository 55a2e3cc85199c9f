"""The confidence levels of intervals and regions, and below which -2 Delta ln L these reach."""

from collections.abc import Mapping
from types import MappingProxyType

LEVELS: Mapping[str, float] = MappingProxyType({"68.3 %": 0.683, "95.4 %": 0.954})
"""What intervals and regions hold, by name: one and two standard deviations of a normal distribution."""

THRESHOLDS: Mapping[int, Mapping[str, float]] = MappingProxyType(
    {
        1: MappingProxyType({"68.3 %": 1.0, "95.4 %": 4.0}),
        2: MappingProxyType({"68.3 %": 2.30, "95.4 %": 6.18}),
    }
)
"""-2 Delta ln L by number of parameters and confidence level (Particle Data Group, table 40.2 of the 2022 review)."""
