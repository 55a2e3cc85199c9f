"""Limits of few events, where no formula for many of them holds: sums over what can be counted.

CL_s of n events is P(k <= n | signal and background)/P(k <= n | background), the error of the background averaged over
(R. D. Cousins and V. L. Highland, Nucl. Instrum. Meth. A 320 (1992) 331), and the limit is where it is 5 %: of a
background that is known that is the limit of a flat prior, whatever n is (A. L. Read, J. Phys. G 28 (2002) 2693).
Expected limits are those of the quantiles of n without a signal, which move in steps.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

from alpfit.inference.forecasting.limits import BANDS, LEVEL, ExpectedLimits, ObservedLimits, observed_limits
from alpfit.inference.forecasting.signal import LARGEST, Rates
from alpfit.likelihoods import Measurement

Array = NDArray[np.float64]

MOST_SUMMED, MOST_POSSIBLE = 50.0, 500.0
"""Events without a signal; with more, asymptotic limits are good to a few percent. And those that errors may make of
them, which are not to be summed over where the background is hardly known."""

RARE = 1e-5
"""The share of data sets without a signal that have more events than are looked at."""


def are_few(background: Measurement) -> bool:
    """Whether the events that are expected without a signal can be summed over, and should be."""
    form = background.form
    return form.counts_once and form.n_events < MOST_SUMMED and form.most_events < MOST_POSSIBLE


def exact_expected(rates: Rates, asymptotic: ExpectedLimits) -> ExpectedLimits:
    """The limits of counts in the place of ``asymptotic`` ones; ``rates`` are of what is expected without a signal."""
    if not np.isfinite(asymptotic.sigma):
        return asymptotic
    numbers, largest = _quantiles(rates), asymptotic.cl_s[-1]
    cl_s = {n: _limit(rates, n, largest) for n in set(numbers)}
    ratio = {n: observed_limits(_with_count(rates, n), rates, largest).likelihood_ratio for n in set(numbers)}
    return replace(asymptotic, cl_s=tuple(cl_s[n] for n in numbers), likelihood_ratio=tuple(ratio[n] for n in numbers))


def exact_observed(seen: Rates, asymptotic: ObservedLimits) -> ObservedLimits:
    """The limit of what was counted in the place of an ``asymptotic`` one."""
    n = seen.data.form.n_events
    if not (np.isfinite(asymptotic.cl_s) and n.is_integer()):  # what is expected is no number that one counts
        return asymptotic
    return replace(asymptotic, cl_s=_limit(seen, int(n), asymptotic.cl_s))


def _probabilities(rates: Rates, rate: float, size: int) -> Array:
    """Of 0 to ``size`` - 1 events at a ``rate``."""
    return rates.data.form.probabilities_of_counts(size, rates.signal.at(rates.mass, np.array([rate])))


def _quantiles(rates: Rates) -> list[int]:
    """The numbers of events at the :data:`BANDS`, without a signal."""
    size = 16
    while (below := np.cumsum(_probabilities(rates, 0.0, size)))[-1] < 1.0 - RARE:
        size *= 2
    return [int(np.searchsorted(below, ndtr(band))) for band in BANDS]


def _limit(rates: Rates, n: int, guess: float) -> float:
    """The rate at which ``n`` events have CL_s = 5 %, near a ``guess``; NaN where none up to 1e30 has."""
    below = float(_probabilities(rates, 0.0, n + 1).sum())

    def too_much(rate: float) -> float:
        return float(_probabilities(rates, rate, n + 1).sum()) / below - LEVEL

    high = guess
    while too_much(high) > 0.0:
        high *= 4.0
        if not high < LARGEST:
            return np.nan
    return float(brentq(too_much, 0.0, high, xtol=1e-9 * high))


def _with_count(rates: Rates, n: int) -> Rates:
    """Those of ``n`` events."""
    form = rates.data.form.with_data(n_observed=float(n), asimov_data=False)
    return replace(rates, data=replace(rates.data, form=form))
