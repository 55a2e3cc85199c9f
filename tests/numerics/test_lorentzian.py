"""The parts of a Lorentzian."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from alpfit.numerics.lorentzian import lorentzian_parts

EDGES = np.array([-2.0, -0.4, 0.1, 0.7, 3.0])


@pytest.mark.parametrize("width", [0.05, 1.0, 20.0])
def test_integral_and_mean_are_those_of_a_quadrature(width):
    integrals, means = lorentzian_parts(EDGES[None], np.array([[width]]))
    for k, ends in enumerate(pairwise(EDGES)):
        whole = quad(lambda x: 1.0 / (x * x + width**2), *ends, points=[0.0])[0]
        moment = quad(lambda x: x / (x * x + width**2), *ends, points=[0.0])[0]
        assert integrals[0, k] == pytest.approx(whole, rel=1e-9)
        assert means[0, k] == pytest.approx(moment / whole, rel=1e-7, abs=1e-9)


def test_the_narrowest_is_in_one_part():
    integrals, means = lorentzian_parts(EDGES[None], np.array([[1e-30]]))
    assert 1e-30 * integrals[0] == pytest.approx([0.0, np.pi, 0.0, 0.0], abs=1e-20)
    assert means[0, 1] == pytest.approx(0.0, abs=1e-20)
