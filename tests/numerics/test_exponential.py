"""The exponential of many numbers at once, against the library's."""

import numpy as np
import pytest

from alpfit.numerics.exponential import exponentials


def replaced(z, n: int | None = None) -> np.ndarray:
    values = np.array(z, dtype=float)
    exponentials(values, values.size if n is None else n)
    return values


def test_between_minus_and_plus_100_it_is_the_exponential_to_1e_11():
    z = np.concatenate([np.linspace(-100.0, 100.0, 20_001), np.geomspace(1e-18, 1.0, 100)])
    np.testing.assert_allclose(replaced(z), np.exp(z), rtol=1e-11)


def test_the_exponential_of_zero_is_exactly_one():
    assert replaced([0.0, -0.0]).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("n", [0, 1, 3])
def test_only_as_many_numbers_as_wanted_are_replaced(n):
    z = np.array([1.0, 2.0, 3.0, 4.0])
    np.testing.assert_allclose(replaced(z, n), np.concatenate([np.exp(z[:n]), z[n:]]), rtol=1e-11)


def test_what_is_not_a_number_stays_so_and_leaves_its_neighbours_alone():
    values = replaced([1.0, np.nan, 2.0])
    assert np.isnan(values).tolist() == [False, True, False]
