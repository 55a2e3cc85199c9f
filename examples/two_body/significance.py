"""What X gains over the Standard Model, and how likely as much is by chance: ``python significance.py`` prints it.

``python significance.py 1000`` also draws as many sets of toy data without X, and asks at how many masses each of them
would have one (E. Gross and O. Vitells, arXiv:1005.1891).
"""

import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import chi2, norm
from upper_limits import ENTRY, UNIT, WIDTHS, measurement, predictions

from alpfit.likelihoods import Measurement, load

Array = NDArray[np.float64]

LOWEST, HIGHEST = 0.1, 4.5
"""Of the mass [GeV]."""
SEED, LEVEL = 1, 1.0
"""Of the toys; the gain in 2 ln L through which their curves rise often enough to be counted."""


def log_l(data: Measurement, mass: float, width: float, ratio: float) -> float:
    """At the best nuisances; minus infinity for a mass or a branching ratio out of range."""
    if not (LOWEST <= mass <= HIGHEST and ratio >= 0.0):
        return -np.inf
    return float(data.loglike(predictions(mass, width, np.array([ratio])))[0])


def best(data: Measurement, width: float) -> tuple[float, float, float]:
    """Mass [GeV] and branching ratio, and what they gain in 2 ln L."""
    fit = minimize(
        lambda x: -log_l(data, x[0], width, UNIT * x[1]), (2.1, 8.0), method="Nelder-Mead", options={"xatol": 1e-4}
    )
    return float(fit.x[0]), float(UNIT * fit.x[1]), 2.0 * (-float(fit.fun) - log_l(data, 2.1, width, 0.0))


def best_strengths() -> tuple[float, float, float, float, float]:
    """The best strength of the Standard Model and what it gains in 2 ln L over one; the same with X, and X's rate.

    In the order: strength, gain; strength, rate, and gain over the best strength without X.
    """
    data, options = measurement(0.0), {"xatol": 1e-3}

    def loss(strength: float, mass: float, ratio: float) -> float:
        form = data.form.with_data(standard_model=abs(strength))
        return -log_l(replace(data, form=form), mass, 0.0, ratio)

    alone = minimize(lambda x: loss(x[0], 2.1, 0.0), (4.0,), method="Nelder-Mead", options=options)
    both = minimize(lambda x: loss(x[0], x[1], UNIT * x[2]), (1.5, 2.1, 8.0), method="Nelder-Mead", options=options)
    return (
        float(alone.x[0]),
        2.0 * (loss(1.0, 2.1, 0.0) - float(alone.fun)),
        abs(float(both.x[0])),
        float(UNIT * both.x[2]),
        2.0 * float(alone.fun - both.fun),
    )


def sigmas(p: float, sides: int = 1) -> float:
    """Of a normal distribution, beyond which there is as much as ``p`` on one side, or on two."""
    return float(norm.isf(p / sides))


def curve(data: Measurement, masses: Array, scales: Array) -> Array:
    """The gain in 2 ln L of the best branching ratio at each of the ``masses``, of those in units of the ``scales``."""
    steps = np.array([0.0, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 8.0])
    ratios = np.outer(scales, steps)
    values = {"m_a": np.repeat(masses, steps.size), "BR(B+->K+ a(inv))": ratios.ravel()}
    log_l = data.loglike(values).reshape(ratios.shape)
    return np.asarray(2.0 * (log_l.max(axis=1) - log_l[:, 0]))


def floating() -> Measurement:
    """Belle II's likelihood with the Standard Model's rate free, 100 of itself either way."""
    return load(ENTRY, {"standard_model_error": 100.0})


def toys_without_x(n_toys: int, strength: float | None) -> Iterator[Measurement]:
    """Toy data, of which those over a ``strength`` of the Standard Model are read with its rate free."""
    data, rng, nothing = measurement(0.0), np.random.default_rng(SEED), predictions(2.1, 0.0, np.zeros(1))
    if strength is None:
        yield from (data.toy(nothing, rng) for _ in range(n_toys))
        return
    expected = replace(data, form=data.form.with_data(standard_model=strength)).asimov(nothing)
    model, free = expected.form.spectrum.model, floating()
    centred = free.form.spectrum.centred(np.append(model.centre, strength - 1.0), model.factor)
    for _ in range(n_toys):
        counts = expected.toy(nothing, rng).form.spectrum.model.observed
        yield replace(free, form=free.form.with_data(spectrum=centred.with_counts(counts)))


def crossings(n_toys: int, strength: float | None = None) -> tuple[float, Array]:
    """Of ``n_toys`` without X, how often a curve rises through :data:`LEVEL` between masses, and the largest gains."""
    masses = np.linspace(LOWEST, HIGHEST, 45)
    expected = measurement(0.0).asimov(predictions(2.1, 0.0, np.zeros(1)))
    scales = np.array([scale(expected, mass) for mass in masses])
    curves = np.array([curve(toy, masses, scales) for toy in toys_without_x(n_toys, strength)])
    rises = (curves[:, 1:] > LEVEL) & (curves[:, :-1] <= LEVEL)
    return float(rises.sum() / n_toys), curves.max(axis=1)


def scale(expected: Measurement, mass: float) -> float:
    """The branching ratio that is a standard deviation of data without X."""
    ratios = np.geomspace(1e-7, 1e-3, 60)
    loss = log_l(expected, mass, 0.0, 0.0) - expected.loglike(predictions(mass, 0.0, ratios))
    return float(np.interp(0.5, loss, ratios))


def main() -> None:
    """Print all of it."""
    gain = 0.0
    for width in WIDTHS:
        mass, ratio, gained = best(measurement(width), width)
        gain = gain or gained
        by = [[sigmas(float(chi2.sf(gained, n)), sides) for sides in (2, 1)] for n in (1, 2)]
        print(f"width {width:g} GeV: {mass:.3f} GeV, {ratio:.3g}, 2 ln L rises by {gained:.2f}")  # noqa: T201
        print(f"  sigma, on two sides and on one, rate alone: {by[0][0]:.2f} {by[0][1]:.2f}")  # noqa: T201
        print(f"  rate and mass: {by[1][0]:.2f} {by[1][1]:.2f}")  # noqa: T201
    alone, over_one, strength, rate, over_best = best_strengths()
    print(f"strength of the Standard Model: {alone:.2f}, which gains {over_one:.2f}")  # noqa: T201
    print(f"with X {strength:.2f}, and {rate:.3g} of X, which gains {over_best:.2f} more")  # noqa: T201
    if len(sys.argv) > 1:
        print_toys(int(sys.argv[1]), gain, None)
        print("with the Standard Model's rate free:")  # noqa: T201
        print_toys(int(sys.argv[1]), over_best, alone)


def print_toys(n_toys: int, gain: float, strength: float | None) -> None:
    """How many toys gain as much as the data."""
    number, largest = crossings(n_toys, strength)
    p = 0.5 * float(chi2.sf(gain, 1)) + number * np.exp(0.5 * (LEVEL - gain))
    print(f"curves of toys rise {number:.2f} times; p = {p:.2g}, {sigmas(p):.2f} sigma")  # noqa: T201
    for quantile in (0.5, 0.9, 0.99):
        print(f"  {quantile:g} of toys gain less than {np.quantile(largest, quantile):.2f}")  # noqa: T201
    print(f"  toys that gain as much: {(largest >= gain).sum()} of {largest.size}")  # noqa: T201


if __name__ == "__main__":
    main()
