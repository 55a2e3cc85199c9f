"""scikit-learn's neural network, trained with the same steps in half the time.

For a few thousand weights what scikit-learn does around a step takes longer than its arithmetic. Here all weights are
one vector, the same memory is used for each batch, and nothing is looked at twice; operations and their order are
scikit-learn's, so that the weights are the same to the bit, as a test holds.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPRegressor
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer

Array = NDArray[np.float64]


class Parts:
    """Arrays of these ``shapes`` that lie next to each other in one vector."""

    def __init__(self, shapes: Sequence[tuple[int, ...]]) -> None:
        ends = np.cumsum([np.prod(shape) for shape in shapes])
        self.vector = np.zeros(ends[-1])
        self.arrays = [
            part.reshape(shape) for part, shape in zip(np.split(self.vector, ends[:-1]), shapes, strict=True)
        ]


class Adam(AdamOptimizer):  # type: ignore[misc]  # which has no types
    """scikit-learn's Adam for ``weights`` that are one vector, with the ``gradients`` as another."""

    def __init__(self, theirs: AdamOptimizer, weights: Array, gradients: Array) -> None:
        super().__init__([], theirs.learning_rate_init, theirs.beta_1, theirs.beta_2, theirs.epsilon)
        self._weights, self._gradients = weights, gradients
        self._mean, self._square = np.zeros_like(weights), np.zeros_like(weights)
        self._step, self._root = np.empty_like(weights), np.empty_like(weights)

    def update_params(self, _params: Any, _grads: Any) -> None:
        """One step."""
        self.t += 1
        mean, square, step, root = self._mean, self._square, self._step, self._root
        np.multiply(1.0 - self.beta_1, self._gradients, out=step)
        mean *= self.beta_1
        mean += step
        np.multiply(self._gradients, self._gradients, out=step)
        step *= 1.0 - self.beta_2
        square *= self.beta_2
        square += step
        self.learning_rate = self.learning_rate_init * np.sqrt(1.0 - self.beta_2**self.t) / (1.0 - self.beta_1**self.t)
        np.sqrt(square, out=root)
        root += self.epsilon
        np.multiply(-self.learning_rate, mean, out=step)
        step /= root
        self._weights += step


class Layers:
    """Memory for a batch of ``n`` points: what each layer of so many ``units`` gives, and what it is to change by."""

    def __init__(self, n: int, units: Sequence[int]) -> None:
        self.outputs = [np.empty((n, k)) for k in units]
        self.deltas = [np.empty((n, k)) for k in units]
        self.heard = [np.empty((n, k), dtype=bool) for k in units]


class Network(MLPRegressor):  # type: ignore[misc]  # which has no types
    """An ``MLPRegressor``; other than rectified neurons that Adam trains for squared errors are as scikit-learn's."""

    coefs_: list[Array]
    intercepts_: list[Array]
    _optimizer: Any
    _weights: Parts | None = None

    def _initialize(self, y: Any, layer_units: Any, dtype: Any) -> None:
        super()._initialize(y, layer_units, dtype)
        loss = getattr(self, "loss", "squared_error")
        if (self.activation, self.solver, loss, dtype) != ("relu", "adam", "squared_error", np.float64):
            return
        arrays = [*self.coefs_, *self.intercepts_]
        shapes = [array.shape for array in arrays]
        self._weights, self._gradients = Parts(shapes), Parts(shapes)
        self._memory: dict[int, Layers] = {}
        for part, array in zip(self._weights.arrays, arrays, strict=True):
            part[...] = array
        self.coefs_, self.intercepts_ = self._halves(self._weights)

    def _halves(self, parts: Parts) -> tuple[list[Array], list[Array]]:
        n = len(parts.arrays) // 2
        return parts.arrays[:n], parts.arrays[n:]

    def _fit_stochastic(self, *arguments: Any, **options: Any) -> None:
        super()._fit_stochastic(*arguments, **options)
        if self._weights is not None:  # a trained network is its weights: it is kept in checkpoints
            self.coefs_, self.intercepts_ = [c.copy() for c in self.coefs_], [i.copy() for i in self.intercepts_]
            del self._weights, self._gradients, self._memory, self._optimizer

    def _backprop(self, X: Array, y: Array, sample_weight: Any, *others: Any) -> tuple[float, list[Array], list[Array]]:  # noqa: N803
        if self._weights is None or sample_weight is not None:
            answer: tuple[float, list[Array], list[Array]] = super()._backprop(X, y, sample_weight, *others)
            return answer
        if not isinstance(self._optimizer, Adam):
            self._optimizer = Adam(self._optimizer, self._weights.vector, self._gradients.vector)
        n = len(X)
        if n not in self._memory:
            self._memory[n] = Layers(n, [len(intercepts) for intercepts in self.intercepts_])
        layers, (coef_grads, intercept_grads) = self._memory[n], self._halves(self._gradients)
        outputs, deltas = layers.outputs, layers.deltas
        last, inputs = len(outputs) - 1, [X, *outputs[:-1]]
        for i in range(last + 1):
            np.matmul(inputs[i], self.coefs_[i], out=outputs[i])
            outputs[i] += self.intercepts_[i]
            if i < last:
                np.maximum(outputs[i], 0.0, out=outputs[i])
        np.subtract(outputs[last], y, out=deltas[last])
        loss = 0.5 * (np.add.reduce(deltas[last] ** 2, axis=0) / n).mean()
        if self.alpha:
            loss += 0.5 * self.alpha * sum(np.dot(c.ravel(), c.ravel()) for c in self.coefs_) / n
        for i in range(last, -1, -1):
            np.matmul(inputs[i].T, deltas[i], out=coef_grads[i])
            if self.alpha:
                coef_grads[i] += self.alpha * self.coefs_[i]
            np.add.reduce(deltas[i], axis=0, out=intercept_grads[i])
            if i:
                np.matmul(deltas[i], self.coefs_[i].T, out=deltas[i - 1])
                np.greater(outputs[i - 1], 0.0, out=layers.heard[i - 1])
                deltas[i - 1] *= layers.heard[i - 1]
        self._gradients.vector /= n
        return float(loss), coef_grads, intercept_grads

    def _score(self, X: Array, y: Array, sample_weight: Any = None) -> float:  # noqa: N803
        """R^2, as sklearn.metrics.r2_score has it; not a number where a prediction is none."""
        predicted = self._forward_pass_fast(X, check_input=False)
        wanted = np.reshape(y, predicted.shape)
        spread = np.sum((wanted - np.average(wanted, axis=0)) ** 2, axis=0)
        if sample_weight is not None or predicted.shape[1] > 1 or not spread.all():
            return float(super()._score(X, y, sample_weight))
        missed = np.sum((wanted - predicted) ** 2, axis=0)
        return float(1.0 - (missed / spread)[0]) if np.isfinite(missed).all() else np.nan
