"""The tables of Bessel functions against scipy's."""

import math

import pytest
from scipy.special import kv

from alpfit.numerics.bessel import bessel_functions, log_scaled_bessel


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("u", [1.3e-4, 0.02, 0.77, 3.1, 40.0, 600.0])
def test_the_table_is_right_between_its_nodes(order, u):
    found = log_scaled_bessel(order, math.log(u), bessel_functions())
    assert found == pytest.approx(math.log(u**order * kv(order, u)) + u, abs=1e-7)


@pytest.mark.parametrize("order", [1, 2])
def test_below_the_table_is_the_limit_of_small_arguments(order):
    assert log_scaled_bessel(order, math.log(1e-9), bessel_functions()) == pytest.approx(math.log(order), abs=2e-4)
