"""Where the reference table is computed.

Published points, around the published fit, the whole domain, broad ALPs, where chi annihilates into pairs of ALPs, and
where the plasma hardly keeps these in equilibrium.
"""

from collections.abc import Callable, Iterator

import numpy as np
from published import POINTS
from scipy.stats import qmc
from slow_averages import Point, averages_at, photon_averages
from slow_pairs import alp_rate

# m_a [GeV], g_agg and g_achi [1/GeV], each uniform in the logarithm
WHOLE_DOMAIN = ((1e-3, 20.0), (1e-9, 1e-1), (1e-9, 1.0))
AROUND_THE_FIT = ((0.6, 4.8), (1e-5, 1e-3), (1e-6, 1e-1))
BROAD = ((3.0, 20.0), (1e-9, 1e-1), (0.3, 1.0))
PAIRS = ((1e-3, 20.0), (1e-6, 1e-2), (1e-4, 1.0))
SLOW_ALPS = ((1e-3, 1.0), (1e-10, 1e-6), (1e-3, 1.0))


def anywhere(choice: float, u: float) -> float:
    """r: half uniform in 0.3 ... 0.8, most others close to 1/2 on either side, a few on it."""
    near = 10.0 ** (-9.0 + 8.2 * u)
    for share, r in (
        (0.50, 0.3 + 0.5 * u), (0.75, 0.5 - near), (0.94, 0.5 + near), (0.96, 0.5), (0.98, 0.5 - 1e-9),
    ):  # fmt: skip
        if choice < share:
            return r
    return 0.5 + 1e-9


def below_the_resonance(choice: float, u: float) -> float:
    """r: uniform in 0.4 ... 0.4999."""
    return 0.4 + 0.0999 * u


def quasi_random(box, ratio, seed: int) -> Iterator[Point]:
    """Points of a scrambled Sobol sequence, rounded as they are written."""
    lower, upper = np.log10(box).T
    for row in qmc.Sobol(5, seed=seed).random(1024):
        m_a, g_agg, g_achi = (float(f"{10.0**z:.6g}") for z in lower + (upper - lower) * row[:3])
        yield Point(m_a, round(float(ratio(row[3], row[4])), 12), g_agg, g_achi)


def above_the_resonance(choice: float, u: float) -> float:
    """r: below the threshold of chi chi -> a a, above it, close to it on either side, close to 1/2."""
    for share, r in (
        (0.40, 0.7 + 0.29 * u), (0.75, 1.0 + 10.0 ** (-2.0 + 3.27 * u)), (0.80, 1.0 + 10.0 ** (-5.0 + 3.0 * u)),
        (0.85, 1.0 - 10.0 ** (-5.0 + 3.0 * u)), (0.88, 1.001), (0.91, 0.999),
    ):  # fmt: skip
        if choice < share:
            return r
    return 0.5 + 10.0 ** (-4.0 + 3.3 * u)


def with_pairs(candidates: Iterator[Point]) -> Iterator[Point]:
    """Those with a perturbative g_achi m_chi, for r > 0.7 if they make 1 % as many ALPs as photons at x = 20."""
    for point in candidates:
        if point.g_achi * point.m_chi < 1.5:
            total, photons = averages_at(point, [20.0])[0, 0], photon_averages(point, [20.0])[0, 0]
            if point.r < 0.7 or total > 1.01 * photons:
                yield point


def slow_alps(candidates: Iterator[Point]) -> Iterator[Point]:
    """Those whose ALPs are made and decay 0.01 to 10 times in a Hubble time at x = 20."""
    return (point for point in candidates if 0.01 < alp_rate(point.m_a, point.g_agg, point.m_chi / 20.0) < 10.0)


def samples() -> tuple[tuple[str, int, Iterator[Point], Callable], ...]:
    """What each part of the table is, how many points are wanted, the candidates, and what must keep equilibrium."""
    return (
        ("Ding et al. 2025's points", len(POINTS), (Point(*values) for values in POINTS.values()), photon_averages),
        ("around the fit", 70, quasi_random(AROUND_THE_FIT, below_the_resonance, seed=1), photon_averages),
        ("the whole domain", 170, quasi_random(WHOLE_DOMAIN, anywhere, seed=2), photon_averages),
        ("broad", 15, quasi_random(BROAD, below_the_resonance, seed=3), photon_averages),
        ("pairs of ALPs", 44, with_pairs(quasi_random(PAIRS, above_the_resonance, seed=4)), averages_at),
        ("slow ALPs", 12, slow_alps(with_pairs(quasi_random(SLOW_ALPS, above_the_resonance, seed=5))), averages_at),
    )
