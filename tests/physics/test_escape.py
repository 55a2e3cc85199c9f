"""Escaping ALPs: limits, monotony, and the angular average against direct integration."""

import numpy as np
import pytest
from scipy.integrate import quad

from alpfit.physics.escape import (
    BABAR,
    BABAR_K_STAR,
    BABAR_PHOTON,
    BELLE,
    BELLE2,
    BELLE2_PHOTON,
    BELLE_K_STAR,
    LEP_PHOTON,
    FromMeson,
    decay_length_per_momentum,
    invisible_probability,
    outside_after_decay,
    outside_koto,
    outside_with_photon,
)

HBAR_C = 6.582119569e-25 * 2.99792458e10
"""hbar c [GeV cm]."""

MESONS = [BELLE2, BABAR, BELLE, BABAR_K_STAR, BELLE_K_STAR]
PHOTONS = [BABAR_PHOTON, BELLE2_PHOTON, LEP_PHOTON]


def escape(detector, m_a, width):
    """The probability for one source of ALPs; masses and widths broadcast."""
    m_a, width = np.broadcast_arrays(np.asarray(m_a, dtype=float), np.asarray(width, dtype=float))
    outside = outside_after_decay if isinstance(detector, FromMeson) else outside_with_photon
    return outside((detector,), m_a.ravel(), width.ravel())[0].reshape(m_a.shape)


def width_of_decay_length(length: float) -> float:
    """The width [GeV] of a particle with c tau = ``length`` [cm]."""
    return HBAR_C / length


@pytest.mark.parametrize("detector", [*MESONS, *PHOTONS])
@pytest.mark.parametrize("m_a", [0.01, 1.0, 4.0])
def test_long_lived_alps_escape_and_prompt_ones_do_not(detector, m_a):
    assert escape(detector, m_a, 1e-30) == pytest.approx(1.0, abs=1e-9)
    assert escape(detector, m_a, 1e-6) < 1e-100


@pytest.mark.parametrize("detector", [*MESONS, *PHOTONS])
@pytest.mark.parametrize("m_a", [0.01, 1.0, 4.0])
def test_the_wider_the_alp_the_fewer_escape(detector, m_a):
    probabilities = escape(detector, m_a, np.geomspace(1e-17, 3e-15, 200) / m_a)
    assert (np.diff(probabilities) < 0.0).all()
    assert ((probabilities > 0.0) & (probabilities < 1.0)).all()


@pytest.mark.parametrize("m_a", [0.1, 1.0, 3.0, 4.3, 4.38])
@pytest.mark.parametrize("decay_length", [20.0, 60.0, 1000.0])
@pytest.mark.parametrize(
    ("detector", "m_b", "m_k", "boost", "radius"),
    [
        (BELLE2, 5.27934, 0.493677, 0.28, 150.0),  # 7 GeV on 4 GeV
        (BABAR, 5.27934, 0.493677, 0.56, 50.0),  # 9 GeV on 3.1 GeV
        (BELLE, 5.27934, 0.493677, 0.425, 150.0),  # 8 GeV on 3.5 GeV
        (BABAR_K_STAR, 5.27966, 0.89555, 0.56, 50.0),
        (BELLE_K_STAR, 5.27966, 0.89555, 0.425, 150.0),
    ],
)
def test_b_factories_average_over_the_direction_of_the_decay(detector, m_b, m_k, boost, radius, m_a, decay_length):
    # the two-body momentum in the B's frame, boosted by beta gamma
    momentum = np.sqrt((m_b**2 - (m_k + m_a) ** 2) * (m_b**2 - (m_k - m_a) ** 2)) / (2.0 * m_b)
    energy, gamma = np.hypot(momentum, m_a), np.hypot(1.0, boost)

    def probability(cosine: float) -> float:
        lab_energy = gamma * energy + boost * momentum * cosine
        return np.exp(-radius / (decay_length * np.sqrt(lab_energy**2 - m_a**2) / m_a))

    expected = 0.5 * quad(probability, -1.0, 1.0, epsabs=0.0, epsrel=1e-10)[0]
    np.testing.assert_allclose(escape(detector, m_a, width_of_decay_length(decay_length)), expected, rtol=3e-4)


@pytest.mark.parametrize("m_a", [4.8, 6.0, 9.0])
def test_above_threshold_the_alp_in_belle2_moves_with_the_beam(m_a):
    expected = np.exp(-150.0 / (0.28 * 100.0))
    np.testing.assert_allclose(escape(BELLE2, m_a, width_of_decay_length(100.0)), expected, rtol=1e-12)


def test_belle2_is_continuous_at_threshold():
    below, above = escape(
        BELLE2, [5.27934 - 0.493677 - 1e-10, 5.27934 - 0.493677 + 1e-10], width_of_decay_length(100.0)
    )
    assert below == pytest.approx(above, rel=1e-4)


@pytest.mark.parametrize("m_a", [0.1, 1.0, 8.0, 10.3])
@pytest.mark.parametrize("decay_length", [20.0, 60.0, 1000.0])
@pytest.mark.parametrize(
    ("detector", "s", "radius"),
    [(BABAR_PHOTON, 107.0, 50.0), (BELLE2_PHOTON, 112.0, 150.0), (LEP_PHOTON, 4e4, 250.0)],
)
def test_beside_a_photon_the_alp_has_one_momentum(detector, s, radius, m_a, decay_length):
    momentum = (s - m_a**2) / (2.0 * np.sqrt(s))
    expected = np.exp(-radius / (decay_length * momentum / m_a))
    np.testing.assert_allclose(escape(detector, m_a, width_of_decay_length(decay_length)), expected, rtol=1e-12)


@pytest.mark.parametrize("m_a", [np.sqrt(107.0), 10.5, 50.0])
def test_no_alp_escapes_from_babar_where_none_is_made(m_a):
    assert escape(BABAR_PHOTON, m_a, width_of_decay_length(1e6)) == 0.0


def test_a_picosecond_is_a_third_of_a_millimetre():
    width = 6.582119569e-25 / 1e-12
    assert decay_length_per_momentum(np.asarray(1.0), np.asarray(width)) == pytest.approx(0.0299792458, rel=1e-12)


def test_decay_length_falls_with_mass_and_width():
    length = decay_length_per_momentum(np.array([1.0, 2.0, 1.0]), np.array([1e-15, 1e-15, 3e-15]))
    np.testing.assert_allclose(length[0] / length, [1.0, 2.0, 3.0], rtol=1e-13)


def test_an_alp_is_invisible_if_it_decays_to_dark_matter_or_outside():
    fraction, outside = np.array([0.0, 0.0, 1.0, 0.3, 0.3]), np.array([0.0, 0.4, 0.2, 0.0, 0.5])
    np.testing.assert_allclose(invisible_probability(fraction, outside), [0.0, 0.4, 1.0, 0.3, 0.65], rtol=1e-14)


def test_several_detectors_give_a_row_each():
    masses, widths = np.array([0.1, 2.0]), np.full(2, width_of_decay_length(50.0))
    table = outside_after_decay(tuple(MESONS), masses, widths)
    assert table.shape == (5, 2)
    for row, detector in zip(table, MESONS, strict=True):
        np.testing.assert_array_equal(row, escape(detector, masses, widths))


def test_an_alp_of_1_gev_with_the_decay_length_of_koto_escapes_once_in_e():
    # at 1 GeV of momentum, out of 300 cm
    probability = outside_koto(np.array([0.1]), np.array([width_of_decay_length(30.0)]))
    np.testing.assert_allclose(probability, np.exp(-1.0), rtol=1e-12)
