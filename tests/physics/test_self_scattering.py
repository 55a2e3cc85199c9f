"""Self-scattering against its unitarity relation, far from and on the resonance."""

import numpy as np
import pytest

from alpfit.physics.self_scattering import self_scattering_per_mass
from alpfit.physics.widths import alp_widths

V = 1000.0 / 299792.458


def per_mass(m_a, r, g_achi, width):
    return float(self_scattering_per_mass(np.array(m_a), np.array(r), np.array(g_achi), np.array(width)))


@pytest.mark.parametrize(("m_a", "r"), [(1.0, 0.477), (3.0, 0.49), (0.5, 0.6)])
def test_it_is_the_unitarity_relation_with_the_width_at_the_actual_energy(m_a, r):
    # sigma = 8 pi Gamma(sqrt(s))^2/(beta^2 |D|^2), Gamma = g^2 sqrt(s) m_chi^2 beta/pi
    g_achi, width, m_chi = 0.3, 1e-9, r * m_a
    s = 4.0 * m_chi**2 * (1.0 + V**2 / 4.0)
    beta = np.sqrt(1.0 - 4.0 * m_chi**2 / s)
    partial = g_achi**2 * np.sqrt(s) * m_chi**2 * beta / np.pi
    sigma = 8.0 * np.pi * partial**2 / (beta**2 * ((s - m_a**2) ** 2 + (m_a * width) ** 2))
    gram_per_cm2 = 1.0 / (0.1973269804e-13**2 / 1.78266192e-24)  # GeV^3 in g/cm^2
    assert per_mass(m_a, r, g_achi, width) * gram_per_cm2 == pytest.approx(sigma / m_chi, rel=1e-3)


def test_the_width_of_the_resonance_is_that_of_the_decay_to_dark_matter():
    widths = alp_widths(np.array(1.0), np.array(0.477), np.array(0.0), np.array(0.3))
    beta = np.sqrt(1.0 - 4.0 * 0.477**2)
    assert widths.dark_matter == pytest.approx(0.3**2 * 0.477**2 * beta / np.pi, rel=1e-12)


def test_it_is_far_below_what_clusters_see_away_from_the_resonance():
    assert per_mass(0.75, 0.477, 1e-2, 1e-10) < 1e-6


def test_it_is_largest_where_the_energy_is_the_resonances():
    on = np.sqrt(1.0 / (4.0 * (1.0 + V**2 / 4.0)))
    near = [per_mass(1.0, r, 1e-2, 1e-12) for r in (on - 1e-4, on, on + 1e-4)]
    assert near[1] > 1e6 * max(near[0], near[2])
