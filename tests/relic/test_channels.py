"""Annihilation into several channels, forbidden ones among them: averages from quad, and detailed balance."""

import math
from functools import partial
from itertools import pairwise

import numba
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import kve

from alpfit.errors import ConfigurationError
from alpfit.relic import Channel, DarkSector, Status, solve
from alpfit.relic.average_table import Averages, averages_at, tabulate
from alpfit.relic.condensed import condense
from alpfit.relic.general import default_grids
from alpfit.relic.sector_nodes import sector_nodes

MASS, DOF = 10.0, 2.0
TWICE = 2.0 * MASS


def opening(s, threshold: float, strength: float):
    """An s-wave into two particles of half the ``threshold`` each [GeV], at s above it."""
    return strength * np.sqrt((1.0 - threshold**2 / s) / (1.0 - 4.0 * MASS**2 / s))


def channel(threshold: float, strength: float) -> Channel:
    return Channel(partial(opening, threshold=threshold, strength=strength), threshold)


def average(sector: DarkSector, x: float, both: bool = False):
    """<sigma v> [GeV^-2] from the tables that the equations use."""
    grids = default_grids()
    nodes = sector_nodes(sector, grids.smallest, grids.largest, grids.legendre)
    start = math.log(grids.x_first)
    table = np.empty((274, 4, 2))
    tabulate(start, grids.step, condense(nodes, grids.thermal), True, grids.thermal, table)
    both_of_them = averages_at(math.log(x), x, Averages(start, grids.step, table, nodes.shape.suppression))
    return both_of_them if both else both_of_them[0]


def gondolo_gelmini(sigma, x: float, lowest: float, mass: float = MASS, scaled: bool = False) -> float:
    """<sigma v> of one channel by quad, in z = sqrt(sqrt(s) - lowest); with exp((lowest - 2 m)/T) if ``scaled``."""
    temperature = mass / x

    def integrand(z: float) -> float:
        root_s = lowest + z * z
        thermal = kve(1, root_s / temperature) * math.exp(-z * z / temperature)
        return sigma(root_s**2) * (root_s**2 - 4.0 * mass**2) * root_s**2 * thermal * 4.0 * z

    cut = math.sqrt(45.0 * temperature)
    edges = np.linspace(0.0, cut, 9)
    total = sum(quad(integrand, a, b, epsabs=0.0, epsrel=1e-10)[0] for a, b in pairwise(edges))
    suppressed = 1.0 if scaled else math.exp((2.0 * mass - lowest) / temperature)
    return total * suppressed / (8.0 * mass**4 * temperature * kve(2, x) ** 2)


def by_quad(channels, x: float) -> float:
    return sum(gondolo_gelmini(each.cross_section, x, max(each.threshold, TWICE)) for each in channels)


CASES = {
    "open": [channel(0.5 * TWICE, 1e-9)],
    "two open": [channel(0.0, 1e-9), channel(0.9 * TWICE, 3e-9)],
    "forbidden": [channel(1.2 * TWICE, 1e-6)],
    "hardly forbidden": [channel(1.001 * TWICE, 1e-9)],
    "forbidden beside an open one": [channel(0.5 * TWICE, 1e-10), channel(1.1 * TWICE, 1e-9)],
    "strong and forbidden beside an open one": [channel(0.5 * TWICE, 1e-14), channel(1.3 * TWICE, 1e-6)],
    "two forbidden": [channel(1.1 * TWICE, 1e-8), channel(1.2 * TWICE, 1e-8)],
}


@pytest.mark.parametrize("channels", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("x", [2.0, 9.7, 21.3, 33.3, 77.0])
def test_the_thermal_average_is_that_of_gondolo_and_gelmini_by_quad(channels, x):
    found = average(DarkSector(MASS, DOF, channels, None), x)
    assert found == pytest.approx(by_quad(channels, x), rel=2e-5, abs=0.0)


@pytest.mark.parametrize("delta", [0.05, 0.2, 0.5])
def test_a_forbidden_channel_is_in_detailed_balance_with_its_inverse(delta):
    """R. D'Agnolo and J. Ruderman, arXiv:1505.07107: the open inverse times the squared ratio of densities."""
    heavy, dof = (1.0 + delta) * MASS, 4.0

    def inverse(s):  # psi psi -> chi chi, an s-wave
        return 1e-8 * np.sqrt((1.0 - 4.0 * MASS**2 / s) / (1.0 - 4.0 * heavy**2 / s))

    def forbidden(s):  # g_chi^2 p_chi^2 sigma = g_psi^2 p_psi^2 sigma_inverse
        return (dof / DOF) ** 2 * (s - 4.0 * heavy**2) / (s - 4.0 * MASS**2) * inverse(s)

    sector = DarkSector(MASS, DOF, [Channel(forbidden, 2.0 * heavy)], None)
    for x in (5.0, 20.0, 45.0):
        x_heavy = (1.0 + delta) * x
        back = gondolo_gelmini(inverse, x_heavy, 2.0 * heavy, heavy)
        densities = dof / DOF * (1.0 + delta) ** 2 * kve(2, x_heavy) / kve(2, x) * math.exp(-delta * x)
        assert average(sector, x) == pytest.approx(back * densities**2, rel=2e-5)
        leading = (dof / DOF) ** 2 * (1.0 + delta) ** 3 * math.exp(-2.0 * delta * x)  # for slow particles
        assert densities**2 / leading == pytest.approx(1.0, abs=4.0 / x)


def test_a_channel_is_not_asked_below_its_threshold():
    asked = []

    def sigma(s):
        asked.append(float(s.min()))
        return 1e-8 * np.sqrt(1.0 - (1.2 * TWICE) ** 2 / s)

    sector = DarkSector(MASS, DOF, [channel(0.0, 1e-9), Channel(sigma, 1.2 * TWICE)], "equilibrium")
    assert solve(sector).ok
    assert min(asked) > (1.2 * TWICE) ** 2


def test_the_sum_of_channels_is_one_function_that_is_their_sum():
    places = (1.1 * TWICE, 1.4 * TWICE)

    def total(s):
        kept = [np.maximum(s, place**2) for place in places]
        forbidden = [
            np.where(s > place**2, opening(at, place, 1e-8), 0.0) for at, place in zip(kept, places, strict=True)
        ]
        return opening(s, 0.0, 1e-9) + sum(forbidden)

    apart = [channel(0.0, 1e-9), *(channel(place, 1e-8) for place in places)]
    together = solve(DarkSector(MASS, DOF, total, "equilibrium", thresholds=places)).omega_h2
    assert solve(DarkSector(MASS, DOF, apart, "equilibrium")).omega_h2 == pytest.approx(float(together), rel=1e-6)


def test_a_table_of_a_channel_opens_as_a_root_does():
    place = 1.2 * TWICE
    s = place**2 * (1.0 + np.geomspace(1e-4, 1e3, 400))
    tabulated = Channel((s, opening(s, place, 1e-6)), place)
    exact = solve(DarkSector(MASS, DOF, [channel(place, 1e-6)], "equilibrium")).omega_h2
    found = solve(DarkSector(MASS, DOF, [tabulated], "equilibrium")).omega_h2
    assert found == pytest.approx(float(exact), rel=1e-3)


@pytest.mark.parametrize("engine", ["nbe", "cbe"])
def test_a_forbidden_channel_leaves_exponentially_more(engine):
    densities = [
        float(solve(DarkSector(MASS, DOF, [channel(ratio * TWICE, 1e-5)], "equilibrium"), engine=engine).omega_h2)
        for ratio in (1.0, 1.1, 1.2)
    ]
    assert densities[1] / densities[0] > 5.0
    assert densities[2] / densities[1] > 5.0


@numba.njit
def compiled(s, threshold, strength):
    return strength * math.sqrt((1.0 - threshold**2 / s) / (1.0 - 4.0 * 10.0**2 / s))


def test_channels_may_be_compiled_and_share_the_parameters():
    place = 1.1 * TWICE
    sector = DarkSector(MASS, DOF, [Channel(compiled, place)], "equilibrium", parameters=(place, 1e-6))
    plain = DarkSector(MASS, DOF, [channel(place, 1e-6)], "equilibrium")
    assert solve(sector).status == Status.OK
    assert solve(sector).omega_h2 == pytest.approx(float(solve(plain).omega_h2), rel=1e-10)


@pytest.mark.parametrize("threshold", [-1.0, math.nan, math.inf, "high", [1.0]])
def test_a_threshold_is_a_number(threshold):
    with pytest.raises(ConfigurationError, match="threshold"):
        Channel(compiled, threshold)


def test_errors_name_the_channel():
    def nothing(s):
        return np.full(s.shape, math.nan)

    with pytest.raises(ConfigurationError, match="cross_section of channel 2 returned nan"):
        solve(DarkSector(MASS, DOF, [channel(0.0, 1e-9), Channel(nothing)], None))
    with pytest.raises(ConfigurationError, match="must be a Channel"):
        solve(DarkSector(MASS, DOF, [channel(0.0, 1e-9), nothing], None))
