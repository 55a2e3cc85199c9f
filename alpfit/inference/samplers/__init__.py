"""Samplers: a problem in, samples out."""

from collections.abc import Mapping
from types import MappingProxyType

from alpfit.inference.samplers.base import NoProgress, Progress, ProgressReport
from alpfit.inference.samplers.dynesty import Dynesty

SAMPLERS: Mapping[str, type[Dynesty]] = MappingProxyType({"dynesty": Dynesty})
"""``dynesty``: static nested sampling (J. Speagle, arXiv:1904.02180)."""

__all__ = ["SAMPLERS", "Dynesty", "NoProgress", "Progress", "ProgressReport"]
