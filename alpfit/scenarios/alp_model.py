"""What the two scenarios of the ALP share: its choices, and the parameters that need not be given."""

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, Self

import numpy as np

from alpfit.numerics.rehearsal import Rehearsal
from alpfit.scenarios import quantities
from alpfit.scenarios.base import NOTHING, Scenario
from alpfit.scenarios.choices import DEFAULT, TABLES, Choices, choices_of

TYPICAL: Mapping[str, float] = MappingProxyType({"m_a": 2.0, "r": 0.45, "g_agg": 1e-4, "g_achi": 1e-3})
"""A point, in GeV and 1/GeV."""


class AlpModel(Scenario):
    """An ALP with its ``choices``, of the tables ``[relic]`` and ``[physics]``."""

    alternatives = quantities.ALTERNATIVES
    plane = ("m_a", "g_agg")

    def __init__(self, choices: Choices = DEFAULT) -> None:
        super().__init__(choices)
        self.optional = quantities.optional_parameters(choices)

    def rehearsals(
        self,
        engine: str = "",
        ends: Mapping[str, tuple[float, float]] = NOTHING,  # noqa: ARG002
    ) -> Sequence[Rehearsal]:
        """Of its rates; an ``engine`` needs none."""
        if engine:
            return ()
        at = {name: np.full(1, value) for name, value in TYPICAL.items() if name in self.parameters}
        name = f"rates-{type(self).__name__}-{self.options.form_factor}"
        return (Rehearsal(name, 1.0, partial(self.predict_rates, at)),)

    @classmethod
    def tables(cls) -> Mapping[str, type]:
        """``[relic]`` and ``[physics]``."""
        return TABLES

    @classmethod
    def from_tables(cls, tables: Mapping[str, Any]) -> Self:
        """With the choices of both."""
        return cls(choices_of(tables))
