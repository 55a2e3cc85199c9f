"""The stiff integrator on published test problems: Prothero-Robinson, van der Pol and Robertson."""

import math

import numpy as np
import pytest

from alpfit.numerics.compile import kernel
from alpfit.numerics.elimination import solve_in_place
from alpfit.numerics.radau import Steps, integrate
from alpfit.numerics.radau_step import collocate, radau_iia_5

TABLEAU = radau_iia_5()
NO_LIMIT = 1e9


@kernel
def wave(x, rate):
    """What Prothero and Robinson's equation depends on besides y."""
    return math.sin(x), math.cos(x)


@kernel
def prothero_robinson(here, rate, states, slopes, jacobians, j):
    """y' = rate (y - sin x) + cos x; from y(0) = 0 the solution is sin(x), however stiff."""
    sine, cosine = here
    slopes[j, 0] = rate * (states[j, 0] - sine) + cosine
    jacobians[j, 0, 0] = rate


@kernel
def nothing(x, parameters):
    """The coefficients_at of an equation that does not depend on x."""
    return (0.0,)


@kernel
def van_der_pol(here, epsilon, states, slopes, jacobians, j):
    """y'' = ((1 - y^2) y' - y)/epsilon: slow arcs joined by jumps."""
    y, v = states[j, 0], states[j, 1]
    slopes[j, 0], slopes[j, 1] = v, ((1.0 - y * y) * v - y) / epsilon
    jacobians[j, 0, 0], jacobians[j, 0, 1] = 0.0, 1.0
    jacobians[j, 1, 0], jacobians[j, 1, 1] = (-2.0 * y * v - 1.0) / epsilon, (1.0 - y * y) / epsilon


@kernel
def robertson(here, rates, states, slopes, jacobians, j):
    """Three reactions with rates 0.04, 1e4 and 3e7."""
    a, b, c = states[j, 0], states[j, 1], states[j, 2]
    slow, back, fast = rates[0] * a, rates[1] * b * c, rates[2] * b * b
    slopes[j, 0], slopes[j, 1], slopes[j, 2] = back - slow, slow - back - fast, fast
    jacobians[j, 0, 0], jacobians[j, 0, 1], jacobians[j, 0, 2] = -rates[0], rates[1] * c, rates[1] * b
    jacobians[j, 1, 0], jacobians[j, 1, 1] = rates[0], -rates[1] * c - 2.0 * rates[2] * b
    jacobians[j, 1, 2] = -rates[1] * b
    jacobians[j, 2, 0], jacobians[j, 2, 1], jacobians[j, 2, 2] = 0.0, 2.0 * rates[2] * b, 0.0


@kernel
def solve_prothero_robinson(y, x, x_end, steps, tableau, rate):
    return integrate(wave, prothero_robinson, x, y, np.array([x_end]), steps, tableau, rate)


@kernel
def solve_van_der_pol(y, x, x_end, steps, tableau, epsilon):
    return integrate(nothing, van_der_pol, x, y, np.array([x_end]), steps, tableau, epsilon)


@kernel
def solve_robertson(y, x, x_end, steps, tableau, rates):
    return integrate(nothing, robertson, x, y, np.array([x_end]), steps, tableau, rates)


@kernel
def distance(x, bend):
    """How far beyond the bend ``x`` is, or nothing."""
    return max(x - bend, 0.0)


@kernel
def bent(here, bend, states, slopes, jacobians, j):
    """y' = -y + (x - bend) where that is positive, a slope that bends: y = exp(-x), and d - 1 + exp(-d) after it."""
    slopes[j, 0], jacobians[j, 0, 0] = here - states[j, 0], -1.0


@kernel
def solve_bent(y, x, stops, steps, tableau, bend):
    return integrate(distance, bent, x, y, stops, steps, tableau, bend)


ROBERTSON_START, ROBERTSON_RATES = np.array([1.0, 0.0, 0.0]), np.array([0.04, 1e4, 3e7])


def fixed_step_error(n: int, rate: float) -> float:
    """Error at x = 2 of ``n`` equal steps on the Prothero-Robinson problem; the tolerance is too wide to interfere."""
    step, y = 2.0 / n, np.array([0.0])
    for i in range(n):
        steps = Steps(2.0 * step, 1e3, NO_LIMIT, 1)
        solution = solve_prothero_robinson(y, i * step, (i + 1) * step, steps, TABLEAU, rate)
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
    solution = solve_prothero_robinson(np.array([0.0]), 0.0, 10.0, Steps(1e-3, 1e-5, NO_LIMIT, 1000), TABLEAU, rate)
    assert solution.finished
    assert solution.x[-1] == pytest.approx(10.0, abs=1e-12)
    assert solution.x.size <= most_points
    # the tolerance, 1e-5, is that of a step; at -1e3 the error after all steps is 2.5e-5
    np.testing.assert_allclose(solution.y[:, 0], np.sin(solution.x), rtol=0.0, atol=3e-5)


def test_a_start_off_the_smooth_solution_is_damped_at_once():
    solution = solve_prothero_robinson(np.array([1.0]), 0.0, 10.0, Steps(1e-3, 1e-6, NO_LIMIT, 1000), TABLEAU, -1e6)
    late = solution.x > 1e-3
    np.testing.assert_allclose(solution.y[late, 0], np.sin(solution.x[late]), rtol=0.0, atol=1e-6)


def test_the_global_error_follows_the_tolerance():
    errors = []
    for tolerance in (1e-4, 1e-6, 1e-8):
        steps = Steps(1e-3, tolerance, NO_LIMIT, 1000)
        solution = solve_prothero_robinson(np.array([0.0]), 0.0, 10.0, steps, TABLEAU, -1.0)
        errors.append(np.abs(solution.y[:, 0] - np.sin(solution.x)).max())
        assert errors[-1] < 10.0 * tolerance
    assert errors[2] < 1e-2 * errors[1] < 1e-4 * errors[0]


def test_van_der_pol_passes_its_jumps():
    """Reference: Test Set for IVP Solvers (F. Mazzia and C. Magherini), problem VDPOL, at x = 2 with epsilon = 1e-6."""
    solution = solve_van_der_pol(np.array([2.0, -0.66]), 0.0, 2.0, Steps(1e-6, 1e-5, NO_LIMIT, 10_000), TABLEAU, 1e-6)
    assert solution.finished
    assert solution.y[:, 0].min() < -1.99  # it has been on the other branch and come back
    np.testing.assert_allclose(solution.y[-1], [1.706167732170469, -0.892809701024798], rtol=0.0, atol=2e-6)


def test_robertson_gets_its_small_intermediate_right():
    """Reference: Hairer and Wanner, Solving Ordinary Differential Equations II, eq. (IV.1.4), at x = 40."""
    solution = solve_robertson(ROBERTSON_START, 0.0, 40.0, Steps(1e-6, 1e-8, NO_LIMIT, 1000), TABLEAU, ROBERTSON_RATES)
    assert solution.finished
    expected = [0.7158270687193941, 0.9185534764557338e-5, 0.2841637457458413]
    np.testing.assert_allclose(solution.y[-1], expected, rtol=2e-8)
    np.testing.assert_allclose(solution.y.sum(axis=1), 1.0, rtol=0.0, atol=1e-12)


def test_no_step_changes_an_unknown_by_more_than_allowed():
    limited = solve_robertson(ROBERTSON_START, 0.0, 40.0, Steps(1e-6, 1e-4, 0.01, 1000), TABLEAU, ROBERTSON_RATES)
    free = solve_robertson(ROBERTSON_START, 0.0, 40.0, Steps(1e-6, 1e-4, NO_LIMIT, 1000), TABLEAU, ROBERTSON_RATES)
    assert np.abs(np.diff(limited.y, axis=0)).max() <= 0.01
    assert np.abs(np.diff(free.y, axis=0)).max() > 0.01


def test_a_first_step_that_changes_too_much_is_repeated():
    limited = solve_robertson(ROBERTSON_START, 0.0, 40.0, Steps(40.0, 10.0, 0.01, 1000), TABLEAU, ROBERTSON_RATES)
    free = solve_robertson(ROBERTSON_START, 0.0, 40.0, Steps(40.0, 10.0, NO_LIMIT, 1000), TABLEAU, ROBERTSON_RATES)
    assert free.x.size == 2
    assert np.abs(np.diff(limited.y, axis=0)).max() <= 0.01


def test_at_the_step_limit_the_solution_is_marked_unfinished():
    solution = solve_robertson(ROBERTSON_START, 0.0, 40.0, Steps(1e-6, 1e-8, NO_LIMIT, 10), TABLEAU, ROBERTSON_RATES)
    assert not solution.finished
    assert solution.x.size == 11
    assert solution.x[-1] < 40.0
    assert np.isfinite(solution.y).all()


def test_a_rate_that_is_not_a_number_ends_the_integration_unfinished():
    solution = solve_van_der_pol(np.array([2.0, -0.66]), 0.0, 2.0, Steps(1e-3, 1e-5, NO_LIMIT, 1000), TABLEAU, math.nan)
    assert not solution.finished
    np.testing.assert_array_equal(solution.y, [[2.0, -0.66]])


def test_calls_of_the_rates_are_counted_and_grow_with_the_steps():
    def calls(tolerance: float) -> tuple[int, int]:
        steps = Steps(1e-6, tolerance, NO_LIMIT, 1000)
        solution = solve_robertson(ROBERTSON_START, 0.0, 40.0, steps, TABLEAU, ROBERTSON_RATES)
        return solution.n_calls, solution.x.size - 1

    for tolerance in (1e-4, 1e-8):
        n_calls, n_steps = calls(tolerance)
        assert n_calls >= 1 + n_steps * (3 + 1)  # at the start; in a step the three stages, once at least, and its end
        assert n_calls < 14 * n_steps
    assert calls(1e-8)[0] > calls(1e-4)[0]


@pytest.mark.parametrize("rate", [-1.0, -1e3, -1e6], ids=str)
def test_a_linear_equation_takes_two_iterations_of_newtons_method(rate):
    """The first is exact, the second finds that nothing is left to correct; few steps are rejected."""
    solution = solve_prothero_robinson(np.array([0.0]), 0.0, 10.0, Steps(1e-3, 1e-6, NO_LIMIT, 1000), TABLEAU, rate)
    n_steps = solution.x.size - 1
    assert 4 * n_steps < solution.n_calls < 9 * n_steps


def test_without_a_single_step_there_is_the_start_and_its_slope():
    solution = solve_prothero_robinson(np.array([0.5]), 0.0, 10.0, Steps(1e-3, 1e-6, NO_LIMIT, 0), TABLEAU, -2.0)
    assert not solution.finished
    assert (solution.x.tolist(), solution.y.tolist()) == ([0.0], [[0.5]])
    assert solution.slope.tolist() == [0.0]  # -2 (0.5 - sin 0) + cos 0
    assert solution.n_calls == 1


def test_the_slope_is_that_of_the_equation_at_the_last_point():
    solution = solve_van_der_pol(np.array([2.0, -0.66]), 0.0, 0.5, Steps(1e-3, 1e-6, NO_LIMIT, 1000), TABLEAU, 1e-3)
    y, v = solution.y[-1]
    np.testing.assert_allclose(solution.slope, [v, ((1.0 - y * y) * v - y) / 1e-3], rtol=1e-12)


def between_steps(solution, t: float) -> tuple[np.ndarray, np.ndarray]:
    """x and y at the fraction ``t`` of each step, from its collocation polynomial."""
    n_steps, d = solution.x.size - 1, solution.y.shape[1]
    change = np.full((n_steps, d), np.nan)
    for n in range(1, n_steps + 1):
        collocate(solution.increments, n, t, TABLEAU.nodes, change, n - 1)
    return solution.x[:-1] + t * np.diff(solution.x), solution.y[:-1] + change


def worst_between_steps(rate: float, tolerance: float, largest_change: float) -> float:
    """Largest error of Prothero and Robinson's problem, at 21 places of each step."""
    steps = Steps(1e-3, tolerance, largest_change, 1000)
    solution = solve_prothero_robinson(np.array([0.0]), 0.0, 10.0, steps, TABLEAU, rate)
    places = [between_steps(solution, t) for t in np.linspace(0.0, 1.0, 21)]
    return max(float(np.abs(y[:, 0] - np.sin(x)).max()) for x, y in places)


@pytest.mark.parametrize("tolerance", [1e-4, 1e-6, 1e-8])
@pytest.mark.parametrize("rate", [-1.0, -10.0], ids=str)
def test_between_steps_the_solution_is_known_to_the_tolerance(rate, tolerance):
    assert worst_between_steps(rate, tolerance, NO_LIMIT) < 2.0 * tolerance


def test_in_the_stiff_limit_it_is_known_to_the_fourth_power_of_the_largest_change_of_a_step():
    """The tolerance does not see it there: the error of the ends is damped, while steps are as long as allowed."""
    rough, fine = (worst_between_steps(-1e9, 1e-6, largest_change) for largest_change in (0.3, 0.1))
    assert rough < 5e-4
    assert fine < 3e-5
    assert worst_between_steps(-1e9, 1e-6, NO_LIMIT) > 0.1


def test_between_steps_it_is_as_good_as_a_solution_with_many_more_steps():
    """Van der Pol's equation across a jump, against the same at a tolerance of 1e-10, where there is a step nearby."""
    rough, fine = (
        solve_van_der_pol(np.array([2.0, -0.66]), 0.0, 1.0, Steps(1e-4, tolerance, NO_LIMIT, 20_000), TABLEAU, 1e-2)
        for tolerance in (1e-4, 1e-10)
    )
    assert fine.x.size > 10 * rough.x.size
    for t in (0.1, 0.3, 0.5, 0.7, 0.9):
        x, y = between_steps(rough, t)
        number = np.searchsorted(fine.x, x) - 1
        for at, value, n in zip(x, y, number, strict=True):
            change = np.empty((1, 2))
            collocate(fine.increments, n + 1, (at - fine.x[n]) / (fine.x[n + 1] - fine.x[n]), TABLEAU.nodes, change, 0)
            np.testing.assert_allclose(value, fine.y[n] + change[0], rtol=0.0, atol=5e-3)


def test_the_collocation_polynomial_passes_through_start_stages_and_end():
    increments = np.random.default_rng(1).normal(size=(2, 3, 2))
    out = np.full((5, 2), np.nan)
    for row, t in enumerate((0.0, *TABLEAU.nodes)):
        collocate(increments, 1, t, TABLEAU.nodes, out, row)
    np.testing.assert_allclose(out[0], 0.0, atol=1e-15)
    np.testing.assert_allclose(out[1:4], increments[1], rtol=1e-12)
    assert np.isnan(out[4]).all()  # no other row is written


@pytest.mark.parametrize("n", [1, 2, 3, 6, 9])
def test_linear_equations_are_solved_as_numpy_does(n):
    rng = np.random.default_rng(n)
    for _ in range(50):
        matrix, vector = rng.normal(size=(n, n)), rng.normal(size=n)
        expected = np.linalg.solve(matrix, vector)
        solution = vector.copy()
        assert solve_in_place(matrix.copy(), solution)
        np.testing.assert_allclose(solution, expected, rtol=1e-12 * np.linalg.cond(matrix), atol=0.0)


def test_rows_are_exchanged_where_the_pivot_vanishes():
    matrix = np.array([[0.0, 2.0, 1.0], [1e-30, 0.0, 3.0], [4.0, 1.0, 0.0]])
    vector = np.array([1.0, 2.0, 3.0])
    solution = vector.copy()
    assert solve_in_place(matrix.copy(), solution)
    np.testing.assert_allclose(solution, np.linalg.solve(matrix, vector), rtol=1e-14)


@pytest.mark.parametrize(
    "matrix",
    [[[0.0]], [[0.0, 0.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 1.0]], [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 1.0, 0.0]]],
    ids=["zero", "zeros", "equal rows", "proportional rows"],
)
def test_a_singular_matrix_has_no_solution(matrix):
    with pytest.raises(np.linalg.LinAlgError):
        np.linalg.solve(matrix, np.ones(len(matrix)))
    assert not solve_in_place(np.array(matrix), np.ones(len(matrix)))


@pytest.mark.parametrize("what", [math.nan, math.inf, -math.inf], ids=str)
def test_equations_with_what_is_not_a_number_or_infinite_have_no_solution(what):
    healthy = np.random.default_rng(2).normal(size=(3, 3))
    for i in range(3):
        vector = np.ones(3)
        vector[i] = what
        assert not solve_in_place(healthy.copy(), vector)
        for j in range(3):
            matrix = healthy.copy()
            matrix[i, j] = what
            assert not solve_in_place(matrix, np.ones(3))


BEND, BENT_END = 1.3, 6.0
BENT = math.exp(-BENT_END) + (BENT_END - BEND) - 1.0 + math.exp(BEND - BENT_END)
"""y at the end of the bent equation from y(0) = 1."""


def bent_solution(stops, first=1e-2, tolerance=1e-3):
    return solve_bent(np.array([1.0]), 0.0, np.array(stops), Steps(first, tolerance, NO_LIMIT, 1000), TABLEAU, BEND)


def test_a_step_ends_at_each_stop_that_is_still_to_come():
    solution = bent_solution([-1.0, 0.0, 0.5, BEND, 2.0, 2.0, BENT_END])
    assert solution.finished
    for stop in (0.5, BEND, 2.0, BENT_END):
        assert np.abs(solution.x - stop).min() < 1e-12
    assert (np.diff(solution.x) > 0.0).all()


def test_stops_at_the_end_are_the_end():
    assert bent_solution([BENT_END, BENT_END]).x[-1] == bent_solution([BENT_END]).x[-1] == BENT_END


def test_a_stop_where_the_equation_bends_makes_its_error_what_was_asked_for():
    """Without one it depends on the length of the steps how much of the bend is seen: here up to 20 times more."""
    firsts = np.geomspace(1e-3, 1e-1, 40)
    with_stop, without = (
        max(abs(bent_solution(stops, first).y[-1, 0] - BENT) for first in firsts)
        for stops in ([BEND, BENT_END], [BENT_END])
    )
    assert with_stop < 1e-4
    assert without > 5.0 * with_stop


def test_a_stop_costs_hardly_a_step():
    firsts = np.geomspace(1e-3, 1e-1, 40)
    with_stop, without = (
        np.mean([bent_solution(stops, first).n_calls for first in firsts]) for stops in ([BEND, BENT_END], [BENT_END])
    )
    assert with_stop < 1.15 * without
