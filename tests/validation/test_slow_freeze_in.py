"""Freeze-in against an independent, slow solution that shares nothing with the engine but the constants of nature."""

import numpy as np
import pytest
from slow_averages import Point
from slow_freeze_in import Resonant, portal, slow_freeze_in

from alpfit.relic import DarkSector, Status, relic_density, solve

# m_a, r, g_agg, g_achi: rates from 1e-7 to 100 of the Hubble rate at most, with the ALP decaying to photons, or to chi.
POINTS = {
    "feeble, to chi": (1.0, 0.45, 1e-12, 1e-4),
    "feeble, to photons": (1.0, 0.45, 1e-9, 1e-12),
    "light": (2e-3, 0.4, 1e-9, 1e-6),
    "heavy": (20.0, 0.48, 1e-10, 1e-7),
    "far below the resonance": (0.3, 0.2, 1e-10, 1e-5),
    "very far below it": (5.0, 0.03, 1e-11, 1e-6),
    "closely below the resonance": (1.0, 0.4999, 1e-10, 1e-3),
    "a broad ALP": (0.5, 0.35, 1e-10, 0.02),
    "almost in equilibrium": (1.0, 0.45, 1e-8, 1e-4),
    "in equilibrium before x = 2": (1.0, 0.25, 5e-8, 1e-4),
    "above the resonance, hot enough once": (1.0, 0.55, 1e-2, 1e-5),
    "through the change of phase": (0.3, 0.47, 3e-9, 1e-5),
}
LATE = {"r = 0.499": (1.0, 0.499, 3.8604446876e-8, 0.01), "r = 0.495": (0.8, 0.495, 3.9880622468e-8, 1e-3)}
SINGLET = {"mass": 57.0, "position": 125.0, "width": 4.07e-3}


@pytest.mark.parametrize("values", POINTS.values(), ids=POINTS.keys())
def test_freeze_in_through_the_portal_is_that_of_the_slow_solution(values):
    point = Point(*values)
    result = relic_density(*values, engine="nbe")
    assert result.status == Status.FREEZE_IN
    slow = slow_freeze_in(portal(point), 10.0 * max(point.m_a, 2.0 * point.m_chi))
    assert result.omega_h2 == pytest.approx(slow, rel=1e-3, abs=0.0)


@pytest.mark.parametrize("values", LATE.values(), ids=LATE.keys())
def test_what_is_in_equilibrium_only_after_x_2_might_as_well_have_come_from_nothing(values):
    """Annihilation is 23 to 25 times the Hubble rate at x = 2 and 30.5 at most: the engine begins in equilibrium."""
    point = Point(*values)
    result = relic_density(*values, engine="nbe")
    assert result.status == Status.OK
    slow = slow_freeze_in(portal(point), 10.0 * point.m_a)
    assert result.omega_h2 == pytest.approx(slow, rel=1e-4, abs=0.0)


@pytest.mark.parametrize("coupling", [1e-11, 3e-8])
def test_freeze_in_of_the_scalar_singlet_is_that_of_the_slow_solution(coupling):
    """A real scalar near half of the Higgs boson's mass: far from equilibrium, and almost in it."""
    mass, position, width = SINGLET.values()

    def numerator(_s, distance):
        return (coupling * 246.0) ** 2 * width / np.sqrt(distance)

    def sigma(s):
        distance = np.maximum(s - 4.0 * mass**2, 1e-300)
        return numerator(s, distance) / ((s - position**2) ** 2 + (position * width) ** 2)

    result = solve(DarkSector(mass, 1, sigma, None, resonances=[(position, width)]), engine="nbe")
    slow = slow_freeze_in(Resonant(mass, 1.0, position, width, numerator), 10.0 * position)
    assert result.status == Status.FREEZE_IN
    assert result.omega_h2 == pytest.approx(slow, rel=1e-3, abs=0.0)
