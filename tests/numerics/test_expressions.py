"""Formulas in a run's input: what they give, and what is none."""

import pickle

import numpy as np
import pytest

from alpfit.errors import ConfigurationError
from alpfit.numerics.expressions import CONSTANTS, FUNCTIONS, Expression, expression, in_order

X, Y = np.array([0.5, 2.0]), np.array([3.0, 0.25])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(1 - x)/2", (1.0 - X) / 2.0),
        ("-x**2 + +y", -(X**2) + Y),
        ("2**-1", 0.5),
        ("7/2", 3.5),
        ("x**-1", 1.0 / X),
        ("alpha*c/(2*pi*x)", 0.25 * 3.0 / (2.0 * np.pi * X)),
        ("sqrt(x) + exp(-y) + log(x) + log10(y)", np.sqrt(X) + np.exp(-Y) + np.log(X) + np.log10(Y)),
        ("min(x, y) + max(x, 1) - hypot(x, y)", np.minimum(X, Y) + np.maximum(X, 1.0) - np.hypot(X, Y)),
        ("where(x > 1, y, -y)", np.where(X > 1.0, Y, -Y)),
        ("'BR(a->inv)'*2 + \"lambda\"", np.full(2, 2.0 * 0.1 + 0.2)),
        ("1e3", 1000.0),
    ],
)
def test_a_formula_is_worked_out_on_arrays(text, expected):
    values = {"x": X, "y": Y, "alpha": np.full(2, 0.25), "c": np.full(2, 3.0)}
    values |= {"BR(a->inv)": np.full(2, 0.1), "lambda": np.full(2, 0.2)}
    before = {name: array.copy() for name, array in values.items()}
    np.testing.assert_allclose(Expression(text)(values), expected, rtol=1e-15)
    assert all((values[name] == array).all() for name, array in before.items())


def test_every_function_is_numpys():
    assert set(FUNCTIONS) > {"sqrt", "exp", "log", "sin", "atan2", "where"}
    for name in ("sin", "cosh", "abs", "log2"):
        np.testing.assert_array_equal(Expression(f"{name}(x)")({"x": X}), getattr(np, name)(X))
    for name in ("asin", "atan", "acosh"):
        with np.errstate(invalid="ignore"):
            expected = getattr(np, f"arc{name[1:]}")(X)
        np.testing.assert_array_equal(Expression(f"{name}(x)")({"x": X}), expected)
    assert set(CONSTANTS) == {"pi"}


def test_a_formula_knows_what_it_reads():
    assert Expression("x*y + sqrt(x)/pi + 'BR(a->gg)'").names == ("x", "y", "BR(a->gg)")
    assert expression("x + 1") is expression("x + 1")
    assert pickle.loads(pickle.dumps(Expression("x + 1"))) == Expression("x + 1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 +", "is no formula"),
        ("", "is no formula"),
        ("x := 2", "is no formula"),
        ("x.tofile('/tmp/x')", "calls something that is no function"),
        ("x.real", "has Attribute of Python, which formulas do not have"),
        ("__import__('os')", "has the function __import__"),
        ("sqt(x)", "did you mean 'sqrt'"),
        ("sin(x, y)", "gives sin 2 arguments, and it has 1"),
        ("hypot(x)", "gives hypot 1 arguments, and it has 2"),
        ("sin(x=x)", "calls something that is no function"),
        ("[x]", "has List of Python"),
        ("x[0]", "has Subscript of Python"),
        ("x if y else 1", "has IfExp of Python"),
        ("lambda x: x", "has Lambda of Python"),
        ("x and y", "has BoolOp of Python"),
        ("x // 2", "has FloorDiv of Python"),
        ("x @ y", "has MatMult of Python"),
        ("1 < x < 2", "compares more than two things at once"),
        ("True", "has True, which is not a number"),
        ("1j", "has 1j, which is not a number"),
        ("1" * 400, "has a number that is too large"),
        ("-" * 999 + "x", "too many parentheses or signs|is no formula"),
        ("x" * 1001, "is longer than 1000 characters"),
    ],
)
def test_what_is_no_formula_is_refused(text, expected):
    with pytest.raises(ConfigurationError, match=expected):
        Expression(text)


@pytest.mark.parametrize("text", ["log(-x)", "1/(x - x)", "x**1e9", "9**9**9**9"])
def test_where_there_is_no_value_there_is_none(text):
    assert not np.isfinite(np.ravel(Expression(text)({"x": np.array([2.0])}))).any()


def test_formulas_are_put_in_order_and_circles_are_refused():
    formulas = {name: Expression(text) for name, text in {"a": "b + c", "b": "2*c", "c": "x"}.items()}
    assert in_order(formulas, "[parameters]") == ("c", "b", "a")
    with pytest.raises(ConfigurationError, match=r"\[parameters\] a = 'a \+ 1' reads itself: a -> a"):
        in_order({"a": Expression("a + 1")}, "[parameters]")
    with pytest.raises(ConfigurationError, match=r"reads itself: a -> b -> a; give one of them a number"):
        in_order({"a": Expression("b"), "b": Expression("a")}, "[parameters]")
