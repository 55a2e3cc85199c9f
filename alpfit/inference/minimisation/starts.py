"""Where descents begin: at the peaks of points that are known."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def peaks(places: Array, values: Array) -> NDArray[np.int64]:
    """Which of ``places (n, n_dim)`` are better than the ``2 n_dim`` that are nearest to them, the best first.

    The best places alone may all lie around one wide maximum (A. Torn and S. Viitanen, 1992).
    """
    from scipy.spatial import KDTree

    near = KDTree(places).query(places, 2 * places.shape[1] + 1)[1][:, 1:]
    found = np.flatnonzero((values >= values[near].max(axis=1)) & (values > -np.inf))
    return np.asarray(found[np.argsort(-values[found], kind="stable")])
