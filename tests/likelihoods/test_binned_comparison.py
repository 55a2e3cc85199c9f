"""The best branching ratio beside a point: found without fits that cannot be the best, and the same to the bit."""

import numpy as np
import pytest

from alpfit.likelihoods.forms.binned.comparison import Compared, compare_with_best, compare_with_best_scale

RATIOS, MASSES = np.geomspace(1e-8, 1e-2, 13), np.linspace(0.4, 2.1, 13)
LINES = {"rate": RATIOS, "mass": MASSES}
SPECTRA = RATIOS[:, None] * np.random.default_rng(3).random((13, 8))


class Counted:
    """A likelihood that counts the points it is asked for."""

    def __init__(self, loglike):
        self.loglike, self.n_points = loglike, 0

    def __call__(self, predictions):
        log_l = self.loglike(predictions)
        self.n_points += log_l.size
        return log_l


@pytest.mark.parametrize("marginalise", [False, True])
def test_points_where_ln_l_only_falls_are_not_fitted(binned, marginalise):
    form = binned({"marginalise": marginalise})
    every, some = Counted(form.loglike), Counted(form.loglike)
    whole = compare_with_best(Compared(every), ("rate", "mass"), LINES)
    found = compare_with_best(Compared(some, form._loss, on_threads=True), ("rate", "mass"), LINES)
    np.testing.assert_array_equal(found, whole)
    assert some.n_points < 0.75 * every.n_points


def test_the_same_holds_for_spectra(binned):
    form = binned({"signal_is": "spectrum", "by_q2": "spectrum"})
    every, some = Counted(form.loglike), Counted(form.loglike)
    whole = compare_with_best_scale(Compared(every), "spectrum", SPECTRA)
    found = compare_with_best_scale(Compared(some, form._loss, on_threads=True), "spectrum", SPECTRA)
    np.testing.assert_array_equal(found, whole)
    assert some.n_points < 0.75 * every.n_points


def test_a_best_point_where_ln_l_begins_to_fall_is_found():
    """ln L rises up to a ratio of 1e-5, beyond which it is continued."""

    def loss(predictions):
        return np.log(np.maximum(predictions["rate"] / 1e-5, 1.0))

    def loglike(predictions):
        return 1e6 * np.minimum(predictions["rate"], 1e-5) - loss(predictions)

    whole = compare_with_best(Compared(loglike), ("rate", "mass"), LINES)
    found = compare_with_best(Compared(loglike, loss), ("rate", "mass"), LINES)
    np.testing.assert_array_equal(found, whole)
    np.testing.assert_allclose(found.bound, 1e-5, rtol=2e-2)
