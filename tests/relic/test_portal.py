"""The ALP portal as a sector: its nodes, its tables, and the factor that multiplies annihilation alone."""

import math
from itertools import pairwise

import numpy as np
import pytest
from published import POINTS
from scipy.integrate import quad

from alpfit.numerics.interpolation import evaluate_spline
from alpfit.numerics.quadrature import legendre_rule
from alpfit.physics.alp_equilibrium import equilibration_rates
from alpfit.physics.alp_scattering import alp_momentum_transfers
from alpfit.physics.annihilation import cross_section_at_nodes
from alpfit.physics.pair_annihilation import pair_cross_section_at
from alpfit.physics.plasma import bath_at, saikawa_shirai_2018
from alpfit.physics.scattering import momentum_transfer
from alpfit.physics.widths import alp_widths
from alpfit.relic.boltzmann import maxwellian_gas, transfer_at
from alpfit.relic.portal import SPIN_STATES, portal_sectors
from alpfit.relic.portal_nodes import default_grids, point_at, portal_nodes, portal_points

GRIDS = default_grids()
POINT = POINTS["BP1u"]


def nodes_at(m_a: float, r: float, g_agg: float, g_achi: float, grids=GRIDS):
    return portal_nodes(point_at(portal_points(*np.array([m_a, r, g_agg, g_achi])[:, None]), 0), grids)


def annihilation_integral(nodes, x: float) -> float:
    """The integral over s of sigma (s - 4 m^2) exp(-x e), over 2 m^4, from the nodes."""
    return float(np.sum(nodes.flux / np.sqrt(2.0 + nodes.e) * np.exp(-x * nodes.e)))


@pytest.mark.parametrize("r", [0.3, 0.4, 0.55, 0.8, 0.9999, 1.0001, 1.7, 15.0])
def test_the_nodes_integrate_the_cross_section(r):
    """Of an ALP broad enough for scipy: a width of 8e-2 m_a below threshold, 2e-3 m_a above."""
    m_a, g_agg, g_achi, x = 2.0, 0.3, 1.0, 10.0
    opens = max(0.0, 2.0 / r - 2.0)  # chi chi -> a a
    mass, width = r * m_a, float(alp_widths(m_a, r, g_agg, g_achi).total)
    resonance = 1.0 / r - 2.0

    def integrand(root_e: float) -> float:
        e = np.array([root_e**2])
        sigma = cross_section_at_nodes(e, e - resonance, mass, m_a, width, (g_agg * g_achi) ** 2)[0]
        flux = sigma * e[0] * (e[0] + 4.0) * (2.0 + e[0])  # ds (s - 4 m^2) = 2 m^4 e (e + 4) (2 + e) de
        return 2.0 * root_e * float(flux * math.exp(-x * e[0]))

    def pair_integrand(root: float) -> float:
        e, opening = opens + root**2, opens + root**2 - (2.0 / r - 2.0)
        flux = pair_cross_section_at(e, opening, mass, m_a, g_achi**4) * e * (e + 4.0) * (2.0 + e)
        return 2.0 * root * float(flux * math.exp(-x * e))

    half_width = 0.5 * width / mass
    edges = [resonance + k * half_width for k in (-30.0, -3.0, 0.0, 3.0, 30.0)]
    edges = [0.0, *(math.sqrt(e) for e in edges if 0.0 < e < 3.5), math.sqrt(3.6)]
    expected = sum(quad(integrand, *ends, epsabs=0.0, epsrel=1e-10, limit=300)[0] for ends in pairwise(edges))
    if r > 0.5:
        expected += sum(
            quad(pair_integrand, *ends, epsabs=0.0, epsrel=1e-10)[0] for ends in pairwise([0.0, 0.02, 0.5, 2.5])
        )
    assert annihilation_integral(nodes_at(m_a, r, g_agg, g_achi), x) == pytest.approx(expected, rel=5e-5, abs=0.0)


@pytest.mark.parametrize("r", [0.3, 0.41, 0.477, 0.4999, 0.5, 0.5001, 0.8, 0.999999, 1.0, 1.000001, 1.4, 20.0])
def test_nodes_ten_times_as_dense_change_the_integral_by_less_than_1e_4(r):
    fine = GRIDS._replace(panel=0.9, legendre=legendre_rule(20))
    for g_agg, g_achi in ((1e-9, 1e-9), (1e-4, 1e-2), (0.1, 1.0)):
        for x in (2.0, 20.0, 200.0, 1e4):
            rough, dense = (annihilation_integral(nodes_at(1.0, r, g_agg, g_achi, grids), x) for grids in (GRIDS, fine))
            assert rough == pytest.approx(dense, rel=1e-4, abs=0.0)


@pytest.mark.parametrize("r", [0.45, 0.5, 0.55])
def test_nodes_ascend(r):
    for g_achi in (1e-9, 1e-2, 1.0):
        nodes = nodes_at(1.0, r, 1e-4, g_achi)
        parts = np.split(nodes.e, [nodes.shape.n_low]) if r > 0.5 else [nodes.e]
        assert all((np.diff(part) > 0.0).all() for part in parts)
        assert (nodes.flux > 0.0).all()


def test_only_a_resonance_that_freezes_out_by_itself_is_kept_apart(build_sector):
    """One above threshold, at e = 1/r - 2, with a half-width of less than 0.3 of that."""
    assert build_sector(1.0, 0.45, 1e-4, 1e-2).averages.suppression == pytest.approx(1.0 / 0.45 - 2.0, rel=1e-14)
    for r, g_achi in ((0.5, 1e-2), (1.0, 1e-2), (3.0, 1e-2), (0.45, 10.0)):
        assert build_sector(1.0, r, 1e-4, g_achi).averages.suppression == 0.0


def test_two_alps_heavier_than_chi_are_kept_apart_as_a_resonance_is(build_sector):
    assert build_sector(1.0, 0.8, 1e-4, 1e-2).averages.suppression == pytest.approx(0.5, rel=1e-14)


@pytest.mark.parametrize("r", [0.51, 0.8, 0.99, 1.01, 3.0, 20.0])
def test_scattering_off_alps_in_equilibrium_adds_to_that_off_photons(r, build_sector):
    m_a, g_agg, g_achi = 1.0, 1e-5, 0.05
    transfer = build_sector(m_a, r, g_agg, g_achi).transfer
    for x in np.geomspace(1.5, 300.0, 40):
        temperature = r * m_a / x
        photons = momentum_transfer(temperature, r * m_a, m_a, (g_agg * g_achi) ** 2, GRIDS.photons)
        alps = float(alp_momentum_transfers(temperature, r * m_a, m_a, g_achi))
        there = equilibration_rates(temperature, m_a, g_agg) / bath_at(temperature, saikawa_shirai_2018()).hubble
        expected = photons + alps * float(there / (1.0 + there))
        assert transfer_at(math.log(x), transfer) == pytest.approx(expected, rel=1e-3, abs=0.0)


def test_scattering_off_alps_dies_with_them(build_sector):
    """However cold: beyond the table, and where exp(-m_a/T) is too small a number."""
    for r in (0.51, 1.38, 1.5, 20.0):
        point = np.array([0.3, r, 1e-4, 0.03])
        transfer = build_sector(*point).transfer
        for x in (1e3, 1e4, 1e6):
            photons = math.exp(evaluate_spline(math.log(x), transfer.start, transfer.step, transfer.table, 0))
            assert transfer_at(math.log(x), transfer) == pytest.approx(photons, rel=1e-9)


def test_the_momentum_transfer_is_tabulated_to_a_tenth_of_a_permille(build_sector):
    """And continued by a power law from x = 1000 on, where it has long been nothing: within a factor of two."""
    m_a, r, g_agg, g_achi = POINT
    transfer = build_sector(*POINT).transfer
    for x in (*np.geomspace(1.5, 1e3, 100), 1e4, 1e5):
        rate = math.exp(evaluate_spline(math.log(x), *transfer, 0))
        expected = momentum_transfer(r * m_a / x, r * m_a, m_a, (g_agg * g_achi) ** 2, GRIDS.photons)
        assert rate == pytest.approx(expected, rel=1e-4 if x <= 1e3 else 1.0, abs=0.0)


def test_the_scale_multiplies_annihilation_and_leaves_elastic_scattering_alone(build_sector):
    one, four = (build_sector(*POINT, scale=scale) for scale in (1.0, 4.0))
    difference = four.averages.table[:, :, 0] - one.averages.table[:, :, 0]
    np.testing.assert_allclose(difference[np.abs(one.averages.table[:, :, 0]) < 600.0], math.log(4.0), rtol=1e-10)
    assert (difference != 0.0).mean() > 0.5
    np.testing.assert_array_equal(four.transfer.table, one.transfer.table)


def test_what_only_the_coupled_equations_need_can_be_left_out(build_sectors):
    alone = build_sectors(*POINT, both=False)
    assert alone.transfer.table.shape == (1, 0, 2, 2)
    assert build_sectors(*POINT).transfer.table.shape[1] > 20


def test_a_sector_is_a_majorana_fermion_in_the_plasma(build_sectors):
    m_a, r = np.array([0.5, 2.0]), np.array([0.4, 0.55])
    points, plasma = portal_points(m_a, r, np.full(2, 1e-3), np.full(2, 1e-2)), saikawa_shirai_2018()
    sectors = portal_sectors(points, True, plasma, GRIDS)
    assert sectors.dof.tolist() == [SPIN_STATES, SPIN_STATES] == [2.0, 2.0]
    assert sectors.mass.tolist() == (m_a * r).tolist()
    assert sectors.gas is maxwellian_gas()
    assert sectors.plasma is plasma
    assert len(sectors.averages.table) == len(sectors.transfer.table) == len(sectors.suppression) == 2


def test_the_grids_are_made_once():
    assert default_grids() is GRIDS
