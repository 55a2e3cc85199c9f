"""Best fits with iminuit: found on every problem, with errors where there are any."""

import numpy as np
import pytest
from toys import Gaussian, Ridges, gaussian, line, mesa, ridges

from alpfit.inference.samplers import Minuit
from alpfit.inference.session import Session


def peak():
    """The largest ln L of the ridges: on the ridge, at u = 0."""
    x = np.linspace(-2.0, 2.0, 100_001)
    return Ridges.HEIGHT + Ridges()._place(x, np.zeros_like(x))[x**2 < 3.0].max()


@pytest.mark.parametrize(
    ("problem", "best"),
    [(gaussian, 0.0), (lambda: gaussian(0.0), -2.0), (line, 0.0), (mesa, 0.0), (ridges, peak())],
    ids=["gaussian", "half of the prior", "line", "mesa", "ridges"],
)
def test_it_finds_the_best_fit(problem, best):
    samples = Minuit(seed=1).run(Session(problem()))
    assert samples.log_l[samples.best] == pytest.approx(best, abs=0.01)


def test_it_says_that_a_plateau_has_no_gaussian_errors():
    """Of 60 seeds two ended at its rim, where there is a curvature, but not of a Gaussian."""
    told = [" ".join(Minuit(seed=seed).run(Session(mesa())).shortfalls) for seed in (1, 2, 3)]
    assert sum("not positive definite" in sentences for sentences in told) >= 2
    assert all("not positive definite" in sentences or "not near a Gaussian" in sentences for sentences in told)


def test_it_says_that_ridges_are_no_gaussian():
    samples = Minuit(seed=1).run(Session(ridges()))
    assert any("not near a Gaussian" in sentence for sentence in samples.shortfalls)


def test_minos_agrees_with_hesse_for_a_gaussian():
    found = Minuit(seed=1, minos=True).run(Session(gaussian())).diagnostics
    y = np.exp(Gaussian.MEAN[1])
    assert found["valid minimum"] == 1.0
    assert found["x: MINOS upper error"] == pytest.approx(0.1, rel=1e-3)
    assert found["x: Hesse error"] == pytest.approx(0.1, rel=0.01)
    assert found["y: Hesse error"] == pytest.approx(0.2 * y, rel=0.02)
    assert found["y: MINOS upper error"] == pytest.approx(y * np.expm1(0.2), rel=1e-3)
    assert found["y: MINOS lower error"] == pytest.approx(y * np.expm1(-0.2), rel=1e-3)
