"""Do toys confirm the bands of Belle II's expected limits? ``python tests/validation/forecast_bands.py`` prints both.

Limits of toy data without a signal, whose systematic errors are drawn from their constraints around the best fit.
"""

import numpy as np
from scipy.stats import norm

from alpfit.inference.forecasting import BANDS, Rates, expected_limits, observed_limits, signal_of
from alpfit.likelihoods import load

N_TOYS, SEED, TYPICAL = 500, 2, 5e-6


def main() -> None:
    """Print the quantiles of toys beside the bands, for CL_s and the likelihood ratio."""
    measurement = load("belle2_bknunu_q2_2025")
    signal, rng = signal_of(measurement), np.random.default_rng(SEED)
    nothing = signal.at(1.0, np.zeros(1))
    background = measurement.asimov(nothing)
    toys = [background.toy(nothing, rng) for _ in range(N_TOYS)]
    for mass in (1.0, 3.0):
        expected = Rates(background, signal, mass)
        bands = expected_limits(expected, TYPICAL)
        found = [observed_limits(Rates(toy, signal, mass), expected, TYPICAL) for toy in toys]
        for name in ("cl_s", "likelihood_ratio"):
            quantiles = np.nanquantile([getattr(limits, name) for limits in found], norm.cdf(BANDS))
            print(f"{mass:g} GeV, {name}")  # noqa: T201
            print("  bands", " ".join(f"{value:.2e}" for value in getattr(bands, name)))  # noqa: T201
            print("  toys ", " ".join(f"{value:.2e}" for value in quantiles))  # noqa: T201


if __name__ == "__main__":
    main()
