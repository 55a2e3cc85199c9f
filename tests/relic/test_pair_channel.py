"""chi chi -> a a in the engines: forbidden for m_a > m_chi, the p-wave below, beside chi chi -> gamma gamma."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import kve

from alpfit.physics.pair_annihilation import inverse_pair_cross_section, pair_p_wave
from alpfit.relic import Status, relic_density
from alpfit.relic.average_table import averages_at
from alpfit.relic.portal import alp_diagnostics
from alpfit.relic.portal_nodes import portal_points

M_A, G_AGG, G_ACHI = 2.1, 1e-4, 0.1
WITHOUT_PHOTONS = 1e-20
"""g_agg with which chi chi -> gamma gamma is nothing."""


def average(sector, x: float) -> float:
    """<sigma v> [GeV^-2]."""
    return averages_at(math.log(x), x, sector.averages)[0]


@pytest.mark.parametrize(("r", "expected"), [(0.7, 4.37), (0.8, 0.41), (0.9, 0.0068)])
def test_it_lowers_the_density_to_what_explicit_dirac_traces_gave(r, expected):
    """Omega h^2 from sigma(s) of explicit traces, by others, to the digits that they are given with."""
    found = relic_density(M_A, r, G_AGG, G_ACHI, engine="nbe").omega_h2
    assert found == pytest.approx(expected, rel=10.0 ** -len(str(expected).replace(".", "").lstrip("0")) * 6.0)


@pytest.mark.parametrize(
    ("r", "x"), [(0.52, 2.0), (0.52, 20.0), *((r, x) for r in (0.7, 0.9, 0.999) for x in (2.0, 15.0, 60.0))]
)
def test_the_forbidden_average_obeys_detailed_balance(r, x, build_sector):
    """<sigma v> n_chi^2 is that of aa -> chi chi times n_a^2, from its own cross-section."""
    mass, temperature = r * M_A, r * M_A / x

    def integrand(root: float) -> float:
        s = (2.0 * M_A + temperature * root**2) ** 2
        sigma = float(inverse_pair_cross_section(s, mass, M_A, G_ACHI))
        flux = sigma * (s - 4.0 * M_A**2) * math.sqrt(s) * kve(1, math.sqrt(s) / temperature)
        return flux * math.exp(-(root**2)) * 2.0 * math.sqrt(s) * 2.0 * temperature * root

    # n_a^2 <sigma v> = T/(32 pi^4) int ds sigma (s - 4 m_a^2) sqrt(s) K_1, and n_chi = 2 m^2 T K_2/(2 pi^2)
    back = temperature / (32.0 * math.pi**4) * quad(integrand, 0.0, 7.0, epsrel=1e-9, limit=200)[0]
    density = mass**2 * temperature * kve(2, x) / math.pi**2
    expected = back / density**2 * math.exp(2.0 * x - 2.0 * M_A / temperature)
    assert average(build_sector(M_A, r, WITHOUT_PHOTONS, G_ACHI), x) == pytest.approx(expected, rel=1e-4, abs=0.0)


@pytest.mark.parametrize("r", [1.05, 1.5, 4.0, 20.0])
def test_the_p_wave_goes_as_one_over_x(r, build_sector):
    """<sigma v> tends to 6 b/x, in both averages as it must: the second to 5/4 of the first with <p^2/3E T>."""
    b = float(pair_p_wave(r * M_A, M_A, G_ACHI))
    sector = build_sector(M_A, r, WITHOUT_PHOTONS, G_ACHI)
    for x in (1e4, 1e6):
        first, second = averages_at(math.log(x), x, sector.averages)
        assert first == pytest.approx(6.0 * b / x, rel=2e-3 if x < 1e5 else 2e-4, abs=0.0)
        assert second / first == pytest.approx(4.0 / 3.0, rel=2e-3, abs=0.0)


@pytest.mark.parametrize("r", [0.6, 0.8, 0.99, 1.01, 1.5, 20.0])
def test_both_channels_add(r, build_sector):
    weak = 1e-9  # of chi: no pairs of ALPs, and as many photons as are divided out again
    for x in (2.0, 20.0, 100.0):
        both = average(build_sector(M_A, r, 0.1, G_ACHI), x)
        photons = average(build_sector(M_A, r, 0.1, weak), x) * (G_ACHI / weak) ** 2
        alps = average(build_sector(M_A, r, WITHOUT_PHOTONS, G_ACHI), x)
        assert both == pytest.approx(photons + alps, rel=2e-4, abs=0.0)


@pytest.mark.parametrize("r", [0.8, 1.5])
def test_the_share_of_alps_is_that_of_the_averages(r, build_sectors, build_sector):
    points, x = portal_points(*np.array([M_A, r, 0.01, G_ACHI])[:, None]), np.array([20.0])
    rate, share = alp_diagnostics(build_sectors(M_A, r, 0.01, G_ACHI), points, x)
    alps = average(build_sector(M_A, r, WITHOUT_PHOTONS, G_ACHI), 20.0)
    assert share[0] == pytest.approx(alps / average(build_sector(M_A, r, 0.01, G_ACHI), 20.0), rel=1e-3)
    assert rate[0] > 1e10


@pytest.mark.parametrize("engine", ["nbe", "cbe", "fbe"])
def test_at_threshold_of_the_p_wave_nothing_jumps(engine):
    r = 1.0 + np.array([-1e-9, 0.0, 1e-9])
    density = relic_density(1.0, r, 1e-4, 0.02, engine=engine).omega_h2
    assert np.ptp(density) < (3e-3 if engine == "fbe" else 3e-5) * density[1]


def test_below_threshold_kinetic_decoupling_matters():
    """T. Binder et al., arXiv:2103.01944, found it for forbidden annihilation: chi cools, and can no longer climb."""
    number, coupled, full = (
        relic_density(M_A, [0.75, 0.8, 0.9, 0.95, 1.5, 5.0], G_AGG, G_ACHI, engine=engine).omega_h2
        for engine in ("nbe", "cbe", "fbe")
    )
    ratio = coupled / number
    assert (ratio[1:4] > 1.5).all()
    assert (ratio[4:] < 1.4).all()
    np.testing.assert_allclose(full, coupled, rtol=0.04)


def test_without_alps_in_the_plasma_chi_would_decouple_much_earlier():
    """What chi scatters off where it annihilates to ALPs are ALPs, thousands of times more often than photons."""
    result = relic_density(M_A, 1.5, 1e-5, 0.02, engine="cbe")
    assert result.status == Status.OK
    assert result.elastic_rate > 1e2
    assert result.x_kd > result.x_fo


def test_alps_that_nothing_makes_are_not_there_to_scatter_off(build_sectors):
    """At first; their decay catches up with the expansion later."""
    there, gone = (build_sectors(0.1, 2.0, g_agg, 0.5).transfer.table[0, :, 1, 0] for g_agg in (1e-4, 1e-11))
    assert (gone < there - 5.0)[:8].all()
    assert (gone - there)[-5] > (gone - there)[0] + 5.0
