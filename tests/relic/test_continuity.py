"""Omega h^2 does not jump: a parameter changed in its last digit changes it by less than its error."""

import numpy as np
import pytest

from alpfit.relic import PLASMAS, Status, relic_density

DEFAULT = "saikawa-shirai-2018"
each_engine = pytest.mark.parametrize("engine", ["nbe", "cbe"])
PROMISED = 3e-4
"""Of a parameter changed in its last digit, by README.md."""

LOWEST, HIGHEST = np.array([[1e-3, 0.02, 1e-9, 1e-9], [100.0, 20.0, 1.0, 10.0]])

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

# The same in r from 0.3 on, by up to 8e-4, and one of 2e-3 below: a step of the integrator over the blend of the
# plasma's fits at 0.12 GeV, a step over freeze-out that was just not stiff enough to be looked at.
ONCE_ABOVE = [
    (32.5903489, 0.503957592, 2.56165371e-4, 2.80749802e-3, 1e-4),
    (6.58408646, 0.546510875, 6.78967645e-5, 2.85876614e-3, 1e-4),
    (2.53623856, 0.440669578, 3.89253198e-6, 4.2832198e-8, 1e-2),
    (2.38749, 0.347032325, 4.39545396e-7, 3.6461826e-8, 1e-3),
    (21.538823, 0.487630439, 5.63386184e-4, 0.224605225, 1e-4),
    (2.83483629, 0.426810539, 2.45761629e-7, 2.14568379e-3, 1e-3),
    (20.484725, 0.549628237, 3.30549783e-5, 6.32023691e-5, 1e-3),
    (3.15974483, 0.446675717, 1.98854266e-5, 6.05510136e-7, 1e-2),
    (0.01016748, 0.10033718, 0.01343169, 0.01184518, 1e-2),
]


def log_omega(points: np.ndarray, engine: str, plasma: str) -> np.ndarray:
    return np.log(relic_density(*points, engine=engine, plasma=plasma).omega_h2)


def largest_jumps(
    start: np.ndarray, stop: np.ndarray, engine: str, n: int, halvings: int = 40, plasma: str = DEFAULT
) -> np.ndarray:
    """On lines between points ``(4, k)``, in the logarithms: what is left of the most sudden change, halved to a point.

    Of ``n`` intervals of a line that is the one whose change differs most from those of its neighbours; of an interval
    always the half is kept in which more changes.
    """
    t = np.linspace(0.0, 1.0, n)
    begin, along = np.log(start), np.log(stop) - np.log(start)
    y = log_omega(np.exp(begin[:, :, None] + along[:, :, None] * t), engine, plasma)
    change = np.diff(y, axis=1)
    sudden = np.abs(change[:, 1:-1] - 0.5 * (change[:, :-2] + change[:, 2:]))
    i = 1 + np.argmax(np.nan_to_num(sudden, nan=-1.0), axis=1)
    rows = np.arange(i.size)
    low, high, y_low, y_high = t[i], t[i + 1], y[rows, i], y[rows, i + 1]
    for _ in range(halvings):
        middle = 0.5 * (low + high)
        y_middle = log_omega(np.exp(begin + along * middle), engine, plasma)
        lower = np.abs(y_middle - y_low) > np.abs(y_high - y_middle)
        low, y_low = np.where(lower, low, middle), np.where(lower, y_low, y_middle)
        high, y_high = np.where(lower, middle, high), np.where(lower, y_middle, y_high)
    return np.nan_to_num(np.abs(y_high - y_low), nan=0.0)


@each_engine
def test_on_random_lines_through_the_domain_nothing_jumps(engine):
    """Lines on either side of r = 1/2, where the width of the ALP has a root and Omega h^2 an infinite slope."""
    rng, ends = np.random.default_rng(13), []
    for low, high in ((0.02, 0.3), (0.3, 0.4999), (0.5001, 0.999), (1.001, 20.0)):
        candidates = np.exp(rng.uniform(np.log(LOWEST)[:, None], np.log(HIGHEST)[:, None], (4, 400)))
        candidates[1] = rng.uniform(low, high, 400)
        solved = candidates[:, relic_density(*candidates, engine=engine).ok]
        assert solved.shape[1] > 40
        ends.append(solved[:, :40].reshape(4, 2, 20))
    start, stop = (np.concatenate([end[:, k] for end in ends], axis=1) for k in (0, 1))
    jumps = largest_jumps(start, stop, engine, n=60)
    assert jumps.size == 80
    assert jumps.max() < PROMISED


def around(broken: list[tuple[float, ...]]) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of the lines in r around points that once were broken."""
    points = np.array(broken).T
    start, stop = points[:4].copy(), points[:4].copy()
    start[1] *= 1.0 - points[4]
    stop[1] *= 1.0 + points[4]
    return start, stop


@each_engine
def test_nothing_jumps_where_it_once_did(engine):
    assert largest_jumps(*around(ONCE_BROKEN), engine, n=30).max() < PROMISED


@each_engine
def test_a_step_ends_where_the_plasma_bends(engine):
    """Not only below what is promised, but as continuous as elsewhere."""
    assert largest_jumps(*around(ONCE_ABOVE), engine, n=60).max() < 3e-5


@each_engine
@pytest.mark.parametrize("plasma", PLASMAS)
def test_on_some_hundred_short_lines_on_either_side_of_the_resonance_nothing_jumps(engine, plasma):
    """Lines of a tenth of an e-fold, on which each flip of the integrator's choices is found and halved to a point.

    A third of them for the plasma that is not the default.

    Above it, chi of freeze-out: what comes from nothing, was in equilibrium at once and left it while relativistic,
    which is millions of times too much, jumps by up to 1e-3.
    """
    rng, n = np.random.default_rng(29), 80 if plasma == DEFAULT else 27
    for low, high in ((0.3, 0.4999), (0.5001, 0.999), (1.001, 20.0)):
        candidates = np.exp(rng.uniform(np.log(LOWEST)[:, None], np.log(HIGHEST)[:, None], (4, 500)))
        candidates[1] = rng.uniform(low, high, 500)
        found = relic_density(*candidates, engine=engine, plasma=plasma)
        start = candidates[:, found.status == Status.OK if low > 0.5 else found.ok][:, :n]  # see the docstring
        assert start.shape[1] == n
        stop = start * np.exp(rng.uniform(-0.1, 0.1, start.shape))
        stop[1] = np.clip(stop[1], low, high)
        assert largest_jumps(start, stop, engine, 40, plasma=plasma).max() < PROMISED


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
