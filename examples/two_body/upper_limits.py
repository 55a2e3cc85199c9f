"""Upper limits on BR(B+ -> K+ X) at 95 % CL_s against the mass of X, with a width and without.

``python upper_limits.py`` writes upper_limits.csv and upper_limits.png; ``python upper_limits.py 1500`` prints CL_s of
as many sets of toy data at two of the limits instead.

The limits, and the literature they follow, are those of ``alpfit.inference.forecasting.limits``. pyhf's ``hypotest``
does the same.
"""

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from two_body import TwoBody, Width

from alpfit.inference.forecasting import (
    BANDS,
    ExpectedLimits,
    ObservedLimits,
    Rates,
    expected_limits,
    observed_limits,
    q_tilde,
)
from alpfit.likelihoods import Measurement, load
from alpfit.plots.style import COLUMN_WIDTH, GREEN, VERMILLION, YELLOW, paper_style

Array = NDArray[np.float64]

FOLDER = Path(__file__).parent
ENTRY, WIDTHS = "belle2_bknunu_q2_2025", (0.0, 0.1, 0.5)
"""Of X, in GeV."""
MASSES = np.round(np.arange(0.1, 4.65, 0.1), 10)
"""GeV; above 4.4 GeV the measurement sees nothing."""
UNIT, HIGHEST = 1e-6, 1e-3
"""Of branching ratios, and the highest that counts as a limit."""


@dataclass(frozen=True)
class X:
    """A particle of a ``width`` [GeV], or none, with any mass and branching ratio."""

    width: float = 0.0

    def at(self, mass: float | Array, ratios: Array) -> Mapping[str, Array]:
        """Predictions of the branching ratios ``ratios (n,)`` at one ``mass`` [GeV], or at a mass each."""
        return TwoBody(Width(width=self.width)).predict({"m_X": np.full(ratios.shape, mass), "BR": ratios})

    def data(self) -> Measurement:
        """Belle II's likelihood as one of such an X reads it, on top of the Standard Model's decay."""
        return load(ENTRY, {"signal_is": "spectrum" if self.width > 0.0 else "line"})

    def background(self) -> Measurement:
        """What is expected in place of the data without X."""
        expected = self.data().asimov(self.at(1.0, np.zeros(1)))
        if expected is None:
            raise TypeError(f"{ENTRY} does not say what is expected")
        return expected


@dataclass(frozen=True)
class Limits:
    """At 95 %, on the branching ratio of an X of a ``width`` [GeV]."""

    width: float
    observed: ObservedLimits
    expected: ExpectedLimits

    @property
    def mass(self) -> float:
        """Of X [GeV]."""
        return self.observed.mass


def limits(masses: Sequence[float], width: float) -> Iterator[Limits]:
    """Those at the ``masses`` and the ``width`` [GeV], one after the other."""
    x = X(width)
    data, background = x.data(), x.background()
    for mass in masses:
        seen, without = Rates(data, x, mass), Rates(background, x, mass)
        yield Limits(width, observed_limits(seen, without, UNIT), expected_limits(without, UNIT))


def cl_s_of_toys(mass: float, ratio: float, n_toys: int, rng: np.random.Generator) -> tuple[float, float]:
    """CL_s of a line at ``mass`` [GeV] with branching ratio ``ratio`` from toy data with it and without, and its error.

    Nuisances are drawn from what constrains them.
    """
    x = X()
    data = x.data()

    def q(toy: Measurement | None) -> float:
        return q_tilde(Rates(toy or data, x, mass), ratio)

    observed = q(data)
    with_x, without = (
        np.mean([q(data.toy(x.at(mass, np.array([true])), rng)) >= observed for _ in range(n_toys)])
        for true in (ratio, 0.0)
    )
    relative = np.sqrt(((1.0 - with_x) / with_x + (1.0 - without) / without) / n_toys)
    return float(with_x / without), float(relative * with_x / without)


def draw(rows: list[Limits]) -> Figure:
    """Observed and expected limits of a line; those of an X with a width beside it."""
    lines = [row for row in rows if row.width == 0.0]
    masses, expected = np.array([row.mass for row in lines]), np.array([row.expected.cl_s for row in lines]) / UNIT
    figure = Figure(figsize=(COLUMN_WIDTH, 2.9), layout="constrained")
    axes = figure.subplots()
    axes.fill_between(masses, expected[:, 0], expected[:, 4], color=YELLOW, lw=0.0, label=r"expected, $\pm2\sigma$")
    axes.fill_between(masses, expected[:, 1], expected[:, 3], color=GREEN, lw=0.0, label=r"expected, $\pm1\sigma$")
    axes.plot(masses, expected[:, 2], color="black", linestyle="--", linewidth=0.8, label="expected")
    styles = {0.0: ("black", "-"), 0.1: (VERMILLION, "-"), 0.5: (VERMILLION, ":")}
    for width, (color, style) in styles.items():
        observed = [row.observed.cl_s / UNIT for row in rows if row.width == width]
        name = "observed, " + (rf"$\Gamma_X={width:g}$ GeV" if width else "narrow X")
        axes.plot(masses, observed, color=color, linestyle=style, label=name)
    axes.set(xlabel=r"$m_X$ [GeV]", ylabel=r"$\mathrm{BR}(B^+\to K^+X)\,[10^{-6}]$", yscale="log")
    axes.set(xlim=(0.1, 4.6), ylim=(1.0, 400.0))
    axes.legend(loc="upper left")
    return figure


def print_toys(n_toys: int) -> None:
    """CL_s from toys where the asymptotic one is 5 %."""
    rng = np.random.default_rng(3)
    for row in limits((1.0, 3.0), 0.0):
        mass, limit = row.mass, row.observed.cl_s
        value, error = cl_s_of_toys(mass, limit, n_toys, rng)
        print(f"{mass:g} GeV, {limit:.4g}: {value:.3f} +- {error:.3f}")  # noqa: T201


def main() -> None:
    """Write the table and the figure."""
    rows = [row for width in WIDTHS for row in limits(MASSES.tolist(), width)]
    bands = [f"expected_{band:+g}_sigma" if band else "expected" for band in BANDS]
    with (FOLDER / "upper_limits.csv").open("w", newline="", encoding="utf-8") as stream:
        stream.write("# 95 % CL_s limits on BR(B+ -> K+ X); written by examples/two_body/upper_limits.py\n")
        writer = csv.writer(stream)
        writer.writerow(["width [GeV]", "m_X [GeV]", "best", "gain", "observed", *bands, "likelihood_ratio"])
        for row in rows:
            seen = row.observed
            found = (seen.cl_s, *row.expected.cl_s, seen.likelihood_ratio)
            cells = [f"{limit:.4g}" if limit < HIGHEST else "" for limit in found]
            writer.writerow([f"{row.width:g}", f"{row.mass:g}", f"{seen.best:.4g}", f"{seen.gain:.4g}", *cells])
    with paper_style():
        draw(rows).savefig(FOLDER / "upper_limits.png", dpi=200)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print_toys(int(sys.argv[1]))
    else:
        main()
