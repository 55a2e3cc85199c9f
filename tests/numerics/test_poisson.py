"""Counts over an uncertain background: the same number of nodes for every background, right to many digits."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm, poisson

from alpfit.numerics import poisson as module
from alpfit.numerics.poisson import marginal_poisson

BY_MPMATH = [
    (0, 0, 1, 1, -1.0203934015364954),
    (0, 3, 2.9, 1e06, -17.041304224473856),
    (1, 0, 1e-06, 1e-06, -13.562732336729932),
    (3, 0.5, 0.5, 1.5, -1.9842110555318185),
    (6, 0, 2.9, 0.1, -3.0888486174163282),
    (6, 0, 2.9, 1000, -7.1358697256485436),
    (6, 12, 2.9, 1e06, -17.124288480935346),
    (6, 1e300, 2.9, 0.9, -1.0000000000000001e300),
    (13, 1, 15, 1.8, -2.5418119368420115),
    (83, 0, 65.3, 3.4, -5.0833079278635994),
    (83, 400, 65.3, 3.4, -238.46840454955653),
    (100, 0, 1, 0.5, -239.50731226279017),
    (1000, 0, 10, 10, -921.72791487049889),
    (1000, 50000, 0.001, 1e06, -45106.370993698446),
    (1000000, 0, 1e06, 1, -7.8266943955198931),
    (1000000, 10, 100000, 200000, -22.880621653686118),
    (1000000000, 0, 1e09, 0.001, -11.280571451761212),
    (17, 0, 1e06, 1e-06, -999798.64139396474),
    (2, 1e-09, 1e-09, 1e-12, -40.753384245332909),
]
"""Events, signal, background, its error, and ln P: mpmath with 40 digits, the integral in 16 panels around its peak."""


@pytest.mark.parametrize(("n", "signal", "background", "error", "expected"), BY_MPMATH)
def test_the_probability_is_that_of_mpmath(n, signal, background, error, expected):
    (found,) = marginal_poisson(n, np.array([float(signal)]), float(background), float(error))
    assert found == pytest.approx(expected, rel=1e-12)


def wide(n_points, seed):
    """Events, signals, backgrounds and errors over twelve powers of ten, most of them in tension."""
    rng = np.random.default_rng(seed)
    for _ in range(n_points):
        n = int(10.0 ** rng.uniform(0.0, 8.0)) - 1
        signal = 0.0 if rng.random() < 0.3 else 10.0 ** rng.uniform(-6.0, 9.0)
        yield n, signal, *(10.0 ** rng.uniform(-6.0, 6.0, 2))


def test_twice_as_many_nodes_change_nothing(monkeypatch):
    points = list(wide(2000, 3))
    few = [marginal_poisson(n, np.array([s]), b, error)[0] for n, s, b, error in points]
    monkeypatch.setattr(module, "N_NODES", 2 * module.N_NODES)
    many = [marginal_poisson(n, np.array([s]), b, error)[0] for n, s, b, error in points]
    assert np.isfinite(many).all()
    np.testing.assert_allclose(few, many, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize(
    ("n", "background", "error"), [(6, 2.9, 0.1), (83, 65.3, 3.4), (0, 1.0, 1.0), (100, 100.0, 50.0)]
)
def test_it_is_the_average_of_the_poisson_distribution_over_positive_backgrounds(n, background, error):
    for signal in (0.0, 3.0, 30.0):
        low, high = max(background - 9.0 * error, 0.0), background + 12.0 * error
        integral, _ = quad(
            lambda b: poisson.pmf(n, signal + b) * norm.pdf(b, background, error),  # noqa: B023
            low,
            high,
            points=[background],
            limit=400,
            epsabs=0.0,
            epsrel=1e-12,
        )
        expected = np.log(integral / norm.sf(0.0, background, error))
        assert marginal_poisson(n, np.array(signal), background, error) == pytest.approx(expected, rel=1e-9)


def test_a_background_without_error_is_the_limit_of_one_with_hardly_any():
    signal = np.geomspace(1e-3, 1e4, 30)
    for n in (0, 1, 15, 16, 900):
        exactly = marginal_poisson(n, signal, 3.0, 0.0)
        np.testing.assert_allclose(exactly, poisson.logpmf(n, signal + 3.0), rtol=1e-11)
        np.testing.assert_allclose(marginal_poisson(n, signal, 3.0, 1e-9), exactly, rtol=1e-11)


def test_many_events_near_their_mean_keep_their_digits():
    """There ln P is -ln(2 pi n)/2 - 1/(12 n) + ..., beside terms of 1e16 that cancel."""
    n = 10**15
    found = marginal_poisson(n, np.array([0.0]), float(n), 0.0)
    assert found == pytest.approx(-0.5 * np.log(2.0 * np.pi * n), rel=1e-14)
