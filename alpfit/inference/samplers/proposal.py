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
    """Multivariate t distribution around ``centre`` ``(n_dim,)``, as wide as a Gaussian with ``root`` is.

    That is the lower triangle which is, times its transpose, the Gaussian's covariance.
    """

    def __init__(self, centre: Array, root: Array) -> None:
        self._centre, self._root = centre, root

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


def usable_root(covariance: Array | None, trusted: bool, scale: Array) -> tuple[Array, bool]:
    """Root of a positive definite covariance, at most as wide as the prior, and whether that is the given one.

    The prior's widths are ``scale (n_dim,)``; without a ``covariance`` it is that of the prior. The root is not found
    from the covariance: of one that is a millionth as wide in one direction as in another rounding leaves none.
    """
    if covariance is None or not np.all(np.isfinite(covariance)):
        return np.diag(scale), False
    units = np.outer(scale, scale)
    squares, axes = np.linalg.eigh(np.asarray(covariance) / units)
    widths = np.sqrt(np.clip(squares, NARROWEST**2, WIDEST**2))
    root = np.asarray(np.linalg.qr((scale[:, None] * axes * widths).T, mode="r")).T
    return np.asarray(root * np.sign(np.diag(root))), bool(trusted and (squares > 0.0).all())
