"""How numba compiles kernels: what is left out changes no answer, and what is remembered of operators is what holds."""

import math
import operator

import numba
import numpy as np
import pytest
from numba.core.errors import NumbaError
from numba.core.registry import cpu_target
from numba.core.types import Function, float64, int64

from alpfit.numerics.operators import OPERATORS, RememberedFunction
from alpfit.numerics.pipelines import KernelCompiler, PartCompiler, ScalarCompiler

compilers = pytest.mark.parametrize("compiler", [KernelCompiler, ScalarCompiler])


def compiled(function, compiler):
    return numba.njit(pipeline_class=compiler, error_model="numpy")(function)


def arithmetic(x, y):
    x += 1
    x -= y
    x *= 3
    return x + y, x - y, x * y, x / y, -x, x < y, x <= y, x > y, x >= y, x == y, x != y, bool(y), x**2


@compilers
@pytest.mark.parametrize(("x", "y"), [(1.5, 2.5), (3, 2), (3, 2.5), (True, 2), (2.5 + 1j, 0.5)], ids=str)
def test_operators_mean_what_they_mean_in_python_for_every_kind_of_number(compiler, x, y):
    if isinstance(x, complex):
        assert compiled(lambda a, b: (a + b, a - b, a * b, a / b), compiler)(x, y) == (x + y, x - y, x * y, x / y)
    else:
        assert compiled(arithmetic, compiler)(x, y) == pytest.approx(arithmetic(x, y), rel=1e-15)


@compilers
def test_operators_of_arrays_are_those_of_numpy(compiler):
    def of_arrays(a, b):
        a[0] = b[1]
        c = (2.0 * a - b) / b + a**2
        c += b
        return c

    a, b = np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 7.0])
    assert compiled(of_arrays, compiler)(a.copy(), b) == pytest.approx(of_arrays(a.copy(), b), rel=1e-15)


@compilers
def test_operators_of_other_things_are_still_found(compiler):
    def of_others(pair, name):
        return pair[1], pair + pair, name == "b", name + "c"

    assert compiled(of_others, compiler)((1, 2.0), "b") == (2.0, (1, 2.0, 1, 2.0), True, "bc")


def test_who_divides_by_zero_is_told_so_where_that_is_wished_for():
    """What is remembered is of all that is compiled in this process, whatever its options."""

    def ratio(a, b):
        return a / b

    assert compiled(ratio, KernelCompiler)(1.0, 0.0) == math.inf
    with pytest.raises(ZeroDivisionError):
        numba.njit(ratio)(1.0, 0.0)


def test_an_operator_that_there_is_not_is_refused_each_time():
    for _ in range(2):
        with pytest.raises(NumbaError, match=r" Function\(<built-in function mul>\)"):  # by numba's own name
            compiled(lambda a, b: a * b, KernelCompiler)("a", (1, 2))


def of_operator(function) -> RememberedFunction:
    compiled(lambda x: x, KernelCompiler)(1.0)
    return cpu_target.typing_context.resolve_value_type(function)


@pytest.mark.parametrize("function", OPERATORS, ids=lambda one: one.__name__)
def test_every_operator_is_remembered(function):
    assert isinstance(of_operator(function), RememberedFunction)


def test_numba_is_asked_once_for_the_same_types(monkeypatch):
    asked = []
    ask = Function.get_call_type
    product = RememberedFunction(of_operator(operator.mul).templates[::-1])  # another than that which compiles
    monkeypatch.setattr(Function, "get_call_type", lambda self, *of: asked.append(of) or ask(self, *of))
    context = cpu_target.typing_context
    signatures = [product.get_call_type(context, (float64, float64), {}) for _ in range(3)]
    assert len(asked) == 1
    assert signatures == [float64(float64, float64)] * 3
    assert product.get_call_type(context, (int64, int64), {}) == int64(int64, int64)
    assert len(asked) == 2


def test_what_another_package_registers_later_is_added():
    product, total = of_operator(operator.mul), of_operator(operator.add)
    first, *others = product.templates
    both = RememberedFunction((first,)).augment(Function(tuple(others)))
    assert isinstance(both, RememberedFunction)
    assert both.templates == product.templates
    assert product.augment(total) is None


def scaled(values, factor):
    for i in range(values.size):
        values[i] = factor * values[i] + 1.0


@pytest.mark.parametrize(("compiler", "several"), [(KernelCompiler, True), (ScalarCompiler, False)])
def test_loops_work_on_several_numbers_at_once_where_that_is_wished_for(compiler, several):
    function, values = compiled(scaled, compiler), np.linspace(0.1, 0.9, 99)
    expected = 0.3 * values + 1.0
    function(values, 0.3)
    assert (values == expected).all()  # to the bit
    (code,) = function.inspect_llvm().values()
    assert ("x double>" in code) is several


@pytest.mark.parametrize("compiler", [KernelCompiler, ScalarCompiler, PartCompiler])
def test_what_is_left_out_is_missed_aloud(compiler):
    """A function within a function needs a pass of numba that kernels do without."""

    def with_another(values):
        return [value + 1.0 for value in values]

    with pytest.raises(NumbaError):
        compiled(with_another, compiler)(np.ones(3))
