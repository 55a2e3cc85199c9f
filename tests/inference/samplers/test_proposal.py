"""Where to draw from around a best fit: the covariance that is given, mended where it is none."""

import numpy as np
import pytest
from scipy.stats import f, multivariate_t

from alpfit.inference.samplers.proposal import DEGREES_OF_FREEDOM, NARROWEST, StudentT, usable_root


def covariance(widths, seed=1):
    """One with these ``widths`` along its principal axes, which lie askew."""
    axes = np.linalg.qr(np.random.default_rng(seed).normal(size=(len(widths), len(widths))))[0]
    return (axes * np.square(widths)) @ axes.T


def test_the_root_of_a_covariance_is_cholesky_s():
    scale = np.array([1.0, 1e-3, 20.0, 1e-6])
    given = covariance([0.9, 0.3, 0.1, 0.01]) * np.outer(scale, scale)
    root, usable = usable_root(given, True, scale)
    assert usable
    np.testing.assert_allclose(root / scale[:, None], np.linalg.cholesky(given) / scale[:, None], rtol=0.0, atol=1e-12)


@pytest.mark.parametrize("narrow", [1e-6, 1e-9, 1e-12, 0.0])
@pytest.mark.parametrize("seed", range(20))
def test_there_is_one_however_narrow_the_covariance_is(narrow, seed):
    """Rounding alone would make it as wide as 1e-8, or less than nothing."""
    given, scale = covariance([0.9, 0.5, narrow, narrow], seed), np.array([1.0, 1e-3, 20.0, 1e-6])
    root, _ = usable_root(given * np.outer(scale, scale), True, scale)
    widths = np.linalg.svd(root / scale[:, None])[1]
    np.testing.assert_allclose(widths[:2], [0.9, 0.5], rtol=1e-6)
    assert (widths >= 0.5 * NARROWEST).all()
    proposal = StudentT(np.zeros(4), root)
    assert np.isfinite(proposal.log_density(proposal.draw(np.random.default_rng(1), 100))).all()


@pytest.mark.parametrize("given", [None, np.full((2, 2), np.nan)])
def test_without_a_covariance_it_is_as_wide_as_the_prior(given):
    root, usable = usable_root(given, True, np.array([2.0, 3.0]))
    np.testing.assert_array_equal(root, np.diag([2.0, 3.0]))
    assert not usable


def test_no_direction_is_wider_than_the_prior_and_a_saddle_is_not_usable():
    root, usable = usable_root(np.diag([100.0, -1.0]), True, np.array([2.0, 3.0]))
    np.testing.assert_allclose(np.sort(np.linalg.svd(root)[1]), [3.0 * NARROWEST, 2.0], rtol=1e-9)
    assert not usable


def test_the_density_is_that_of_what_is_drawn():
    given, centre = covariance([0.9, 0.4, 0.1]), np.array([1.0, -2.0, 0.5])
    proposal = StudentT(centre, np.linalg.cholesky(given))
    drawn = proposal.draw(np.random.default_rng(3), 1000)
    expected = multivariate_t(centre, given, df=DEGREES_OF_FREEDOM).logpdf(drawn)
    np.testing.assert_allclose(proposal.log_density(drawn), expected, rtol=1e-9)
    distance = np.einsum("ij,jk,ik->i", drawn - centre, np.linalg.inv(given), drawn - centre)
    assert np.median(distance) == pytest.approx(3.0 * f(3, DEGREES_OF_FREEDOM).median(), rel=0.15)
