"""Coordinates in which steps are taken: each parameter itself, or its logarithm where its prior is logarithmic."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.joint import log_density
from alpfit.inference.priors import Prior

Array = NDArray[np.float64]

ONE_SIGMA = (0.15865525393145707, 0.8413447460685429)


class Coordinates:
    """From parameters to coordinates and back, arrays ``(n, n_dim)``.

    ``lower`` and ``upper`` ``(n_dim,)`` are the ends of the prior in the coordinates, infinite where it has none;
    ``scale`` is half of its central 68 %.
    """

    def __init__(self, priors: Mapping[str, Prior]) -> None:
        self._named, self._priors = priors, tuple(priors.values())
        self.logarithmic = np.array([prior.logarithmic for prior in self._priors])
        self._ends = np.array([[float(prior.transform(u)) for prior in self._priors] for u in (0.0, 1.0)])
        with np.errstate(divide="ignore"):
            self.lower, self.upper = self.of(self._ends)
        one_sigma = np.array([[float(prior.transform(u)) for prior in self._priors] for u in ONE_SIGMA])
        self.scale = 0.5 * np.diff(self.of(one_sigma), axis=0)[0]

    def of(self, theta: Array) -> Array:
        """The coordinates of parameters ``theta``."""
        return np.where(self.logarithmic, np.log(np.where(self.logarithmic, theta, 1.0)), theta)

    def parameters(self, z: Array) -> Array:
        """The parameters at coordinates ``z``; what rounding puts beyond an end of the prior is put back on it."""
        theta = np.where(self.logarithmic, np.exp(np.where(self.logarithmic, z, 0.0)), z)
        at_end = [np.isclose(z, end, rtol=1e-12, atol=0.0) for end in (self.lower, self.upper)]
        return np.where(np.logical_or(*at_end), np.clip(theta, *self._ends), theta)

    def log_prior(self, z: Array) -> Array:
        """ln of the prior density in the coordinates, ``(n,)``: that of the parameters times the Jacobian."""
        theta = self.parameters(z)
        values = dict(zip(self._named, theta.T, strict=True))
        return np.asarray(log_density(self._named, values, len(z)) + np.sum(np.where(self.logarithmic, z, 0.0), axis=1))
