"""nautilus as it is used here: without what it imports in vain, and faster where Python takes most of the time.

What is put in the place of its own, and of scikit-learn's, returns the same; numbers do not change but by rounding.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from alpfit.numerics.ellipsoid import ellipsoid_weights

Array = NDArray[np.float64]


def nautilus_sampler() -> Any:
    """The class ``nautilus.Sampler``, without the 60 MB of pandas and pyarrow, and with the functions below.

    And with networks that are trained in half the time (:mod:`~alpfit.inference.samplers.network`), and mixtures that
    are fitted in half of it (:mod:`~alpfit.inference.samplers.mixture`).

    scikit-learn, of which nautilus has its networks, imports pandas wherever it is installed, and uses nothing of it
    (its pull request 34265 takes that out). What it does with tables imports pandas by itself, and still works.
    """
    with _not_found("pandas"):
        sampler = import_module("nautilus").Sampler
    basic, neural = import_module("nautilus.bounds.basic"), import_module("nautilus.neural")
    _replace(basic, "minimum_volume_enclosing_ellipsoid", enclosing_ellipsoid)
    for module in (basic, import_module("nautilus.sampler")):
        _replace(module, "threadpool_limits", threadpool_limits)
    mixture = import_module("alpfit.inference.samplers.mixture").Mixture
    _replace(import_module("nautilus.bounds.union"), "GaussianMixture", mixture)
    _replace(neural, "MLPRegressor", import_module("alpfit.inference.samplers.network").Network)
    _replace(neural.NeuralNetworkEmulator, "predict", predict)
    _replace(import_module("sklearn.neural_network._multilayer_perceptron"), "_safe_indexing", rows_at)
    return sampler


def enclosing_ellipsoid(points: Array, n_max: int = 100, n_batch: int = 20) -> tuple[Array, Array, Array]:
    """Centre c ``(d,)``, matrix A of (x - c)^T A (x - c) <= 1 and its inverse of an ellipsoid around ``points (n, d)``.

    What nautilus' ``minimum_volume_enclosing_ellipsoid`` finds, to rounding, in a tenth of the time or less. The points
    that it is found for are not correlated, as weights do not depend on that but by rounding.
    """
    weights = ellipsoid_weights(_not_correlated(points), n_max, n_batch)
    centre = np.atleast_1d(np.average(points, weights=weights, axis=0))
    covariance = np.atleast_2d(np.cov(points, aweights=weights, rowvar=False, bias=True))
    matrix, apart = np.linalg.inv(covariance), points - centre
    scale = np.max(np.sum((apart @ matrix) * apart, axis=1))
    return centre, matrix / scale, covariance * scale


def _not_correlated(points: Array) -> Array:
    """``points (n, d)`` in coordinates in which their covariance is one; as they are, where they lie in a plane."""
    apart = points - points.mean(axis=0)
    try:
        factor = np.linalg.cholesky(np.atleast_2d(np.cov(points, rowvar=False, bias=True)))
    except np.linalg.LinAlgError:
        return np.ascontiguousarray(points, float)
    return np.ascontiguousarray(np.linalg.solve(factor, apart.T).T)


def threadpool_limits(limits: int) -> Any:
    """Within it BLAS has so many threads; threadpoolctl's looks for all libraries each time, for five milliseconds."""
    return _libraries().limit(limits=limits)


@cache
def _libraries() -> ThreadpoolController:
    """Those that are loaded when nautilus is first asked for a bound: it calls no others."""
    return ThreadpoolController()


class Generator(np.random.Generator):
    """numpy's, which shuffles the rows of an array by a permutation: the same, in a fiftieth of the time."""

    def shuffle(self, x: Any, axis: int = 0) -> None:
        """Bring what is in ``x`` into another order."""
        if type(x) is np.ndarray and x.ndim > 1 and axis == 0:
            x[...] = x[self.permutation(len(x))]
        else:
            super().shuffle(x, axis)

    def __reduce__(self) -> Any:
        """As what it is: numpy would make it one of its own."""
        return type(self), (self.bit_generator,)


def predict(emulator: Any, x: Array) -> Array:
    """What the ``emulator``, nautilus' ``NeuralNetworkEmulator``, predicts at ``x (n, d)``, shape ``(n,)``.

    scikit-learn's ``predict`` without its tests of the input, which take twice as long as the networks.
    """
    scaled = (x - emulator.mean) / emulator.scale
    return np.asarray(np.mean([_output(network, scaled) for network in emulator.neural_networks], axis=0))


def _output(network: Any, layer: Array) -> Array:
    """That of an ``MLPRegressor`` whose neurons are rectified."""
    *hidden, last = zip(network.coefs_, network.intercepts_, strict=True)
    for weights, offsets in hidden:
        layer = layer @ weights
        layer += offsets
        np.maximum(layer, 0.0, out=layer)
    weights, offsets = last
    return np.ravel(layer @ weights + offsets)


def rows_at(rows: Any, indices: Any, *, axis: int = 0) -> Any:
    """``rows[indices]``, of which scikit-learn first asks what it is: a fifth of the time of training networks."""
    if type(rows) is np.ndarray and axis == 0:
        return rows[indices]
    return own["_safe_indexing"](rows, indices, axis=axis)


own: dict[str, Any] = {}
"""Their own functions of which there is another here, which return the same to rounding, as a test holds."""

_replaced: set[str] = set()
"""Where those have been, so that what somebody else puts there afterwards stays."""


def _replace(owner: Any, name: str, function: Callable[..., Any]) -> None:
    """Put ``function`` in the place of the ``owner``'s of that ``name``, if it has one, and once."""
    theirs, place = getattr(owner, name, None), f"{owner.__name__}.{name}"
    if theirs is not None and place not in _replaced:
        _replaced.add(place)
        own.setdefault(name, theirs)
        setattr(owner, name, function)


@contextmanager
def _not_found(name: str) -> Iterator[None]:
    """Inside the block ``import name`` is an :class:`ImportError`, unless it is loaded already.

    That is what None in its place means to Python (Language Reference, 5.3.1, "The module cache"), in all threads.
    """
    if name in sys.modules:
        yield
        return
    modules: dict[str, Any] = sys.modules
    modules[name] = None
    try:
        yield
    finally:
        del modules[name]
