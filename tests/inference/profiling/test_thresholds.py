"""Wilks' thresholds: quantiles of chi squared, and the same levels for intervals, regions and the posterior."""

import pytest
from scipy.stats import chi2

from alpfit.inference.profiling import LEVELS, THRESHOLDS


@pytest.mark.parametrize("n", THRESHOLDS)
def test_thresholds_are_those_of_as_many_degrees_of_freedom(n):
    assert list(THRESHOLDS[n]) == list(LEVELS)
    for name, threshold in THRESHOLDS[n].items():
        assert chi2(n).cdf(threshold) == pytest.approx(LEVELS[name], abs=1e-3)
        assert name == f"{100.0 * LEVELS[name]:g} %"
