"""The inference problem: what it adds up, what it fixes, and what happens where there is no prediction."""

import numpy as np
import pytest

from alpfit.errors import PredictionError
from alpfit.inference.priors import LogUniform, Normal, Uniform
from alpfit.inference.problem import Problem

THETA = np.array([[0.2, -0.3], [0.5, 0.1], [-0.9, 0.9]])


def right_half(x, y):
    return x > 0.0


def test_names_and_entries_are_in_the_order_of_the_input(plane_problem):
    problem = plane_problem()
    assert problem.names == ("x", "y")
    assert problem.n_dim == 2
    assert problem.derived == ("sum", "difference")
    assert problem.entries == ("sum rule", "splitting")


def test_the_total_is_the_sum_over_the_entries(plane_problem):
    evaluation = plane_problem().evaluate(THETA)
    assert tuple(evaluation.log_l_by_entry) == ("sum rule", "splitting")
    np.testing.assert_allclose(evaluation.log_l, sum(evaluation.log_l_by_entry.values()), rtol=1e-14)
    # a Gaussian of width 0.1 in x and y around (0.2, -0.3)
    expected = -0.5 * ((THETA - [0.2, -0.3]) ** 2).sum(axis=1) / 0.1**2
    np.testing.assert_allclose(evaluation.log_l, expected, rtol=1e-12, atol=1e-12)


def test_parameters_and_predictions_come_along(plane_problem):
    evaluation = plane_problem().evaluate(THETA)
    np.testing.assert_array_equal(evaluation.parameters["x"], THETA[:, 0])
    np.testing.assert_array_equal(evaluation.predictions["sum"], THETA.sum(axis=1))
    assert evaluation.failures == ("", "", "")


def test_where_there_is_no_prediction_there_is_no_likelihood_but_a_sentence(plane_problem):
    evaluation = plane_problem(right_half).evaluate(THETA)
    assert evaluation.failures == ("", "", "nothing works there")
    assert np.isfinite(evaluation.log_l[:2]).all()
    assert evaluation.log_l[2] == -np.inf
    assert all(log_l[2] == -np.inf for log_l in evaluation.log_l_by_entry.values())


def test_a_failure_leaves_the_other_points_alone(plane_problem):
    with_failure, without = plane_problem(right_half).evaluate(THETA), plane_problem().evaluate(THETA[:2])
    np.testing.assert_array_equal(with_failure.log_l[:2], without.log_l)


def test_a_likelihood_that_is_not_a_number_is_reported_with_its_place(plane_problem):
    with pytest.raises(PredictionError, match=r"^ln L is not a number at x = nan, y = 0\.1$"):
        plane_problem().evaluate(np.array([[0.5, 0.1], [np.nan, 0.1]]))


def test_a_fixed_parameter_has_its_value_everywhere(plane_problem):
    problem = plane_problem(fixed={"y": -0.3})
    assert problem.names == ("x",)
    evaluation = problem.evaluate(np.array([[0.2], [0.5]]))
    np.testing.assert_array_equal(evaluation.parameters["y"], -0.3)
    np.testing.assert_array_equal(
        evaluation.log_l, plane_problem().evaluate(np.array([[0.2, -0.3], [0.5, -0.3]])).log_l
    )


def test_a_fixed_parameter_can_be_overruled(plane_problem):
    problem = plane_problem(fixed={"y": -0.3})
    evaluation = problem.evaluate_at({"x": np.array([0.5]), "y": np.array([0.1])})
    assert evaluation.log_l[0] == plane_problem().evaluate(np.array([[0.5, 0.1]])).log_l[0]


def test_with_everything_fixed_there_is_one_point(plane_problem):
    evaluation = plane_problem(fixed={"x": 0.2, "y": -0.3}).evaluate_at({})
    assert evaluation.log_l.shape == evaluation.log_prior.shape == (1,)
    assert evaluation.log_prior[0] == 0.0


def test_the_prior_is_the_product_over_the_sampled_parameters(plane_problem):
    plain = plane_problem()
    priors = {"y": Normal(prior="normal", mean=0.0, sigma=0.5), "x": LogUniform(prior="log-uniform", min=0.1, max=1.0)}
    problem = Problem(plain.scenario, plain.likelihood, priors)
    log_prior = problem.evaluate_at({"x": np.array([0.2, 0.05]), "y": np.array([0.4, 0.4])}).log_prior
    expected = priors["x"].log_density(0.2) + priors["y"].log_density(0.4)
    np.testing.assert_allclose(log_prior, [expected, -np.inf], rtol=1e-13)


def test_fixed_parameters_have_no_part_in_the_prior(plane_problem):
    log_prior = plane_problem(fixed={"y": 0.4}).evaluate(np.array([[0.2]])).log_prior
    np.testing.assert_allclose(log_prior, -np.log(2.0), rtol=1e-14)


def test_the_unit_cube_is_mapped_axis_by_axis(plane_problem):
    plain = plane_problem()
    priors = {"x": Uniform(prior="uniform", min=0.0, max=10.0), "y": LogUniform(prior="log-uniform", min=1e-4, max=1.0)}
    problem = Problem(plain.scenario, plain.likelihood, priors)
    np.testing.assert_allclose(problem.prior_transform(np.array([0.3, 0.5])), [3.0, 1e-2], rtol=1e-12)
    assert problem.prior_transform(np.full((4, 5, 2), 0.5)).shape == (4, 5, 2)
