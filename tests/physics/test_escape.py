"""Escaping ALPs: limits, monotony, and the angular average against direct integration."""

import numpy as np
import pytest
from scipy.integrate import quad

from alpfit.physics.escape import decay_length_per_momentum, invisible_probability, outside_babar, outside_belle2

M_B, M_K = 5.27934, 0.493677
HBAR_C = 6.582119569e-25 * 2.99792458e10
"""hbar c [GeV cm]."""

DETECTORS = [outside_belle2, outside_babar]


def escape(detector, m_a, width):
    return detector(np.asarray(m_a), np.asarray(width))


def width_of_decay_length(length: float) -> float:
    """The width [GeV] of a particle with c tau = ``length`` [cm]."""
    return HBAR_C / length


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize("m_a", [0.01, 1.0, 4.0])
def test_long_lived_alps_escape_and_prompt_ones_do_not(detector, m_a):
    assert escape(detector, m_a, 1e-30) == pytest.approx(1.0, abs=1e-9)
    assert escape(detector, m_a, 1e-6) < 1e-100


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize("m_a", [0.01, 1.0, 4.0])
def test_the_wider_the_alp_the_fewer_escape(detector, m_a):
    probabilities = escape(detector, m_a, np.geomspace(1e-17, 3e-15, 200) / m_a)
    assert (np.diff(probabilities) < 0.0).all()
    assert ((probabilities > 0.0) & (probabilities < 1.0)).all()


@pytest.mark.parametrize("m_a", [0.1, 1.0, 3.0, 4.5, 4.78])
@pytest.mark.parametrize("decay_length", [20.0, 60.0, 1000.0])
def test_belle2_averages_over_the_direction_of_the_decay_of_the_b(m_a, decay_length):
    # the two-body momentum in the B's frame, boosted by beta gamma = 0.28, out of 150 cm
    momentum = np.sqrt((M_B**2 - (M_K + m_a) ** 2) * (M_B**2 - (M_K - m_a) ** 2)) / (2.0 * M_B)
    energy, gamma = np.hypot(momentum, m_a), np.hypot(1.0, 0.28)

    def probability(cosine: float) -> float:
        lab_energy = gamma * energy + 0.28 * momentum * cosine
        return np.exp(-150.0 / (decay_length * np.sqrt(lab_energy**2 - m_a**2) / m_a))

    expected = 0.5 * quad(probability, -1.0, 1.0, epsabs=0.0, epsrel=1e-10)[0]
    np.testing.assert_allclose(escape(outside_belle2, m_a, width_of_decay_length(decay_length)), expected, rtol=1e-6)


@pytest.mark.parametrize("m_a", [4.8, 6.0, 9.0])
def test_above_threshold_the_alp_in_belle2_moves_with_the_beam(m_a):
    expected = np.exp(-150.0 / (0.28 * 100.0))
    np.testing.assert_allclose(escape(outside_belle2, m_a, width_of_decay_length(100.0)), expected, rtol=1e-12)


def test_belle2_is_continuous_at_threshold():
    below, above = escape(outside_belle2, [M_B - M_K - 1e-10, M_B - M_K + 1e-10], width_of_decay_length(100.0))
    assert below == pytest.approx(above, rel=1e-4)


@pytest.mark.parametrize("m_a", [0.1, 1.0, 8.0, 10.3])
@pytest.mark.parametrize("decay_length", [20.0, 60.0, 1000.0])
def test_babar_has_one_momentum_and_a_radius_of_50_cm(m_a, decay_length):
    momentum = (107.0 - m_a**2) / (2.0 * np.sqrt(107.0))
    expected = np.exp(-50.0 / (decay_length * momentum / m_a))
    np.testing.assert_allclose(escape(outside_babar, m_a, width_of_decay_length(decay_length)), expected, rtol=1e-12)


@pytest.mark.parametrize("m_a", [np.sqrt(107.0), 10.5, 50.0])
def test_no_alp_escapes_from_babar_where_none_is_made(m_a):
    assert escape(outside_babar, m_a, width_of_decay_length(1e6)) == 0.0


@pytest.mark.parametrize("detector", DETECTORS)
def test_masses_and_widths_broadcast(detector):
    masses, widths = np.array([[0.5], [2.0]]), np.array([1e-17, 1e-16, 1e-15])
    table = detector(masses, widths)
    assert table.shape == (2, 3)
    np.testing.assert_allclose(table[1, 2], escape(detector, 2.0, 1e-15), rtol=1e-12)


def test_a_picosecond_is_a_third_of_a_millimetre():
    width = 6.582119569e-25 / 1e-12
    assert decay_length_per_momentum(np.asarray(1.0), np.asarray(width)) == pytest.approx(0.0299792458, rel=1e-12)


def test_decay_length_falls_with_mass_and_width():
    length = decay_length_per_momentum(np.array([1.0, 2.0, 1.0]), np.array([1e-15, 1e-15, 3e-15]))
    np.testing.assert_allclose(length[0] / length, [1.0, 2.0, 3.0], rtol=1e-13)


def test_an_alp_is_invisible_if_it_decays_to_dark_matter_or_outside():
    fraction, outside = np.array([0.0, 0.0, 1.0, 0.3, 0.3]), np.array([0.0, 0.4, 0.2, 0.0, 0.5])
    np.testing.assert_allclose(invisible_probability(fraction, outside), [0.0, 0.4, 1.0, 0.3, 0.65], rtol=1e-14)
