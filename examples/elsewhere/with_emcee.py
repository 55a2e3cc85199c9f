"""The mass and the rate that Belle II's excess asks for, by emcee itself: `python with_emcee.py`."""

from pathlib import Path

import emcee
import numpy as np

import alpfit

N_WALKERS, BURN_IN = 32, 200


def main(n_steps: int = 2000) -> np.ndarray:
    """Samples (n, 2) of the mass [GeV] and the rate."""
    fit = alpfit.Fit.from_file(Path(__file__).parent / "../two_body/two_body.toml")
    rng = np.random.default_rng(1)
    start = np.array([2.1, 8e-6]) * (1.0 + 0.05 * rng.standard_normal((N_WALKERS, 2)))
    np.random.seed(1)  # noqa: NPY002  emcee draws from it
    sampler = emcee.EnsembleSampler(N_WALKERS, 2, fit.log_posterior, vectorize=True)
    sampler.run_mcmc(start, n_steps)
    return sampler.get_chain(discard=BURN_IN, flat=True)


if __name__ == "__main__":
    mass, rate = np.percentile(main(), (16, 50, 84), axis=0).T
    print(f"m_X = {mass[1]:.2f} GeV, 68 % from {mass[0]:.2f} to {mass[2]:.2f}")
    print(f"BR = {rate[1]:.2e}, 68 % from {rate[0]:.2e} to {rate[2]:.2e}")
