"""What the two scenarios of the ALP share: its choices, and the parameters that need not be given."""

from collections.abc import Mapping
from typing import Any, Self

from alpfit.scenarios import quantities
from alpfit.scenarios.base import Scenario
from alpfit.scenarios.choices import DEFAULT, TABLES, Choices, choices_of


class AlpModel(Scenario):
    """An ALP with its ``choices``, of the tables ``[relic]`` and ``[physics]``."""

    alternatives = quantities.ALTERNATIVES
    plane = ("m_a", "g_agg")

    def __init__(self, choices: Choices = DEFAULT) -> None:
        super().__init__(choices)
        self.optional = quantities.optional_parameters(choices)

    @classmethod
    def tables(cls) -> Mapping[str, type]:
        """``[relic]`` and ``[physics]``."""
        return TABLES

    @classmethod
    def from_tables(cls, tables: Mapping[str, Any]) -> Self:
        """With the choices of both."""
        return cls(choices_of(tables))
