"""B+ -> K+ chi chi: its narrow-width limit, and a straightforward integral where the ALP is off its mass shell."""

import numpy as np
import pytest
from scipy.integrate import quad

from alpfit.physics.b_to_k_chi_chi import branching_ratios_by_q2
from alpfit.physics.b_to_k_nunu import Q2_END, q2_edges
from alpfit.physics.mesons import branching_ratio_b_to_k_alp
from alpfit.physics.widths import alp_widths

CHOICES = {"form_factor": "hpqcd2022", "top_mass": "msbar", "ckm": "flavio-2.7.1"}


def density(q_squared, m_a, r, g_agg, g_achi, g_aww):
    """dBR/dq^2, written down once more, with the widths at the mass sqrt(q^2)."""
    mass = np.sqrt(q_squared)
    made = float(branching_ratio_b_to_k_alp(np.array([mass]), np.array([g_aww]), **CHOICES)[0])
    decay = alp_widths(mass, r * m_a / mass, 0.0, g_achi).dark_matter if mass > 2.0 * r * m_a else 0.0
    width = alp_widths(m_a, r, max(g_agg, 1e-12), g_achi).total
    return made * mass * decay / np.pi / ((q_squared - m_a**2) ** 2 + (m_a * width) ** 2)


@pytest.mark.parametrize("m_a", [0.3, 2.1, 2.5, 4.0])
@pytest.mark.parametrize("g_achi", [1e-6, 1e-3, 3e-2])
def test_a_narrow_alp_is_made_and_decays(m_a, g_achi):
    found = branching_ratios_by_q2(m_a, 0.4, 1e-4, g_achi, 1e-5, **CHOICES)[0]
    fraction = alp_widths(m_a, 0.4, 1e-4, g_achi).invisible_fraction
    made = branching_ratio_b_to_k_alp(np.array([m_a]), np.array([1e-5]), **CHOICES)[0]
    assert found.sum() == pytest.approx(made * fraction, rel=3e-3)
    assert found[np.searchsorted(q2_edges(100), m_a**2) - 1] > 0.9 * found.sum()


@pytest.mark.parametrize(
    ("m_a", "r", "g_agg", "g_achi"),
    [
        (8.0, 0.1, 1e-3, 0.1),  # too heavy to be made
        (3.0, 0.6, 1e-3, 0.1),  # too light to decay to chi chi
        (1.0, 0.52, 0.0, 0.1),  # and to anything
        (2.1, 0.4, 1e-3, 5.0),  # wide
    ],
)
def test_the_sum_off_the_mass_shell_is_the_integral(m_a, r, g_agg, g_achi):
    found = branching_ratios_by_q2(m_a, r, g_agg, g_achi, 1e-4, **CHOICES)[0]
    start = 4.0 * (r * m_a) ** 2
    points = [np.sqrt(m_a**2 - start)] if start < m_a**2 < Q2_END else None

    def in_the_root(u):
        return 2.0 * u * density(start + u**2, m_a, r, g_agg, g_achi, 1e-4)

    expected = quad(in_the_root, 0.0, np.sqrt(Q2_END - start), points=points, limit=400, epsabs=0.0, epsrel=1e-5)[0]
    assert found.sum() == pytest.approx(expected, rel=5e-4)
    assert (found[: int(start / Q2_END * 100)] == 0.0).all()


def test_a_heavy_alp_is_a_contact_of_four_particles():
    """The propagator is 1/m_a^4 where m_a is far above m_B, at a mass of chi that stays."""
    masses = np.array([50.0, 100.0])
    found = branching_ratios_by_q2(masses, 0.5 / masses, 0.0, 0.1, 1e-4, **CHOICES).sum(axis=1)
    assert found[0] / found[1] == pytest.approx(16.0, rel=0.01)


def test_points_are_independent_and_bins_add_up():
    points = np.array([2.1, 3.0, 8.0]), np.array([0.4, 0.6, 0.1]), 1e-3, np.array([1e-3, 0.1, 0.1]), 1e-4
    together = branching_ratios_by_q2(*points, **CHOICES)
    assert together.shape == (3, 100)
    alone = branching_ratios_by_q2(3.0, 0.6, 1e-3, 0.1, 1e-4, **CHOICES)
    np.testing.assert_allclose(together[1], alone[0], rtol=1e-12)
    coarse = branching_ratios_by_q2(*points, **CHOICES, bins=20)
    np.testing.assert_allclose(together.reshape(3, 20, 5).sum(axis=-1), coarse, rtol=2e-2, atol=1e-3 * coarse.max())


def test_chi_that_are_too_heavy_are_not_made():
    assert (branching_ratios_by_q2(6.0, 0.45, 1e-3, 0.1, 1e-4, **CHOICES) == 0.0).all()
