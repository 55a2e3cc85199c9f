"""Symmetric positive definite equations."""

import math

import numpy as np
import pytest

from alpfit.numerics.cholesky import factorise_in_place, solve_factorised


def positive_definite(n: int) -> np.ndarray:
    root = np.random.default_rng(n).normal(size=(n, n))
    return root @ root.T + np.eye(n)


@pytest.mark.parametrize("n", [1, 2, 7, 51])
def test_it_solves_and_has_the_determinant(n):
    matrix, vector = positive_definite(n), np.linspace(-1.0, 2.0, n)
    factors, solution = np.triu(matrix), vector.copy()
    assert factorise_in_place(factors) == pytest.approx(np.linalg.slogdet(matrix)[1], rel=1e-10, abs=1e-12)
    solve_factorised(factors, solution)
    np.testing.assert_allclose(matrix @ solution, vector, atol=1e-9)


@pytest.mark.parametrize("kernel", [lambda f: f, lambda f: f.py_func], ids=["compiled", "python"])
def test_the_compiled_kernels_agree_with_their_python_twins(kernel):
    factors, solution = positive_definite(5), np.ones(5)
    assert kernel(factorise_in_place)(factors) == pytest.approx(np.linalg.slogdet(positive_definite(5))[1])
    kernel(solve_factorised)(factors, solution)
    np.testing.assert_allclose(solution, np.linalg.solve(positive_definite(5), np.ones(5)))


@pytest.mark.parametrize("eigenvalue", [-1.0, 0.0, math.nan, math.inf])
def test_a_matrix_that_is_not_positive_definite_has_no_determinant(eigenvalue):
    assert math.isnan(factorise_in_place(np.diag([1.0, eigenvalue, 2.0])))


def test_no_equations_have_the_determinant_one():
    assert factorise_in_place(np.empty((0, 0))) == 0.0
