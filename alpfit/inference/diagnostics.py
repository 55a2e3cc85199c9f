"""Measures of trust in a run, the same for all samplers of a kind; NaN is what cannot be known."""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def known(value: float) -> float | None:
    """``value`` as it can stand in JSON: None for what is not known, or not finite."""
    return float(value) if math.isfinite(value) else None


def insertion_ranks(log_l: Array, log_l_birth: Array, seed: int) -> Array:
    """Where in (0, 1) each point of a nested sampling run came in among the points that were alive, ``(m,)``.

    ``log_l`` ``(n,)`` with ``log_l_birth``, the ln L above which each was drawn; the points drawn from the whole prior
    (-inf) are left out, and those that were born on a plateau and stay on it, which nothing tells from their
    threshold. Uniform if points are drawn independently above their threshold (Fowlie, Handley, Su, arXiv:2006.03371);
    among points of the same ln L the place is drawn at random by ``seed``.
    """
    rng = np.random.default_rng(seed)
    ranks = []
    for birth, value in zip(log_l_birth, log_l, strict=True):
        if birth == -np.inf or value <= birth:
            continue
        alive = log_l[(log_l_birth < birth) & (log_l > birth)]
        if alive.size:
            below, equal = np.count_nonzero(alive < value), np.count_nonzero(alive == value)
            ranks.append((below + rng.integers(equal + 1) + 0.5) / (alive.size + 1))
    return np.array(ranks)


def insertion_rank_p_value(log_l: Array, log_l_birth: Array, seed: int) -> float:
    """p-value of the ranks against a uniform distribution (Kolmogorov and Smirnov); NaN without ranks.

    A small one means that points were not drawn independently: walks too short, or a mode that was lost. ``seed`` is
    for places among points of the same ln L.
    """
    from scipy.stats import kstest

    ranks = insertion_ranks(log_l, log_l_birth, seed)
    return float(kstest(ranks, "uniform").pvalue) if ranks.size else math.nan


def split_r_hat(chains: Array) -> float:
    """How much the halves of ``chains`` ``(n_chains, n_steps)`` of one parameter differ: 1 if not at all.

    The larger of the rank-normalised and the folded one (A. Vehtari et al., arXiv:1903.08008); infinite where chains
    stand still, NaN where they have fewer than four steps.
    """
    from scipy.special import ndtri
    from scipy.stats import rankdata

    n = chains.shape[1] // 2
    if n < 2:
        return math.nan
    halves = np.concatenate([chains[:, :n], chains[:, -n:]])

    def r_hat(values: Array) -> float:
        z = ndtri((rankdata(values) - 0.375) / (values.size + 0.25)).reshape(values.shape)
        within = float(z.var(axis=1, ddof=1).mean())
        between = float(z.mean(axis=1).var(ddof=1))
        return float(np.sqrt((n - 1) / n + between / within)) if within > 0.0 else math.inf

    return max(r_hat(halves), r_hat(np.abs(halves - np.median(halves))))


def autocorrelation_time(chain: Array) -> float:
    """The longest integrated autocorrelation time, in steps, of ``chain`` ``(n_steps, n_walkers, n_dim)``.

    Infinite where a walker has not moved; Sokal's window, over all walkers, from emcee.
    """
    from emcee.autocorr import integrated_time

    if len(chain) < 2 or np.any(np.ptp(chain, axis=0) == 0.0):
        return math.inf
    return float(np.max(integrated_time(chain, tol=0)))
