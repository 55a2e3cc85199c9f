"""What an entry's ``[rescale]`` says: how a rate goes with the dark matter that chi is."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from alpfit.likelihoods.source import Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Share:
    """The factor min(1, by/reference)^power for a rate of chi that is a part of the dark matter only."""

    by: Text
    reference: Annotated[float, Field(gt=0.0, strict=True, allow_inf_nan=False)]
    power: Annotated[float, Field(gt=0.0, strict=True, allow_inf_nan=False)]

    def of(self, predictions: "Mapping[str, Array]") -> "Array":
        """The factor, the shape of the predictions; NaN where there is less than no dark matter."""
        import numpy as np

        density = predictions[self.by]
        return np.asarray(np.minimum(np.where(density < 0.0, np.nan, density) / self.reference, 1.0) ** self.power)
