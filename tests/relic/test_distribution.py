"""f(p) at chosen temperatures."""

import math

import numpy as np
import pytest

from alpfit.errors import ConfigurationError, PredictionError
from alpfit.relic import evolve

POINT = (2.11, 0.4768, 6.287e-5, 1.148e-3)
MASS = POINT[0] * POINT[1]


@pytest.fixture(scope="module")
def history():
    return evolve(*POINT, engine="fbe", self_scattering=False, distribution_at=(3.0, 18.0, 25.0, 500.0))


def number(distribution, values) -> float:
    p = distribution.momentum
    return float(np.trapezoid(values * p**2, p))


def test_at_first_it_is_that_of_equilibrium(history):
    first = history.distributions[0]
    energy = np.sqrt(MASS**2 + first.momentum**2)
    bulk = first.f > 1e-4 * first.f[0]
    np.testing.assert_allclose(first.f[bulk], np.exp(-energy[bulk] * first.x / MASS), rtol=5e-3)
    assert first.temperature == pytest.approx(MASS / 3.0, rel=2e-3)


def test_it_is_the_density_and_the_temperature_of_the_history(history):
    """At steps of the integration: half-way between two of them T_chi, which falls fast at x = 25, is 5 % uncertain."""
    at = [float(history.x[np.argmin(np.abs(np.log(history.x / x)))]) for x in (18.0, 25.0, 500.0)]
    for distribution in evolve(*POINT, engine="fbe", self_scattering=False, distribution_at=at).distributions:
        per_spin = number(distribution, distribution.f) / (2.0 * math.pi**2)
        y = np.exp(np.interp(math.log(distribution.x), np.log(history.x), np.log(history.Y)))
        from alpfit.physics.plasma import bath_at, saikawa_shirai_2018

        entropy_density = bath_at(MASS / distribution.x, saikawa_shirai_2018()).entropy_density
        assert 2.0 * per_spin / entropy_density == pytest.approx(y, rel=1e-2)
        ratio = np.exp(np.interp(math.log(distribution.x), np.log(history.x), np.log(history.temperature_ratio)))
        assert distribution.temperature * distribution.x / MASS == pytest.approx(ratio, rel=1e-2)


def test_the_maxwellian_beside_it_has_its_number(history):
    for distribution in history.distributions:
        assert number(distribution, distribution.maxwellian) == pytest.approx(
            number(distribution, distribution.f), rel=5e-3
        )


def test_without_self_scattering_those_that_reach_the_resonance_are_gone(history):
    """At x = 25 the fast are missing, against a Maxwellian (0.730 at a tenth of the tolerance), at x = 3 not yet."""
    early, late = history.distributions[0], history.distributions[2]
    for distribution, least, most in ((early, 0.95, 1.05), (late, 0.7, 0.76)):
        kinetic = np.sqrt(MASS**2 + distribution.momentum**2) - MASS
        fast = np.searchsorted(kinetic, 7.0 * distribution.temperature)
        assert least < distribution.f[fast] / distribution.maxwellian[fast] < most


def test_only_the_engine_that_follows_it_knows_it():
    with pytest.raises(ConfigurationError, match=r'distribution_at: .* engine = "fbe"'):
        evolve(*POINT, engine="cbe", distribution_at=(20.0,))
    with pytest.raises(PredictionError, match=r"distribution_at must lie between x = 2 and 1e\+06"):
        evolve(*POINT, engine="fbe", distribution_at=(1.0,))
