"""The functions that a dark sector is given by: of arrays, in NumPy, or of a number, compiled by numba."""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numba import extending, njit
from numba.core.errors import NumbaError
from numpy.typing import ArrayLike, NDArray

from alpfit.errors import ConfigurationError
from alpfit.numerics.arguments import shown
from alpfit.numerics.compile import kernel

Array = NDArray[np.float64]
Function = Callable[..., Any]
Parameters = Sequence[float | Array]


def is_compiled(function: Function) -> bool:
    """Whether ``numba.njit`` made it: a function of one number."""
    return bool(extending.is_jitted(function))


def frozen(parameters: object) -> tuple[float | Array, ...]:
    """The parameters as functions get them: numbers, and contiguous arrays of them."""
    listed = isinstance(parameters, Sequence) or (isinstance(parameters, np.ndarray) and parameters.ndim > 0)
    if isinstance(parameters, (str, bytes)) or not listed:
        raise ConfigurationError(f"parameters = {shown(parameters)} must be a list of numbers")
    return tuple(_number_or_array(value) for value in parameters)  # type: ignore[attr-defined]


def _number_or_array(value: object) -> float | Array:
    try:
        array = np.array(value, dtype=float, order="C")
    except (TypeError, ValueError, OverflowError):
        raise ConfigurationError(f"parameters: {shown(value)} must be a number, or an array of numbers") from None
    return array if array.ndim else float(array)


def values_of(name: str, function: Function, at: Array, parameters: Parameters, variable: str, unit: str) -> Array:
    """``function(at, *parameters)``, which must be finite, not negative, and one for each of ``at``, shape ``(n,)``.

    Compiled functions are called in compiled code, which runs on threads beside others.
    """
    if not is_compiled(function):
        return _checked(name, function(at, *parameters), variable, unit, at)
    values = np.empty(at.shape)
    try:
        wrong = loop_over(function)(at, parameters, values)
    except NumbaError as error:
        reason = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
        raise ConfigurationError(
            f"{name}: numba cannot call it with one {variable} and {len(parameters)} parameters, for a real number: "
            f"{reason}"
        ) from None
    if wrong >= 0:
        raise wrong_value(name, float(values[wrong]), variable, float(at[wrong]), unit)
    return values


@lru_cache(maxsize=256)
def loop_over(function: Function) -> Function:
    """A loop that calls the compiled ``function``, without Python; returns where it first is wrong, or -1."""

    @njit(nogil=True, error_model="numpy")  # not a kernel: it cannot be kept on disk with a user's function in it
    def fill(at: Array, parameters: tuple[float | Array, ...], values: Array) -> int:
        for i in range(at.size):
            values[i] = function(at[i], *parameters)
        return first_wrong(values)

    return fill


@kernel
def first_wrong(values: Array) -> int:
    """Number of the first of the ``values`` that is negative or no finite number; -1 if none is."""
    for i in range(values.size):
        if not 0.0 <= values[i] < math.inf:
            return i
    return -1


def _checked(name: str, values: ArrayLike, variable: str, unit: str, at: Array) -> Array:
    """``values`` of the function ``name``, which must be finite, not negative, and one for each of ``at``."""
    array = np.asarray(values)
    if array.dtype.kind not in "iuf":
        raise ConfigurationError(
            f"{name} returned {array.dtype} for an array of {variable}; it must return real numbers"
        )
    if array.shape != at.shape:
        raise ConfigurationError(
            f"{name} returned an array of shape {array.shape} for {variable} of shape {at.shape}; it must return one "
            f"number for each {variable}"
        )
    numbers = array.astype(float)
    if (wrong := first_wrong(numbers.ravel())) >= 0:
        raise wrong_value(name, numbers.flat[wrong], variable, at.flat[wrong], unit)
    return numbers


def wrong_value(name: str, value: float, variable: str, at: float, unit: str) -> ConfigurationError:
    """What is said where the function ``name`` returned this."""
    return ConfigurationError(
        f"{name} returned {value:g} at {variable} = {at:.12g} {unit}; it must return finite numbers from zero on"
    )
