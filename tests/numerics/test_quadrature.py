"""The rules behind the thermal averages, against closed forms in Bessel and Faddeeva functions."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import kve, wofz

from alpfit.numerics.quadrature import Rule, half_hermite_rule, legendre_rule, resonant_nodes, scaled_bessel_k2

HERMITE, LEGENDRE, FINE = half_hermite_rule(8), legendre_rule(8), legendre_rule(16)
PANEL, SMALLEST, LARGEST = 2.3, 1e-12, 60.0
NARROW = 1e-7  # half-width over position below which a peak is one node


def nodes(position: float, half_width: float, legendre: Rule = LEGENDRE):
    return resonant_nodes(position, half_width, SMALLEST, LARGEST, PANEL, legendre)


def breit_wigner_average(position: float, half_width: float, x: float, legendre: Rule = LEGENDRE) -> float:
    """The rule applied to sqrt(e) exp(-x e) / ((e - position)^2 + half_width^2)."""
    e, distance, weights, _ = nodes(position, half_width, legendre)
    return float(np.sum(weights * np.sqrt(e) * np.exp(-x * e) / (distance**2 + half_width**2)))


def exact_breit_wigner_average(position: float, half_width: float, x: float) -> float:
    """The same from zero to infinity: pi/h Re[sqrt(z) w(sqrt(x z))], z = position + i h, w the Faddeeva function."""
    root = np.sqrt(complex(position, half_width))
    return float((math.pi / half_width * root * wofz(math.sqrt(x) * root)).real)


@pytest.mark.parametrize(("u_from", "u_to", "error"), [(1.5, 2.0, 5e-8), (2.0, 1e8, 1e-8)])
def test_eight_points_give_the_scaled_bessel_function_of_order_two(u_from, u_to, error):
    u = np.geomspace(u_from, u_to, 300)
    computed = [scaled_bessel_k2(value, HERMITE) for value in u]
    np.testing.assert_allclose(computed, kve(2, u), rtol=error)


def test_bessel_error_falls_geometrically_with_the_number_of_points():
    u = 1.5
    errors = [abs(scaled_bessel_k2(u, half_hermite_rule(n)) / kve(2, u) - 1.0) for n in (4, 8, 16)]
    assert errors[1] < 1e-2 * errors[0]
    assert errors[2] < 1e-2 * errors[1]


def test_half_hermite_rule_is_exact_for_even_moments_of_the_gaussian():
    for k in range(8):
        moment = np.sum(HERMITE.weights * HERMITE.nodes**k)
        assert moment == pytest.approx(0.5 * math.gamma(k + 0.5), rel=1e-13, abs=0.0)


def test_legendre_rule_is_exact_for_polynomials_up_to_degree_fifteen_and_no_further():
    def error(degree: int) -> float:
        return abs(float(np.sum(LEGENDRE.weights * LEGENDRE.nodes**degree)) * (degree + 1) - 1.0)

    assert max(error(degree) for degree in range(16)) < 1e-13
    assert error(16) > 1e-11


each_position = pytest.mark.parametrize("position", [1e-9, 1e-4, 0.05, 0.8, 5.0], ids=lambda p: f"peak at {p:g}")
each_resolved_width = pytest.mark.parametrize("relative_width", [NARROW, 7.4e-7, 7.6e-7, 1e-5, 1e-3, 0.1, 10.0])


def temperatures(position: float, n: int = 40) -> np.ndarray:
    """x from where the peak is hardly suppressed (but within the nodes) to where it is dead."""
    return np.geomspace(max(1.0, 0.01 / position), 200.0 / position, n)


@pytest.mark.parametrize("half_width", [1e-13, 1e-10, 1e-7, 1e-5, 1e-3, 0.1])
@pytest.mark.parametrize("position", [-1.0, -0.05, -1e-6, 0.0], ids=lambda p: f"peak at {p:g}")
def test_a_peak_of_any_width_at_or_below_threshold_is_integrated(position, half_width):
    for x in (2.0, 20.0, 1e3, 1e6):
        expected = exact_breit_wigner_average(position, half_width, x)
        assert breit_wigner_average(position, half_width, x) == pytest.approx(expected, rel=5e-7, abs=0.0)


@each_resolved_width
@each_position
def test_a_peak_above_threshold_is_integrated_with_its_tails(position, relative_width):
    half_width = relative_width * position
    for x in temperatures(position):
        expected = exact_breit_wigner_average(position, half_width, x)
        core = 0.01 * relative_width * (1.0 + (x * position) ** 2) if relative_width < 1e-4 else 0.0  # is one point
        error = 1e-8 + core / math.pi
        assert breit_wigner_average(position, half_width, x, FINE) == pytest.approx(expected, rel=error, abs=0.0)


@each_resolved_width
@each_position
def test_eight_points_in_a_panel_are_enough_for_five_digits(position, relative_width):
    half_width = relative_width * position
    for x in temperatures(position):
        expected = exact_breit_wigner_average(position, half_width, x)
        assert breit_wigner_average(position, half_width, x) == pytest.approx(expected, rel=1.2e-5, abs=0.0)


@pytest.mark.parametrize(("relative_width", "error"), [(0.99 * NARROW, 6e-6), (1e-8, 1e-6), (1e-10, 3e-8)])
@each_position
def test_a_peak_too_narrow_for_its_tails_to_count_is_one_node(position, relative_width, error):
    """The tails are left out, and this is most of the whole where the peak freezes out, around x = 20/position."""
    half_width = relative_width * position
    e, distance, _, n_below = nodes(position, half_width, FINE)
    assert n_below == e.size - 1
    assert (e[-1], distance[-1]) == (position, 0.0)
    for x in temperatures(position):
        expected = exact_breit_wigner_average(position, half_width, x)
        assert breit_wigner_average(position, half_width, x, FINE) == pytest.approx(expected, rel=error, abs=0.0)


@each_position
def test_where_a_narrow_peak_counts_its_tails_are_a_millionth(position):
    """While the peak is most of the average, x < 10/position, the error is that of its own tails."""
    half_width = 0.99 * NARROW * position
    for x in temperatures(position):
        if x < 10.0 / position:
            expected = exact_breit_wigner_average(position, half_width, x)
            assert breit_wigner_average(position, half_width, x, FINE) == pytest.approx(expected, rel=1e-6, abs=0.0)


def test_the_node_of_a_narrow_peak_carries_the_breit_wigners_integral_from_the_split_to_infinity():
    position, half_width = 0.4, 1e-9
    _, _, weights, _ = nodes(position, half_width)
    integral = half_width * (0.5 * math.pi + math.atan(0.25 * position / half_width))  # over its value at the peak
    assert weights[-1] == pytest.approx(integral, rel=1e-13, abs=0.0)
    assert weights[-1] == pytest.approx(math.pi * half_width, rel=2e-8, abs=0.0)


@pytest.mark.parametrize(("position", "half_width"), [(0.3, 1e-3), (0.3, 0.2), (-0.3, 1e-3)])
def test_adaptive_quadrature_split_at_the_pole_agrees(position, half_width):
    """The Faddeeva formula, too, is checked: here by scipy, where the peak is wide enough for it."""
    x = 5.0

    def integrand(root_e: float) -> float:
        e = root_e * root_e
        return 2.0 * e * math.exp(-x * e) / ((e - position) ** 2 + half_width**2)

    edges = [0.0, *[math.sqrt(position + k * half_width) for k in (-1.0, 0.0, 1.0) if position > 0.0], 4.0]
    pieces = [quad(integrand, a, b, epsabs=0.0, epsrel=1e-11, limit=500)[0] for a, b in pairwise(edges)]
    assert breit_wigner_average(position, half_width, x, FINE) == pytest.approx(sum(pieces), rel=1e-9, abs=0.0)
    assert exact_breit_wigner_average(position, half_width, x) == pytest.approx(sum(pieces), rel=1e-10, abs=0.0)


@pytest.mark.parametrize("half_width", [1e-13, 1e-6, 1e-2])
def test_each_node_comes_with_its_distance_from_the_peak_and_one_lies_within_a_half_width(half_width):
    e, distance, _, _ = nodes(0.7, half_width)
    np.testing.assert_allclose(e - distance, 0.7, rtol=0.0, atol=2e-14)
    closest = np.abs(distance).min()
    assert closest < half_width


def test_nodes_lie_above_threshold_and_their_weights_add_up_to_the_interval():
    for position in (-0.5, 0.0, 0.02, 0.9):
        e, _, weights, _ = nodes(position, 0.05)
        assert (e > 0.0).all()
        assert np.sum(weights) == pytest.approx(LARGEST, rel=1e-9, abs=0.0)


each_shape = pytest.mark.parametrize(
    ("position", "half_width"),
    [(0.7, 1e-13), (0.7, 1e-7), (0.7, 1e-2), (0.7, 10.0), (1e-9, 1e-20), (1e-9, 1e-3), (0.0, 1e-3), (-0.7, 1e-13)],
)


@each_shape
def test_nodes_ascend_and_have_positive_weights(position, half_width):
    e, _, weights, _ = nodes(position, half_width)
    assert (np.diff(e) > 0.0).all()
    assert (weights > 0.0).all()


@each_shape
def test_nodes_are_split_at_three_quarters_of_the_way_to_the_peak(position, half_width):
    """All belong to the lower part where there is no peak above threshold."""
    e, _, weights, n_below = nodes(position, half_width)
    if position <= 0.0:
        assert n_below == e.size
    else:
        assert e[n_below - 1] < 0.75 * position < e[n_below]
        assert np.sum(weights[:n_below]) == pytest.approx(0.75 * position, rel=1e-9, abs=0.0)
