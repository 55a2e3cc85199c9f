"""Omega h^2 does not jump: a parameter changed in its last digit changes it by less than its error."""

import numpy as np
import pytest

from alpfit.relic import relic_density

each_engine = pytest.mark.parametrize("engine", ["nbe", "cbe"])
PROMISED = 6e-4
"""Between two results that are each within 3e-4."""

LOWEST, HIGHEST = np.array([[1e-3, 0.02, 1e-9, 1e-9], [100.0, 0.65, 1.0, 10.0]])

# Where last digits once moved Omega h^2 by 0.3 to 60 %: m_a, r, g_agg, g_achi, and half the way in r to look along.
# A step of the integrator over all of freeze-out, a broad ALP, one far above threshold.
ONCE_BROKEN = [
    (12.83, 0.1717637, 6.4257e-5, 6.8683e-6, 1e-6),
    (0.458736, 0.17975154, 3.3675e-05, 0.00089302, 1e-5),
    (0.00178045, 0.1710239, 0.013083, 0.001174, 1e-6),
    (2.45247, 0.18700795, 6.7827e-05, 1.4558e-05, 1e-4),
    (2.92312, 0.16691713, 2.6151e-05, 0.0015033, 1e-4),
    (2.47323, 0.14297135, 0.0041, 4.5536e-05, 1e-4),
    (0.413117, 0.27702204, 3.0485e-05, 6.5921e-07, 1e-4),
    (0.000808979, 0.023596424, 22.503, 11.431, 1e-3),
    (0.00053728, 0.021447246, 52.109, 23.161, 1e-3),
]


def log_omega(points: np.ndarray, engine: str) -> np.ndarray:
    return np.log(relic_density(*points, engine=engine).omega_h2)


def largest_jumps(start: np.ndarray, stop: np.ndarray, engine: str, n: int, halvings: int = 40) -> np.ndarray:
    """On lines between points ``(4, k)``, in the logarithms: what is left of the most sudden change, halved to a point.

    Of ``n`` intervals of a line that is the one whose change differs most from those of its neighbours; of an interval
    always the half is kept in which more changes.
    """
    t = np.linspace(0.0, 1.0, n)
    begin, along = np.log(start), np.log(stop) - np.log(start)
    y = log_omega(np.exp(begin[:, :, None] + along[:, :, None] * t), engine)
    change = np.diff(y, axis=1)
    sudden = np.abs(change[:, 1:-1] - 0.5 * (change[:, :-2] + change[:, 2:]))
    i = 1 + np.argmax(np.nan_to_num(sudden, nan=-1.0), axis=1)
    rows = np.arange(i.size)
    low, high, y_low, y_high = t[i], t[i + 1], y[rows, i], y[rows, i + 1]
    for _ in range(halvings):
        middle = 0.5 * (low + high)
        y_middle = log_omega(np.exp(begin + along * middle), engine)
        lower = np.abs(y_middle - y_low) > np.abs(y_high - y_middle)
        low, y_low = np.where(lower, low, middle), np.where(lower, y_low, y_middle)
        high, y_high = np.where(lower, middle, high), np.where(lower, y_middle, y_high)
    return np.nan_to_num(np.abs(y_high - y_low), nan=0.0)


@each_engine
def test_on_random_lines_through_the_domain_nothing_jumps(engine):
    """Lines on either side of r = 1/2, where the width of the ALP has a root and Omega h^2 an infinite slope."""
    rng, ends = np.random.default_rng(13), []
    for low, high in ((0.02, 0.3), (0.3, 0.4999), (0.5001, 0.65)):
        candidates = np.exp(rng.uniform(np.log(LOWEST)[:, None], np.log(HIGHEST)[:, None], (4, 400)))
        candidates[1] = rng.uniform(low, high, 400)
        solved = candidates[:, relic_density(*candidates, engine=engine).ok]
        assert solved.shape[1] > 40
        ends.append(solved[:, :40].reshape(4, 2, 20))
    start, stop = (np.concatenate([end[:, k] for end in ends], axis=1) for k in (0, 1))
    jumps = largest_jumps(start, stop, engine, n=60)
    assert jumps.size == 60
    assert jumps.max() < PROMISED


@each_engine
def test_nothing_jumps_where_it_once_did(engine):
    points = np.array(ONCE_BROKEN).T
    start, stop = points[:4].copy(), points[:4].copy()
    start[1] *= 1.0 - points[4]
    stop[1] *= 1.0 + points[4]
    assert largest_jumps(start, stop, engine, n=30).max() < PROMISED


def test_the_density_of_the_momentum_distribution_does_not_jump_by_more_than_its_error():
    """Six lines, where the engines of moments have sixty: a point costs a hundred times as much.

    Its error is 3e-3, ten times theirs. Where freeze-out is followed to its end: around the fit, r from 0.44 to 0.495.
    """
    rng = np.random.default_rng(13)
    low, high = np.log([[0.6, 0.44, 3e-5, 1e-4], [4.8, 0.495, 3e-4, 1e-2]])
    ends = np.exp(rng.uniform(low[:, None, None], high[:, None, None], (4, 2, 6)))
    jumps = largest_jumps(ends[:, 0], ends[:, 1], "fbe", n=12, halvings=8)
    assert jumps.size == 6
    assert (jumps > 0.0).all()
    assert jumps.max() < 2.0 * 3e-3
