"""A resonance that is not listed, or at the wrong place or with the wrong width, is found; or there is no answer."""

import numpy as np
import pytest

from alpfit.errors import ConfigurationError
from alpfit.relic import DarkSector, solve

MASS, HIGGS = 57.0, 125.0


def peak(s, position: float, width: float, strength: float = 1e-5):
    root_s = np.sqrt(s)
    propagator = ((root_s - position) * (root_s + position)) ** 2 + (position * width) ** 2
    return strength * width * position / (np.sqrt(s - 4.0 * MASS**2) * propagator)


def background(s):
    return 1e-9 * np.sqrt(s / (s - 4.0 * MASS**2))


def omega(sigma, resonances=(), thresholds=()) -> float:
    sector = DarkSector(MASS, 1, sigma, None, resonances, thresholds)
    return float(solve(sector, engine="nbe").omega_h2)


@pytest.mark.parametrize("resonances", [[(125.0, 4.07e-3)], [], [(124.9, 4.07e-3)], [(125.0, 0.407)]], ids=str)
def test_the_scalar_singlet_of_the_readme_has_one_relic_density(resonances):
    def sigma(s):
        propagator = (s - 125.0**2) ** 2 + (125.0 * 4.07e-3) ** 2
        return (2.5e-3 * 246.0) ** 2 * 4.07e-3 / (np.sqrt(s - 4.0 * MASS**2) * propagator)

    assert omega(sigma, resonances) == pytest.approx(0.11667, rel=1e-4)


@pytest.mark.parametrize("width", [0.3, 3e-2, 1e-3, 3e-5, 1e-7, 1e-9, 1e-11], ids=str)
@pytest.mark.parametrize("position", [113.99, 114.0, 114.001, HIGGS, 200.0, 500.0])
def test_a_resonance_of_any_width_is_found_below_at_and_above_threshold(position, width):
    def sigma(s):
        return peak(s, position, width * position, 1e-3) + background(s)

    right = omega(sigma, [(position, width * position)])
    for wrong in ([], [(1.001 * position, width * position)], [(position, 100.0 * width * position)], [(118.0, 1e-6)]):
        assert omega(sigma, wrong) == pytest.approx(right, rel=1e-4)


@pytest.mark.parametrize("listed", [[], [(125.0, 1e-6)], [(130.0, 1e-5)]], ids=["none", "first", "second"])
def test_of_two_resonances_neither_is_lost(listed):
    def sigma(s):
        return peak(s, 125.0, 1e-6) + peak(s, 130.0, 1e-5, 1e-4)

    assert omega(sigma, listed) == pytest.approx(omega(sigma, [(125.0, 1e-6), (130.0, 1e-5)]), rel=1e-6)


def test_a_resonance_too_narrow_to_be_resolved_needs_its_width_and_then_has_an_answer():
    def sigma(s):
        return peak(s, HIGGS, 1e-14 * HIGGS)

    def less_narrow(s):
        return peak(s, HIGGS, 1e-9 * HIGGS)

    assert omega(sigma, [(HIGGS, 1e-14 * HIGGS)]) == pytest.approx(omega(less_narrow), rel=2e-3)
    for wrong in ([], [(HIGGS - 0.1, 1e-14 * HIGGS)]):
        with pytest.raises(
            ConfigurationError, match=r"cross_section: its integral does not converge near sqrt\(s\) = 125"
        ):
            omega(sigma, wrong)
    with pytest.raises(ConfigurationError, match=r"the peak at 125 GeV is not one of width 1.25e-14 GeV"):
        omega(sigma, [(HIGGS, 1e-16 * HIGGS)])


def test_noise_that_decides_the_answer_is_refused():
    rng = np.random.default_rng(4)
    with pytest.raises(ConfigurationError, match="does not converge"):
        omega(lambda s: background(s) * rng.lognormal(sigma=3.0, size=s.size))
