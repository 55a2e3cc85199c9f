"""What the bins of a channel are called where they are drawn."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from alpfit.errors import one_of
from alpfit.likelihoods.source import Text
from alpfit.numerics.fields import Names


class Axis(BaseModel):
    """The ``title`` of a channel, the ``abscissa`` that is binned, the ``bins``, and ``groups`` of equally many.

    All may hold mathtext, between dollars.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    title: Text
    abscissa: Text
    bins: Annotated[Names, Field(min_length=1)]
    groups: Names = ()

    @model_validator(mode="after")
    def _groups_share_the_bins(self) -> Self:
        if self.groups and len(self.bins) % len(self.groups):
            raise ValueError(f"{len(self.groups)} groups cannot share {len(self.bins)} bins equally")
        return self


def check_axes(axes: Mapping[str, Axis], signal: Mapping[str, str], bins: Mapping[str, int]) -> None:
    """Raise :class:`ValueError` for the axis of a channel without a ``signal``, or with another number of ``bins``."""
    for channel, axis in axes.items():
        if channel not in signal:
            raise ValueError(f"axes: '{channel}' is no channel with a signal: {one_of(channel, signal)}")
        if bins.get(channel, len(axis.bins)) != len(axis.bins):
            raise ValueError(f"axes.{channel} names {len(axis.bins)} bins, but the channel has {bins[channel]}")
