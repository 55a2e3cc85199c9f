"""A measurement: a form of likelihood with its numbers, and where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as validated_dataclass

from alpfit.likelihoods.forms import Form

Array = NDArray[np.float64]
Text = Annotated[str, Field(min_length=1)]


@validated_dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Source:
    """Who published the numbers, where they stand, and how they were read."""

    arxiv: Text
    inspire: Text
    where: Text
    how: Text
    confidence_level: Text


@dataclass(frozen=True)
class Measurement:
    """One entry of the catalogue; ``digest`` identifies its files, ``options`` are the values in force."""

    name: str
    title: str
    experiment: str
    scenarios: tuple[str, ...]
    form_name: str
    form: Form
    source: Source
    digest: str
    notes: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the predictions that :meth:`loglike` reads."""
        return self.form.observables

    def loglike(self, predictions: Mapping[str, ArrayLike]) -> Array:
        """ln L of predictions, observable name to float or array; arrays of one shape, a point each."""
        return self.form.loglike({name: np.asarray(predictions[name], dtype=float) for name in self.observables})

    def describe(self) -> str:
        """What is measured, the numbers, the source and the assumptions, as a paragraph."""
        lines = [
            f"{self.name}: {self.title} ({self.experiment})",
            f"  {self.form_name}: {self.form.describe()}",
            f"  arXiv:{self.source.arxiv}, {self.source.where}; {self.source.confidence_level}",
            f"  {self.source.how}",
        ]
        return "\n".join(lines + [f"  {topic}: {text}" for topic, text in self.notes.items()])
