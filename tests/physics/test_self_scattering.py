"""Self-scattering against its unitarity relation, far from and on the resonance."""

import numpy as np
import pytest
from dirac import GAMMA, PAULI, dot, vertex

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


def spinor(momentum, spin: int, mass: float):
    """U(p) of two spins along the axis, in the Dirac representation, ``momentum`` (4,)."""
    two = np.eye(2)[spin]
    sigma_p = np.einsum("i,ijk->jk", momentum[1:], PAULI)
    return np.concatenate([two, sigma_p @ two / (momentum[0] + mass)]) * np.sqrt(momentum[0] + mass)


def conjugate(u):
    """The antiparticle's spinor of a Majorana fermion, C u-bar^T with C = i gamma^2 gamma^0."""
    return 1j * GAMMA[2] @ GAMMA[0] @ (u.conj() @ GAMMA[0])


def squared_amplitudes(r: float, velocity: float, cosine: float, sign: float) -> tuple[float, float]:
    """Sums over spins of |M|^2 for chi chi -> chi chi, m_chi = g_achi = 1: by all channels, and by the s-channel."""
    momentum, m_a = 0.5 * velocity, 1.0 / r
    energy, sine = np.sqrt(1.0 + momentum**2), np.sqrt(1.0 - cosine**2)
    beam, out = np.array([0.0, 0.0, 1.0]), np.array([sine, 0.0, cosine])
    p = [np.array([energy, *(momentum * n)]) for n in (beam, -beam, out, -out)]
    both, alone = 0.0, 0.0
    for spins in np.ndindex(2, 2, 2, 2):
        u = [spinor(q, spin, 1.0) for q, spin in zip(p, spins, strict=True)]

        def line(i, k, j, u=u):
            return u[i].conj() @ GAMMA[0] @ vertex(k) @ u[j]

        t_channel = line(2, p[0] - p[2], 0) * line(3, p[2] - p[0], 1) / (dot(p[0] - p[2], p[0] - p[2]) - m_a**2)
        u_channel = line(3, p[0] - p[3], 0) * line(2, p[3] - p[0], 1) / (dot(p[0] - p[3], p[0] - p[3]) - m_a**2)
        total = p[0] + p[1]
        made = conjugate(u[1]).conj() @ GAMMA[0] @ vertex(total) @ u[0]
        decayed = u[2].conj() @ GAMMA[0] @ vertex(-total) @ conjugate(u[3])
        s_channel = sign * made * decayed / (dot(total, total) - m_a**2)
        both += abs(t_channel - u_channel + s_channel) ** 2
        alone += abs(s_channel) ** 2
    return both, alone


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize(("r", "most"), [(0.7, 1e-5), (2.0, 1e-4), (20.0, 1e-2)])
def test_exchange_of_an_alp_adds_nothing_in_clusters(r, most, sign):
    """With explicit spinors and either relative sign: 1 % at r = 20, where the ALP is lightest, and less below."""
    nodes, weights = np.polynomial.legendre.leggauss(6)
    both, alone = np.array([squared_amplitudes(r, V, cosine, sign) for cosine in nodes]).T
    assert weights @ both == pytest.approx(weights @ alone, rel=most)


@pytest.mark.parametrize("r", [0.6, 0.9, 3.0])
def test_the_s_channel_is_that_of_explicit_spinors(r):
    _, alone = squared_amplitudes(r, V, 0.3, 1.0)
    s = 4.0 + V**2
    sigma = 0.5 * 0.25 * alone / (16.0 * np.pi * s)  # identical particles, and the mean over spins
    assert per_mass(1.0 / r, r, 1.0, 1e-12) * 4578.5 == pytest.approx(sigma, rel=1e-5)
