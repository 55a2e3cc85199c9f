"""How all figures look: sizes of a two-column paper, serif mathematics, colours that survive colour blindness."""

import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.samples import Samples
from alpfit.scenarios import Quantity

Array = NDArray[np.float64]

COLUMN_WIDTH, TEXT_WIDTH = 3.4, 7.0
"""Widths of one column and of a whole page [inch]."""

BLUE, VERMILLION, GREEN, ORANGE = "#0072b2", "#d55e00", "#009e73", "#e69f00"
PURPLE, SKY, YELLOW, BLACK = "#cc79a7", "#56b4e9", "#f0e442", "#000000"
"""The palette of M. Okabe and K. Ito, which colour blindness does not confuse."""

POSTERIOR, PROFILE, BEST_FIT = BLUE, VERMILLION, BLACK
SECOND_POSTERIORS = (VERMILLION, GREEN, PURPLE, ORANGE)
"""The second run in a figure, the third, ..."""

REGIONS, WORSE = (BLUE, SKY), "#e0e0e0"
"""Two blues for nested regions, and grey for what lies outside of them."""

LABEL_SIZE = 9.0
"""Of the axes' labels [pt], where they have room."""


MARGIN = 0.15
"""Beside values, of their range, where no prior cuts them: a density fades away there."""

NEAR_AN_END = 0.05
"""Of the range of values: a prior's end that is not farther from them cuts the posterior."""


def label_size(across: int) -> float:
    """Size of labels [pt] where ``across`` panels share a page's width, so that they do not run into each other."""
    return min(LABEL_SIZE, 50.0 / across)


@contextmanager
def paper_style() -> Iterator[None]:
    """Settings for the figures made inside the block: matplotlib's defaults and our own, whatever the user's are."""
    _load_matplotlib()
    from matplotlib import style

    settings = {
        "font.family": "serif",
        "font.serif": ["STIXGeneral", "DejaVu Serif"],
        "mathtext.fontset": "stix",
        "font.size": 9.0,
        "axes.labelsize": LABEL_SIZE,
        "axes.titlesize": 8.0,
        "xtick.labelsize": 7.5,
        "ytick.labelsize": 7.5,
        "legend.fontsize": 8.0,
        "legend.frameon": False,
        "axes.formatter.useoffset": False,
        "xtick.direction": "in",
        "ytick.direction": "in",
        "axes.linewidth": 0.6,
        "lines.linewidth": 1.2,
        "figure.dpi": 100,
        "savefig.dpi": 300,
        "pdf.fonttype": 42,
    }
    with style.context(["default", settings]):
        yield


def _load_matplotlib() -> None:
    """Import it also where ``MPLBACKEND`` names what it does not know: figures are written without one of those."""
    wanted = None if "matplotlib" in sys.modules else os.environ.pop("MPLBACKEND", None)
    import matplotlib

    if wanted is not None:
        os.environ["MPLBACKEND"] = wanted
        with suppress(ValueError):
            matplotlib.rcParams["backend"] = wanted


@dataclass(frozen=True)
class Axis:
    """One plotted quantity: its values as drawn (log10 where it is logarithmic), and the label that says so.

    ``ends`` are those of its prior, as drawn, infinite where it has none.
    """

    name: str
    values: Array
    label: str
    logarithmic: bool
    ends: tuple[float, float] = (-math.inf, math.inf)

    @property
    def limits(self) -> tuple[float, float]:
        """The range of the values, a little widened; where the prior cuts it, to the prior's end."""
        low, high = float(self.values.min()), float(self.values.max())
        near = NEAR_AN_END * (high - low)
        margin = MARGIN * (high - low) or 0.5
        return (
            self.ends[0] if low - near < self.ends[0] <= low else low - margin,
            self.ends[1] if high <= self.ends[1] < high + near else high + margin,
        )


def literal(text: str) -> str:
    """A name that may be anybody's, of which mathtext makes no formula."""
    return text.replace("$", r"\$")


def axis(
    samples: Samples,
    name: str,
    quantity: Quantity,
    logarithmic: bool,
    ends: tuple[float, float] = (-math.inf, math.inf),
) -> Axis:
    """The axis of parameter or derived quantity ``name``, whose prior has these ``ends``."""
    values = samples.column(name)
    if not logarithmic:
        return Axis(name, values, quantity.axis_label, False, ends)
    unit = f"/{quantity.unit}" if quantity.unit else ""
    low = math.log10(ends[0]) if ends[0] > 0.0 else -math.inf
    high = math.log10(ends[1]) if ends[1] < math.inf else math.inf
    return Axis(name, np.log10(values), rf"$\log_{{10}}({quantity.label}$" + f"{unit})", True, (low, high))
