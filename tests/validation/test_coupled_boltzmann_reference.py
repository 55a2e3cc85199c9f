"""The engines against an independent, slow solution of both Boltzmann equations, over the whole domain.

``slow_reference`` shares nothing with the engines but the constants of nature. Its numbers stand in
``reference/relic_density.csv``; a few of them are computed anew here, so that the table is what the code gives.
"""

import math
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import kve
from slow_averages import Point, Resolution, average_spline, averages_at, cross_section
from slow_pairs import pair_cross_section, pair_threshold
from slow_reference import COLUMNS, annihilations_per_hubble_time, read_table, slow_relic

from alpfit.relic import RelicDensity, relic_density, validity

ROWS = read_table()
POINTS = [Point(*(float(row[name]) for name in COLUMNS[:4])) for row in ROWS]
each_engine = pytest.mark.parametrize("engine", ["nbe", "cbe"])  # fbe: see test_slow_phase_space


def relative_width(point: Point) -> float:
    return point.width / point.m_a


def part(with_pairs: bool) -> np.ndarray:
    """The numbers of the rows with r > 1/2, or of all others."""
    return np.flatnonzero((ROWS["r"] > 0.5) == with_pairs)


@cache
def engine_result(engine: str, with_pairs: bool) -> RelicDensity:
    """Of the equations, also where the model itself has no answer, for broad ALPs or those out of equilibrium."""
    rows = ROWS[part(with_pairs)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validity, "refusals", lambda points, *_: np.zeros(points.shape[1], dtype=np.int64))
        patch.setattr(validity, "alps_are_missing", lambda rate, _: np.zeros(rate.size, dtype=bool))
        return relic_density(rows["m_a"], rows["r"], rows["g_agg"], rows["g_achi"], engine=engine)


def deviations(engine: str, with_pairs: bool, quantity: str, column: str) -> np.ndarray:
    """Relative to the table; where both are infinite they agree, where one is, or neither a number, they do not."""
    computed, expected = getattr(engine_result(engine, with_pairs), quantity), ROWS[column][part(with_pairs)]
    both_infinite = np.isinf(computed) & np.isinf(expected)
    with np.errstate(invalid="ignore"):
        relative = np.abs(computed / expected - 1.0)
    return np.where(both_infinite, 0.0, np.nan_to_num(relative, nan=np.inf))


def offenders(deviation: np.ndarray, with_pairs: bool, limit: float) -> list[str]:
    """The points beyond the limit, worst first."""
    points = [POINTS[i] for i in part(with_pairs)]
    worst = [i for i in np.argsort(-deviation) if deviation[i] > limit]
    return [f"{deviation[i]:.1e} at {points[i]}, width/m_a = {relative_width(points[i]):.0e}" for i in worst]


above_and_below = pytest.mark.parametrize("with_pairs", [False, True], ids=["r <= 1/2", "r > 1/2"])


@above_and_below
@each_engine
def test_the_engine_gives_the_relic_density_of_every_row(engine, with_pairs):
    deviation = deviations(engine, with_pairs, "omega_h2", f"omega_h2_{engine}")
    assert offenders(deviation, with_pairs, 3e-4) == []


@above_and_below
@each_engine
def test_the_engine_is_mostly_much_closer_than_that(engine, with_pairs):
    assert np.median(deviations(engine, with_pairs, "omega_h2", f"omega_h2_{engine}")) < 2e-5


@above_and_below
@each_engine
def test_the_engine_sees_freeze_out_where_the_slow_solution_does(engine, with_pairs):
    assert offenders(deviations(engine, with_pairs, "x_fo", f"x_fo_{engine}"), with_pairs, 1e-2) == []


@above_and_below
def test_the_engine_sees_kinetic_decoupling_where_the_slow_solution_does(with_pairs):
    assert offenders(deviations("cbe", with_pairs, "x_kd", "x_kd"), with_pairs, 1e-2) == []


def test_the_table_covers_the_domain():
    widths = [relative_width(point) for point in POINTS]
    around_the_fit = [p for p in POINTS if 0.4 <= p.r < 0.5 and 0.6 <= p.m_a <= 4.8 and 1e-5 <= p.g_agg <= 1e-3]
    assert len(POINTS) >= 250
    assert len(around_the_fit) >= 60
    assert min(widths) < 1e-16
    assert max(widths) > 1.0
    assert {0.5 - 1e-9, 0.5, 0.5 + 1e-9} <= {point.r for point in POINTS}
    assert sum(0.0 < abs(point.r - 0.5) < 1e-4 for point in POINTS) >= 20
    assert sum(point.r > 0.5 for point in POINTS) >= 70
    assert sum(point.r > 1.0 for point in POINTS) >= 15
    assert sum(0.7 < point.r < 0.99 for point in POINTS) >= 15
    assert {0.999, 1.001} <= {point.r for point in POINTS}
    assert max(point.g_achi * point.m_chi for point in POINTS if point.r > 0.8) < 1.5
    assert min(annihilations_per_hubble_time(point, 2.0) for point in POINTS) >= 32.0


def test_the_slow_solution_shares_nothing_with_the_engines_but_constants():
    sources = [path.read_text() for path in Path(__file__).parent.glob("slow_*.py")]
    assert len(sources) == 6
    imports = re.findall(r"^\s*(?:from|import) +(alpfit\S*)", "\n".join(sources), flags=re.MULTILINE)
    assert set(imports) == {"alpfit.constants"}


CHARACTERS = {
    "the narrowest below threshold": min((p for p in POINTS if p.r < 0.49), key=relative_width),
    "the broadest": max(POINTS, key=relative_width),
    "the largest r": max(POINTS, key=lambda p: p.r),
    "the closest below a pair of ALPs": max((p for p in POINTS if p.r < 1.0), key=lambda p: p.r),
    "a pair of ALPs far above": min((p for p in POINTS if p.r > 0.5), key=lambda p: abs(p.r - 0.8)),
    "closest to threshold": min(POINTS, key=lambda p: abs(p.r - 0.5)),
    "the lightest": min(POINTS, key=lambda p: p.m_a),
}


COARSE = Resolution(coarse=0.1, fine=0.02, tolerance=1e-8, largest_step=0.1)
"""Twice the steps and ten times the tolerance of the table, which change its numbers by 1e-7 at most."""


@pytest.mark.parametrize("point", CHARACTERS.values(), ids=CHARACTERS.keys())
def test_the_table_is_what_the_slow_solution_gives(point):
    nbe, cbe = (slow_relic(point, coupled, COARSE) for coupled in (False, True))
    expected = [ROWS[POINTS.index(point)][name] for name in COLUMNS[4:9]]
    np.testing.assert_allclose([nbe[0], cbe[0], nbe[1], cbe[1], cbe[2]], expected, rtol=1e-6)


# The averages behind the slow solution


def nested_quadrature(point: Point, x: float) -> tuple[float, float]:
    """<sigma v> and <sigma v>_2 by adaptive quadrature in sqrt(e), told where the pole is and where a pair of ALPs."""
    pairs = pair_threshold(point.r)

    def integrate(function, *edges: float) -> float:
        return sum(quad(function, a, b, epsabs=0.0, epsrel=1e-8, limit=500)[0] for a, b in pairwise(edges))

    @cache  # both averages want it at the same places
    def common(root_e: float) -> tuple[float, float, float]:
        e = root_e**2
        root_s, sigma = 2.0 + e, cross_section(e, e - point.peak, point)
        if point.has_pairs and e > pairs:
            at, strength = np.array([e]), point.g_achi**4 * point.m_chi**2
            sigma += strength * float(pair_cross_section(at, at - pairs, point.r)[0])
        flux = math.sqrt(e * (4.0 + e)) * root_s
        return e, root_s, 4.0 * root_e * root_s * sigma * flux * math.exp(-x * e)

    def first(root_e: float) -> float:
        e, root_s, weight = common(root_e)
        return weight * math.sqrt(e * (4.0 + e)) * kve(1, x * root_s)

    def second(root_e: float) -> float:
        e, root_s, weight = common(root_e)
        velocity = math.sqrt(e * (4.0 + e)) / root_s

        def over_energy(excess: float) -> float:
            energy = root_s + excess
            a = velocity * math.sqrt(excess * (energy + root_s))
            return math.exp(-x * excess) * (energy * a - 2.0 * math.log((energy + a) / (energy - a)))

        return weight * quad(over_energy, 0.0, 40.0 / x, epsabs=0.0, epsrel=1e-8)[0]

    pole = [point.peak + k * point.half_width for k in (-1e3, -30.0, 0.0, 30.0, 1e3)] + [pairs]
    last = max(2.0, math.sqrt(40.0 / x))
    edges = [1e-9, math.sqrt(1.0 / x), *(math.sqrt(e) for e in pole if 0.0 < e < last**2), last]
    normalisation = 8.0 * kve(2, x) ** 2
    averages = x * integrate(first, *sorted(edges)), x**3 / 6.0 * integrate(second, *sorted(edges))
    return averages[0] / normalisation, averages[1] / normalisation


@pytest.mark.parametrize("x", [3.0, 20.0, 200.0])
@pytest.mark.parametrize(
    "point",
    [
        Point(1.0, 0.36, 0.04302, 0.01),
        Point(20.0, 0.45, 0.01, 0.2),
        Point(1.0, 0.502, 0.001622, 0.01),
        Point(1.0, 0.9, 1e-3, 0.03),
        Point(1.0, 1.002, 1e-3, 0.03),
        Point(0.3, 8.0, 1e-4, 0.1),
    ],
    ids=["width/m_a = 1e-5", "width/m_a = 0.4", "r > 1/2", "r < 1", "r > 1", "r = 8"],
)
def test_the_slow_averages_are_those_of_adaptive_quadrature_split_at_the_pole(point, x):
    computed = np.exp(average_spline(point, Resolution())(math.log(x)))
    np.testing.assert_allclose(computed, nested_quadrature(point, x), rtol=1e-6)


@pytest.mark.parametrize("r", [0.3, 0.45, 0.55, 0.8])
def test_chi_much_colder_than_its_mass_annihilates_as_at_rest(r):
    """sigma v at rest is a number then, and both averages are that number; nothing is lost in the rounding."""
    point = Point(1.0, r, 1e-3, 1e-2)
    s = 4.0 * point.m_chi**2
    propagator = (s - point.m_a**2) ** 2 + (point.m_a * point.width) ** 2
    at_rest = point.strength * (point.m_chi * s) ** 2 / (4.0 * math.pi * propagator)
    np.testing.assert_allclose(averages_at(point, [1e9, 1e12]), at_rest, rtol=1e-7)


def test_the_rate_that_keeps_alps_in_equilibrium_is_that_of_the_slow_solution():
    known = ROWS["alp_rate"][part(with_pairs=True)]
    np.testing.assert_allclose(engine_result("cbe", with_pairs=True).alp_rate, known, rtol=2e-3)
