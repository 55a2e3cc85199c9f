"""The samples as a reader of the page can look at them, one by one, and how they are packed into it."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DIFFERENCE = "Δ ln L"
"""The name of ln L less that of the best fit, which can be an axis, too."""

FEWEST = 2
"""Samples that can be compared with each other."""

EXACT = 1e-6
"""Relative difference to a number of half the size, below which that is stored."""


@dataclass(frozen=True, eq=False)
class Column:
    """A quantity of the samples that are drawn, ``values`` ``(n,)``.

    ``option`` is how a command line begins that gives it its value, quoted for a shell; empty for what is not sampled.
    """

    name: str
    label: str
    unit: str
    logarithmic: bool
    values: Array
    option: str = ""


@dataclass(frozen=True, eq=False)
class Explorer:
    """The ``n`` samples that are drawn, of ``n_samples``, each ``counts`` times; ``best`` is the best fit's index.

    ``log_l`` is ``(n,)``, and ``differences`` is by likelihood ln L less that at the best fit, which add up to
    that of ``log_l``. ``x`` and ``y`` are the names of the first axes. ``command``, quoted for a shell, evaluates a
    point of the run, with the columns' options behind it, where the run's folder stands; empty where nothing can.
    """

    columns: Sequence[Column]
    log_l: Array
    differences: Mapping[str, Array]
    counts: Array
    best: int
    n_samples: int
    x: str
    y: str
    command: str

    @property
    def enough(self) -> bool:
        """Whether there is something to look at."""
        return self.log_l.size >= FEWEST

    @property
    def axes(self) -> Sequence[Column]:
        """All that can be an axis: the columns, and ln L less that of the best fit."""
        return (*self.columns, Column(DIFFERENCE, r"\Delta\ln L", "", False, self.log_l - self.log_l[self.best]))

    @property
    def packed(self) -> dict[str, Any]:
        """What the page's program reads, as JSON can hold it."""
        return {
            "columns": [
                {"name": c.name, "log": c.logarithmic, "option": c.option, **packed(c.values, exact=bool(c.option))}
                for c in self.axes
            ],
            "entries": [{"name": name, **packed(values)} for name, values in self.differences.items()],
            "log_l": packed(self.log_l, exact=True),
            "counts": packed(self.counts),
            "best": self.best,
            "difference": DIFFERENCE,
            "x": self.x,
            "y": self.y,
            "command": self.command,
        }


def packed(values: Array, exact: bool = False) -> dict[str, Any]:
    """Numbers as base64 of little-endian ones with 64 bits, or with 32 where these are near enough and may be."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        short = values.astype("<f4")
        near = np.abs(short - values) <= EXACT * np.abs(values)
    enough = not exact and bool(np.all(near | ~np.isfinite(values)))
    stored = short if enough else values.astype("<f8")
    return {"bits": 32 if enough else 64, "base64": b64encode(stored.tobytes()).decode("ascii")}
