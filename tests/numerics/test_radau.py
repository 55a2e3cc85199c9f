"""The stiff integrator on published test problems: Prothero-Robinson, van der Pol and Robertson."""

import math

import numpy as np
import pytest

from alpfit.numerics.compile import kernel
from alpfit.numerics.radau import integrate, radau_iia_5

TABLEAU = radau_iia_5()
NO_LIMIT = 1e9


@kernel
def prothero_robinson(x, y, rate):
    """y' = rate (y - sin x) + cos x; from y(0) = 0 the solution is sin(x), however stiff."""
    return np.array([rate * (y[0] - math.sin(x)) + math.cos(x)])


@kernel
def van_der_pol(x, y, epsilon):
    """y'' = ((1 - y^2) y' - y)/epsilon: slow arcs joined by jumps."""
    return np.array([y[1], ((1.0 - y[0] ** 2) * y[1] - y[0]) / epsilon])


@kernel
def robertson(x, y, rates):
    """Three reactions with rates 0.04, 1e4 and 3e7."""
    slow, back, fast = rates[0] * y[0], rates[1] * y[1] * y[2], rates[2] * y[1] ** 2
    return np.array([back - slow, slow - back - fast, fast])


@kernel
def solve_prothero_robinson(y, x, x_end, first_step, tolerance, largest_change, max_steps, tableau, rate):
    return integrate(prothero_robinson, x, y, x_end, first_step, tolerance, largest_change, max_steps, tableau, rate)


@kernel
def solve_van_der_pol(y, x, x_end, first_step, tolerance, largest_change, max_steps, tableau, epsilon):
    return integrate(van_der_pol, x, y, x_end, first_step, tolerance, largest_change, max_steps, tableau, epsilon)


@kernel
def solve_robertson(y, x, x_end, first_step, tolerance, largest_change, max_steps, tableau, rates):
    return integrate(robertson, x, y, x_end, first_step, tolerance, largest_change, max_steps, tableau, rates)


ROBERTSON_START, ROBERTSON_RATES = np.array([1.0, 0.0, 0.0]), np.array([0.04, 1e4, 3e7])


def fixed_step_error(n: int, rate: float) -> float:
    """Error at x = 2 of ``n`` equal steps on the Prothero-Robinson problem; the tolerance is too wide to interfere."""
    step, y = 2.0 / n, np.array([0.0])
    for i in range(n):
        solution = solve_prothero_robinson(y, i * step, (i + 1) * step, 2.0 * step, 1e3, NO_LIMIT, 1, TABLEAU, rate)
        assert solution.x.size == 2
        y = solution.y[-1]
    return float(abs(y[0] - math.sin(2.0)))


def test_the_method_is_of_order_five():
    errors = [fixed_step_error(n, -1.0) for n in (4, 8, 16, 32)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    np.testing.assert_allclose(orders, 5.0, atol=0.1)


def test_the_tableau_meets_the_order_conditions_of_a_collocation_method():
    nodes, matrix = TABLEAU.nodes, TABLEAU.matrix
    for k in (1, 2, 3):  # C(3)
        np.testing.assert_allclose(matrix @ nodes ** (k - 1), nodes**k / k, atol=1e-15)
    for k in (1, 2, 3, 4, 5):  # B(5), with the last row as weights: stiffly accurate
        assert matrix[2] @ nodes ** (k - 1) == pytest.approx(1.0 / k, abs=1e-15)


def test_the_error_filter_uses_the_real_eigenvalue_of_the_inverse_matrix():
    eigenvalues = np.linalg.eigvals(np.linalg.inv(TABLEAU.matrix))
    real = eigenvalues[np.abs(eigenvalues.imag) < 1e-9].real
    np.testing.assert_allclose(real, [TABLEAU.real_eigenvalue], rtol=1e-12)


@pytest.mark.parametrize(("rate", "most_points"), [(-1.0, 60), (-1e3, 60), (-1e6, 12), (-1e9, 12)], ids=str)
def test_prothero_robinson_takes_fewer_steps_the_stiffer_it_is(rate, most_points):
    solution = solve_prothero_robinson(np.array([0.0]), 0.0, 10.0, 1e-3, 1e-5, NO_LIMIT, 1000, TABLEAU, rate)
    assert solution.finished
    assert solution.x[-1] == pytest.approx(10.0, abs=1e-12)
    assert solution.x.size <= most_points
    # the tolerance, 1e-5, is that of a step; at -1e3 the error after all steps is 2.5e-5
    np.testing.assert_allclose(solution.y[:, 0], np.sin(solution.x), rtol=0.0, atol=3e-5)


def test_a_start_off_the_smooth_solution_is_damped_at_once():
    solution = solve_prothero_robinson(np.array([1.0]), 0.0, 10.0, 1e-3, 1e-6, NO_LIMIT, 1000, TABLEAU, -1e6)
    late = solution.x > 1e-3
    np.testing.assert_allclose(solution.y[late, 0], np.sin(solution.x[late]), rtol=0.0, atol=1e-6)


def test_the_global_error_follows_the_tolerance():
    errors = []
    for tolerance in (1e-4, 1e-6, 1e-8):
        solution = solve_prothero_robinson(np.array([0.0]), 0.0, 10.0, 1e-3, tolerance, NO_LIMIT, 1000, TABLEAU, -1.0)
        errors.append(np.abs(solution.y[:, 0] - np.sin(solution.x)).max())
        assert errors[-1] < 10.0 * tolerance
    assert errors[2] < 1e-2 * errors[1] < 1e-4 * errors[0]


def test_van_der_pol_passes_its_jumps():
    """Reference: Test Set for IVP Solvers (F. Mazzia and C. Magherini), problem VDPOL, at x = 2 with epsilon = 1e-6."""
    solution = solve_van_der_pol(np.array([2.0, -0.66]), 0.0, 2.0, 1e-6, 1e-5, NO_LIMIT, 10_000, TABLEAU, 1e-6)
    assert solution.finished
    assert solution.y[:, 0].min() < -1.99  # it has been on the other branch and come back
    np.testing.assert_allclose(solution.y[-1], [1.706167732170469, -0.892809701024798], rtol=0.0, atol=2e-6)


def test_robertson_gets_its_small_intermediate_right():
    """Reference: Hairer and Wanner, Solving Ordinary Differential Equations II, eq. (IV.1.4), at x = 40."""
    solution = solve_robertson(ROBERTSON_START, 0.0, 40.0, 1e-6, 1e-8, NO_LIMIT, 1000, TABLEAU, ROBERTSON_RATES)
    assert solution.finished
    expected = [0.7158270687193941, 0.9185534764557338e-5, 0.2841637457458413]
    np.testing.assert_allclose(solution.y[-1], expected, rtol=2e-8)
    np.testing.assert_allclose(solution.y.sum(axis=1), 1.0, rtol=0.0, atol=1e-12)


def test_no_step_changes_an_unknown_by_more_than_allowed():
    limited = solve_robertson(ROBERTSON_START, 0.0, 40.0, 1e-6, 1e-4, 0.01, 1000, TABLEAU, ROBERTSON_RATES)
    free = solve_robertson(ROBERTSON_START, 0.0, 40.0, 1e-6, 1e-4, NO_LIMIT, 1000, TABLEAU, ROBERTSON_RATES)
    assert np.abs(np.diff(limited.y, axis=0)).max() <= 0.01
    assert np.abs(np.diff(free.y, axis=0)).max() > 0.01


def test_a_first_step_that_changes_too_much_is_repeated():
    limited = solve_robertson(ROBERTSON_START, 0.0, 40.0, 40.0, 10.0, 0.01, 1000, TABLEAU, ROBERTSON_RATES)
    free = solve_robertson(ROBERTSON_START, 0.0, 40.0, 40.0, 10.0, NO_LIMIT, 1000, TABLEAU, ROBERTSON_RATES)
    assert free.x.size == 2
    assert np.abs(np.diff(limited.y, axis=0)).max() <= 0.01


def test_at_the_step_limit_the_solution_is_marked_unfinished():
    solution = solve_robertson(ROBERTSON_START, 0.0, 40.0, 1e-6, 1e-8, NO_LIMIT, 10, TABLEAU, ROBERTSON_RATES)
    assert not solution.finished
    assert solution.x.size == 11
    assert solution.x[-1] < 40.0
    assert np.isfinite(solution.y).all()


def test_a_rate_that_is_not_a_number_ends_the_integration_unfinished():
    solution = solve_van_der_pol(np.array([2.0, -0.66]), 0.0, 2.0, 1e-3, 1e-5, NO_LIMIT, 1000, TABLEAU, math.nan)
    assert not solution.finished
    np.testing.assert_array_equal(solution.y, [[2.0, -0.66]])


def test_right_hand_side_calls_are_counted_and_grow_with_the_steps():
    def calls(tolerance: float) -> tuple[int, int]:
        solution = solve_robertson(
            ROBERTSON_START, 0.0, 40.0, 1e-6, tolerance, NO_LIMIT, 1000, TABLEAU, ROBERTSON_RATES
        )
        return solution.n_calls, solution.x.size - 1

    for tolerance in (1e-4, 1e-8):
        n_calls, n_steps = calls(tolerance)
        assert n_calls >= n_steps * (3 * 4 + 4)  # three stages and the Jacobian at the end, each with differences
    assert calls(1e-8)[0] > calls(1e-4)[0]
