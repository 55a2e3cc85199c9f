"""Measures of trust in a run, the same for all samplers of a kind."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def insertion_ranks(log_l: Array, log_l_birth: Array) -> Array:
    """Where in (0, 1) each point of a nested sampling run came in among the points that were alive, ``(m,)``.

    ``log_l`` ``(n,)`` in ascending order with ``log_l_birth``, the ln L above which each was drawn; the points drawn
    from the whole prior (-inf) are left out. Uniform if points are drawn independently above their threshold
    (Fowlie, Handley, Su, arXiv:2006.03371).
    """
    ranks = []
    for birth, value in zip(log_l_birth, log_l, strict=True):
        if birth == -np.inf:
            continue
        alive = log_l[(log_l_birth < birth) & (log_l > birth)]
        if alive.size:
            ranks.append((np.count_nonzero(alive < value) + 0.5) / (alive.size + 1))
    return np.array(ranks)


def insertion_rank_p_value(log_l: Array, log_l_birth: Array) -> float:
    """p-value of the ranks against a uniform distribution (Kolmogorov and Smirnov); NaN without ranks.

    A small one means that points were not drawn independently: walks too short, or a mode that was lost.
    """
    from scipy.stats import kstest

    ranks = insertion_ranks(log_l, log_l_birth)
    return float(kstest(ranks, "uniform").pvalue) if ranks.size else float("nan")
