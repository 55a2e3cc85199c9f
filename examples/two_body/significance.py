"""What X gains over the Standard Model, and how likely as much is by chance: ``python significance.py`` prints it.

``python significance.py 1000`` also draws as many sets of toy data without X, and asks at how many masses each of them
would have one (E. Gross and O. Vitells, arXiv:1005.1891).
"""

import sys
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy.optimize import minimize
from scipy.stats import chi2, norm
from upper_limits import ENTRY, UNIT, WIDTHS, X

from alpfit.inference.forecasting import LookElsewhere, Rates, crossed, curve, expected_limits
from alpfit.likelihoods import Measurement, load

LOWEST, HIGHEST = 0.1, 4.5
"""Of the mass [GeV]."""
LINE, SEED = X(), 1
"""What is looked for in toy data, and their seed."""


def log_l(data: Measurement, mass: float, width: float, ratio: float) -> float:
    """At the best nuisances; minus infinity for a mass or a branching ratio out of range."""
    if not (LOWEST <= mass <= HIGHEST and ratio >= 0.0):
        return -np.inf
    return float(data.loglike(X(width).at(mass, np.array([ratio])))[0])


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
    data, options = LINE.data(), {"xatol": 1e-3}

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


def floating() -> Measurement:
    """Belle II's likelihood with the Standard Model's rate free, 100 of itself either way."""
    return load(ENTRY, {"standard_model_error": 100.0})


def toys_without_x(n_toys: int, strength: float | None) -> Iterator[Measurement]:
    """Toy data, of which those over a ``strength`` of the Standard Model are read with its rate free."""
    data, rng, nothing = LINE.data(), np.random.default_rng(SEED), LINE.at(2.1, np.zeros(1))
    if strength is None:
        yield from (data.toy(nothing, rng) for _ in range(n_toys))
        return
    expected = replace(data, form=data.form.with_data(standard_model=strength)).asimov(nothing)
    model, free = expected.form.spectrum.model, floating()
    centred = free.form.spectrum.centred(np.append(model.centre, strength - 1.0), model.factor)
    for _ in range(n_toys):
        counts = expected.toy(nothing, rng).form.spectrum.model.observed
        yield replace(free, form=free.form.with_data(spectrum=centred.with_counts(counts)))


def without_x(n_toys: int, strength: float | None) -> LookElsewhere:
    """What ``n_toys`` without X gain at some mass, looked at in steps of the branching ratio's error there."""
    masses, expected = np.linspace(LOWEST, HIGHEST, 45).tolist(), LINE.background()
    errors = [expected_limits(Rates(expected, LINE, mass), UNIT).sigma for mass in masses]
    gains = np.array([curve(toy, LINE, masses, errors) for toy in toys_without_x(n_toys, strength)])
    return LookElsewhere(float(np.mean([crossed(toy) for toy in gains])), gains.max(axis=1))


def main() -> None:
    """Print all of it."""
    gain = 0.0
    for width in WIDTHS:
        mass, ratio, gained = best(X(width).data(), width)
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
    found = without_x(n_toys, strength)
    p, chance = found.p_value(gain), found.sigmas(gain)
    print(f"curves of toys rise {found.crossings:.2f} times; p = {p:.2g}, {chance:.2f} sigma")  # noqa: T201
    for quantile in (0.5, 0.9, 0.99):
        print(f"  {quantile:g} of toys gain less than {np.quantile(found.largest, quantile):.2f}")  # noqa: T201
    print(f"  toys that gain as much: {(found.largest >= gain).sum()} of {n_toys}")  # noqa: T201


if __name__ == "__main__":
    main()
