"""Upper limits on BR(B+ -> K+ X) at 95 % CL_s against the mass of X, with a width and without.

``python upper_limits.py`` writes upper_limits.csv and upper_limits.png; ``python upper_limits.py 1500`` prints CL_s of
as many sets of toy data at two of the limits instead.

The test statistic is q~ of G. Cowan et al. (arXiv:1007.1727, eq. 16), the nuisances profiled; its distributions are the
asymptotic ones of their section 3.7, with the data that are expected without X; CL_s is A. L. Read's (J. Phys. G 28
(2002) 2693). pyhf's ``hypotest`` does the same.
"""

import csv
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import norm
from two_body import TwoBody, Width

from alpfit.likelihoods import Measurement, load
from alpfit.plots.style import COLUMN_WIDTH, GREEN, VERMILLION, YELLOW, paper_style

Array = NDArray[np.float64]

FOLDER = Path(__file__).parent
ENTRY, WIDTHS = "belle2_bknunu_q2_2025", (0.0, 0.1, 0.5)
"""Of X, in GeV."""
MASSES = np.round(np.arange(0.1, 4.65, 0.1), 10)
"""GeV; above 4.4 GeV the measurement sees nothing."""
BANDS = (-2.0, -1.0, 0.0, 1.0, 2.0)
"""Of expected limits: standard deviations from the median."""
UNIT, HIGHEST = 1e-6, 1e-3
"""Of branching ratios, and where the search for a limit ends."""


def measurement(width: float) -> Measurement:
    """Belle II's likelihood as one of an X of this width [GeV] reads it, on top of the Standard Model's decay."""
    return load(ENTRY, {"signal_is": "spectrum" if width > 0.0 else "line"})


def predictions(mass: float, width: float, ratios: Array) -> Mapping[str, Array]:
    """Of an X of ``mass`` and ``width`` [GeV] with the branching ratios ``ratios (n,)``."""
    return TwoBody(Width(width=width)).predict({"m_X": np.full(ratios.shape, mass), "BR": ratios})


@dataclass(frozen=True)
class Rate:
    """ln L of ``data`` as a function of the branching ratio alone."""

    data: Measurement
    mass: float
    width: float

    def log_l(self, ratio: float) -> float:
        """At the best nuisances."""
        return float(self.data.loglike(predictions(self.mass, self.width, np.array([ratio])))[0])

    def best(self) -> tuple[float, float]:
        """The best branching ratio that is not negative, and ln L there."""
        fit = minimize_scalar(
            lambda log_ratio: -self.log_l(np.exp(log_ratio)), bounds=np.log((1e-9, HIGHEST)), method="bounded"
        )
        found, nothing = (float(np.exp(fit.x)), -float(fit.fun)), (0.0, self.log_l(0.0))
        return max(found, nothing, key=lambda point: point[1])


def cl_s(q: float, q_expected: float) -> float:
    """CL_s for q~ of the data, and of the data that are expected without a signal."""
    root, expected = np.sqrt(max(q, 0.0)), np.sqrt(q_expected)
    deviation = root - expected if q <= q_expected else (q - q_expected) / (2.0 * expected)
    return float(norm.sf(deviation + expected) / norm.sf(deviation))


def cl_s_in_band(band: float, q_expected: float) -> float:
    """CL_s of data that are ``band`` standard deviations of the background above its median."""
    return float(norm.sf(np.sqrt(q_expected) - band) / norm.sf(-band))


@dataclass(frozen=True)
class Limits:
    """At 95 %, on the branching ratio; NaN where there is none below 1e-3.

    ``best`` is the best branching ratio, and ``gain`` what it gains in 2 ln L; ``expected`` has the :data:`BANDS`, and
    at ``likelihood_ratio``, which is no CL_s, 2 ln L is 3.84 below its maximum.
    """

    mass: float
    width: float
    best: float
    gain: float
    observed: float
    expected: tuple[float, ...]
    likelihood_ratio: float


def limits(mass: float, width: float, data: Measurement, background: Measurement) -> Limits:
    """Those at a ``mass`` and ``width`` [GeV] from ``data`` and what is expected in their place without X."""
    seen, without = Rate(data, mass, width), Rate(background, mass, width)
    best, top = seen.best()
    _, top_expected = without.best()

    def q(ratio: float) -> float:
        return 2.0 * (top - seen.log_l(ratio)) if ratio > best else 0.0

    def q_expected(ratio: float) -> float:
        return max(2.0 * (top_expected - without.log_l(ratio)), 1e-9)

    return Limits(
        mass,
        width,
        best,
        2.0 * (top - seen.log_l(0.0)),
        _fall(lambda ratio: cl_s(q(ratio), q_expected(ratio)) - 0.05, best),
        tuple(_fall(lambda ratio, band=band: cl_s_in_band(band, q_expected(ratio)) - 0.05, 0.0) for band in BANDS),
        _fall(lambda ratio: norm.isf(0.025) ** 2 - q(ratio), best),
    )


def _fall(function: Callable[[float], float], begin: float) -> float:
    """Where it falls to zero above ``begin``; NaN where it does not."""
    ends = max(begin, 1e-9), HIGHEST
    return float(brentq(function, *ends, xtol=1e-12)) if function(ends[1]) < 0.0 else np.nan


def cl_s_of_toys(mass: float, ratio: float, n_toys: int, rng: np.random.Generator) -> tuple[float, float]:
    """CL_s of a line at ``mass`` [GeV] with branching ratio ``ratio`` from toy data with it and without, and its error.

    Nuisances are drawn from what constrains them.
    """
    data = measurement(0.0)

    def q(toy: Measurement | None) -> float:
        rate = Rate(toy or data, mass, 0.0)
        best, top = rate.best()
        return 2.0 * (top - rate.log_l(ratio)) if ratio > best else 0.0

    observed = q(data)
    with_x, without = (
        np.mean([q(data.toy(predictions(mass, 0.0, np.array([true])), rng)) >= observed for _ in range(n_toys)])
        for true in (ratio, 0.0)
    )
    relative = np.sqrt(((1.0 - with_x) / with_x + (1.0 - without) / without) / n_toys)
    return float(with_x / without), float(relative * with_x / without)


def table() -> Iterator[Limits]:
    """All of them, mass by mass."""
    for width in WIDTHS:
        data = measurement(width)
        background = data.asimov(predictions(1.0, width, np.zeros(1)))
        if background is None:
            raise TypeError(f"{ENTRY} does not say what is expected")
        for mass in MASSES:
            yield limits(float(mass), width, data, background)


def draw(rows: list[Limits]) -> Figure:
    """Observed and expected limits of a line; those of an X with a width beside it."""
    lines = [row for row in rows if row.width == 0.0]
    masses, expected = np.array([row.mass for row in lines]), np.array([row.expected for row in lines]) / UNIT
    figure = Figure(figsize=(COLUMN_WIDTH, 2.9), layout="constrained")
    axes = figure.subplots()
    axes.fill_between(masses, expected[:, 0], expected[:, 4], color=YELLOW, lw=0.0, label=r"expected, $\pm2\sigma$")
    axes.fill_between(masses, expected[:, 1], expected[:, 3], color=GREEN, lw=0.0, label=r"expected, $\pm1\sigma$")
    axes.plot(masses, expected[:, 2], color="black", linestyle="--", linewidth=0.8, label="expected")
    styles = {0.0: ("black", "-"), 0.1: (VERMILLION, "-"), 0.5: (VERMILLION, ":")}
    for width, (color, style) in styles.items():
        observed = [row.observed / UNIT for row in rows if row.width == width]
        name = "observed, " + (rf"$\Gamma_X={width:g}$ GeV" if width else "narrow X")
        axes.plot(masses, observed, color=color, linestyle=style, label=name)
    axes.set(xlabel=r"$m_X$ [GeV]", ylabel=r"$\mathrm{BR}(B^+\to K^+X)\,[10^{-6}]$", yscale="log")
    axes.set(xlim=(0.1, 4.6), ylim=(1.0, 400.0))
    axes.legend(loc="upper left")
    return figure


def print_toys(n_toys: int) -> None:
    """CL_s from toys where the asymptotic one is 5 %."""
    data, rng = measurement(0.0), np.random.default_rng(3)
    background = data.asimov(predictions(1.0, 0.0, np.zeros(1))) or data
    for mass in (1.0, 3.0):
        limit = limits(mass, 0.0, data, background).observed
        value, error = cl_s_of_toys(mass, limit, n_toys, rng)
        print(f"{mass:g} GeV, {limit:.4g}: {value:.3f} +- {error:.3f}")  # noqa: T201


def main() -> None:
    """Write the table and the figure."""
    rows = list(table())
    bands = [f"expected_{band:+g}_sigma" if band else "expected" for band in BANDS]
    with (FOLDER / "upper_limits.csv").open("w", newline="", encoding="utf-8") as stream:
        stream.write("# 95 % CL_s limits on BR(B+ -> K+ X); written by examples/two_body/upper_limits.py\n")
        writer = csv.writer(stream)
        writer.writerow(["width [GeV]", "m_X [GeV]", "best", "gain", "observed", *bands, "likelihood_ratio"])
        for row in rows:
            numbers = (row.best, row.gain, row.observed, *row.expected, row.likelihood_ratio)
            cells = ["" if np.isnan(x) else f"{x:.4g}" for x in numbers]
            writer.writerow([f"{row.width:g}", f"{row.mass:g}", *cells])
    with paper_style():
        draw(rows).savefig(FOLDER / "upper_limits.png", dpi=200)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print_toys(int(sys.argv[1]))
    else:
        main()
