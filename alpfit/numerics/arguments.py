"""The one door for what a public function is given: numbers, names and limits, or a sentence that says what is wrong.

What comes through is an array of floats, a float, an int or a known name. What does not is named, shown and
refused by an :class:`~alpfit.errors.AlpfitError`. Nothing is guessed: a truth value, a text and a masked
entry are no numbers.
"""

import math
import os
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import AlpfitError, ConfigurationError, PredictionError, one_of, shown

__all__ = [
    "broadcast",
    "instance",
    "known",
    "outside",
    "pair",
    "path_of",
    "positive_number",
    "real_array",
    "real_number",
    "refuse_outside",
    "shown",
    "whole_number",
    "words",
]

Array = NDArray[np.float64]
Error = type[AlpfitError]
Limits = tuple[float, float]
T = TypeVar("T")


def real_array(name: str, value: Any, error: Error = PredictionError) -> Array:
    """``value`` as an array of floats of its own shape, NaN and infinity allowed; ``error`` for what is no number."""
    if type(value) is np.ndarray and value.dtype == np.float64:
        return value.copy()
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, OverflowError):  # rows of different length, and what numpy cannot look into
        array = np.asarray(None)
    if (array.size and array.dtype.kind not in "iuf") or np.ma.is_masked(value):
        raise error(f"{name} = {shown(value)} must be a real number, or an array of them")
    return array.astype(float) if array.size else np.empty(array.shape)


def broadcast(values: Mapping[str, Any], error: Error = PredictionError) -> tuple[tuple[int, ...], dict[str, Array]]:
    """The common shape of the ``values``, and each as an array of floats of its own shape."""
    if not isinstance(values, Mapping):
        raise error(f"{shown(values)} must be a dictionary: name to number, or to an array of numbers")
    arrays = {name: real_array(str(name), value, error) for name, value in values.items()}
    if len(same := {array.shape for array in arrays.values()}) == 1:
        return same.pop(), arrays
    try:
        return np.broadcast_shapes(*(array.shape for array in arrays.values())), arrays
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise error(f"shapes do not broadcast: {shapes}; make them equal, or 1 where they differ") from None


def real_number(name: str, value: Any, error: Error = ConfigurationError) -> float:
    """``value`` as a finite float."""
    if not math.isfinite(number := _float(value)):
        raise error(f"{name} = {shown(value)} must be a number")
    return number


def positive_number(name: str, value: Any, error: Error = ConfigurationError) -> float:
    """``value`` as a finite float above zero."""
    if not 0.0 < (number := _float(value)) < math.inf:
        raise error(f"{name} = {shown(value)} must be a positive number")
    return number


def whole_number(name: str, value: Any, least: int, otherwise: str = "", error: Error = ConfigurationError) -> int:
    """``value`` as a whole number from ``least`` on; ``otherwise`` says what else is allowed, as in ``or None``."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral) or value < least:
        raise error(f"{name} = {shown(value)} must be a whole number from {least} on{otherwise}")
    return int(value)


def pair(name: str, value: Any, error: Error = ConfigurationError) -> Limits:
    """``value`` as two finite floats, the first below the second."""
    array = real_array(name, value, error)
    if array.shape != (2,) or not -math.inf < array[0] < array[1] < math.inf:
        raise error(f"{name} = {shown(value)} must be two numbers, the smaller one first")
    return float(array[0]), float(array[1])


def known(name: str, value: Any, among: Mapping[str, T], otherwise: str = "", error: Error = ConfigurationError) -> T:
    """What the name ``value`` stands for ``among`` those that there are."""
    if not isinstance(value, str) or value not in among:
        raise error(f"{name} = {shown(value)} is not known: {one_of(str(value), among)}{otherwise}")
    return among[value]


def path_of(name: str, value: Any, error: Error = ConfigurationError) -> Path:
    """``value`` as a path, whether there is something or not."""
    if not isinstance(value, (str, os.PathLike)) or not (text := os.fspath(value)) or not isinstance(text, str):
        raise error(f"{name} = {shown(value)} must be a path")
    try:
        if "\0" in text:
            raise ValueError("it has a null byte")
        os.stat(text)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError) as fault:
        raise error(f"{name} = {shown(text)} is no path: {getattr(fault, 'strerror', None) or fault}") from None
    return Path(text)


def words(name: str, value: Any, error: Error = ConfigurationError) -> tuple[str, ...]:
    """``value`` as texts: a list of them, and not one alone."""
    try:
        found = None if isinstance(value, (str, bytes, Mapping)) else tuple(value)
    except TypeError:
        found = None
    if found is None:
        raise error(f"{name} = {shown(value)} must be a list of texts")
    for member in found:
        if not isinstance(member, str):
            raise error(f"{name}: {shown(member)} must be a text")
    return found


def instance(name: str, value: Any, kind: type[T], source: str, error: Error = ConfigurationError) -> T:
    """``value``, if it is what ``source`` gives."""
    if not isinstance(value, kind):
        raise error(f"{name} = {shown(value)} must be what {source} gives")
    return value


def outside(name: str, value: float, limits: Limits) -> str:
    """The sentence that says that ``value`` of parameter ``name`` is not within ``limits``; empty where it is."""
    low, high = limits
    return "" if low <= value <= high else f"{name} = {value:g} must be between {low:g} and {high:g}"


def refuse_outside(
    names: Iterable[str], rows: Iterable[Array], limits: Mapping[str, Limits], error: Error = PredictionError
) -> NoReturn:
    """Raise for the first value in the ``rows``, one for each name, that is outside of its limits."""
    for name, row in zip(names, rows, strict=True):
        low, high = limits[name]
        for value in row[~((row >= low) & (row <= high))].flat:
            raise error(outside(name, float(value), limits[name]))
    raise AssertionError("nothing is outside of the limits")


def _float(value: Any) -> float:
    """A real number, also one in an array without dimensions, as a float; NaN for anything else."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        return math.nan
    try:
        return float(value)
    except OverflowError:  # a whole number of more than 308 digits
        return math.inf
