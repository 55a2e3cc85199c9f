"""Where to draw from around a best fit, and with what density."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Array = NDArray[np.float64]

DEGREES_OF_FREEDOM = 4.0
"""Few: tails heavier than those of what is sampled keep its weights bounded."""

NARROWEST, WIDEST = 1e-12, 1.0
"""Standard deviations along a principal axis, in units of the prior's."""


class StudentT:
    """Multivariate t distribution around ``centre`` ``(n_dim,)``."""

    def __init__(self, centre: Array, covariance: Array) -> None:
        self._centre = centre
        self._root = np.linalg.cholesky(covariance)

    def draw(self, rng: np.random.Generator, n: int) -> Array:
        """Points ``(n, n_dim)``."""
        normal = rng.standard_normal((n, self._centre.size))
        stretch = np.sqrt(DEGREES_OF_FREEDOM / rng.chisquare(DEGREES_OF_FREEDOM, n))
        return np.asarray(self._centre + stretch[:, None] * (normal @ self._root.T))

    def log_density(self, z: Array) -> Array:
        """ln of the density, ``(n,)``."""
        nu, n_dim = DEGREES_OF_FREEDOM, self._centre.size
        distance = np.sum(np.linalg.solve(self._root, (z - self._centre).T) ** 2, axis=0)
        norm = gammaln(0.5 * (nu + n_dim)) - gammaln(0.5 * nu) - 0.5 * n_dim * np.log(np.pi * nu)
        norm -= np.sum(np.log(np.diag(self._root)))
        return np.asarray(norm - 0.5 * (nu + n_dim) * np.log1p(distance / nu))


def usable_covariance(covariance: Array | None, trusted: bool, scale: Array) -> tuple[Array, bool]:
    """A positive definite one, at most as wide as the prior, whose widths are ``scale``; and whether it is the given.

    Without a ``covariance`` it is that of the prior.
    """
    if covariance is None or not np.all(np.isfinite(covariance)):
        return np.diag(scale**2), False
    units = np.outer(scale, scale)
    squares, axes = np.linalg.eigh(np.asarray(covariance) / units)
    mended = np.clip(squares, NARROWEST**2, WIDEST**2)
    return np.asarray((axes * mended) @ axes.T * units), bool(trusted and (squares > 0.0).all())
