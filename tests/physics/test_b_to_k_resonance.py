"""The line of an X with a width in B+ -> K+ X: against the integral, another Breit-Wigner, and its limits."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import rel_breitwigner

from alpfit.constants import B_PLUS_MASS, K_PLUS_MASS
from alpfit.physics.b_to_k_nunu import Q2_END, q2_edges
from alpfit.physics.b_to_k_resonance import shares_by_q2


@pytest.mark.parametrize(("mass", "width"), [(0.3, 0.05), (2.1, 0.1), (2.1, 0.5), (4.5, 0.3)])
def test_shares_are_integrals_of_a_breit_wigner_times_the_kaon_s_momentum(mass, width):
    def density(q_squared):
        energy = (B_PLUS_MASS.value**2 + K_PLUS_MASS.value**2 - q_squared) / (2.0 * B_PLUS_MASS.value)
        momentum = np.sqrt(max(energy**2 - K_PLUS_MASS.value**2, 0.0))
        return momentum * rel_breitwigner.pdf(np.sqrt(q_squared), mass / width, scale=width)

    edges = q2_edges(20)
    places = [quad(density, low, high, points=[mass**2], limit=200)[0] for low, high in pairwise(edges)]
    expected = np.array(places) / np.sum(places)
    found = shares_by_q2(mass, width, bins=100).reshape(20, 5).sum(axis=1)
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=2e-4)


def test_a_narrow_one_is_in_a_single_bin_and_is_smeared_as_a_gaussian_is():
    mass, spread = 2.1, 0.35
    narrow, smeared = shares_by_q2(mass, 1e-6)[0], shares_by_q2(mass, 1e-6, spread=spread)[0]
    edges, middle = q2_edges(100), 0.5 * (q2_edges(100)[1:] + q2_edges(100)[:-1])
    assert narrow[np.searchsorted(edges, mass**2) - 1] == pytest.approx(1.0, abs=1e-4)
    assert smeared @ middle == pytest.approx(mass**2, abs=1e-3)
    assert smeared @ (middle - mass**2) ** 2 == pytest.approx(spread**2 + (edges[1] - edges[0]) ** 2 / 12.0, rel=0.02)


def test_a_wider_one_is_wider_and_none_is_lost_but_at_the_end():
    masses = np.linspace(0.0, 4.78, 60)
    for width in (0.0, 1e-3, 0.1, 1.0):
        np.testing.assert_allclose(shares_by_q2(masses, width).sum(axis=1), 1.0, rtol=1e-12)
        smeared = shares_by_q2(masses, width, spread=0.35)
        assert (smeared >= 0.0).all()
        far = masses**2 < Q2_END - 1.5
        assert smeared[far].sum(axis=1) == pytest.approx(1.0, abs=1e-4 + 0.05 * width)
    peaks = [shares_by_q2(2.1, width, spread=0.35).max() for width in (1e-3, 0.1, 0.3, 1.0)]
    assert (np.diff(peaks) < 0.0).all()


@pytest.mark.parametrize("width", [1e-6, 0.1])
def test_with_a_spread_it_is_continuous_in_the_mass(width):
    coarse, fine = (
        np.abs(np.diff(shares_by_q2(np.linspace(0.0, 4.78, n), width, spread=0.35), axis=0)).max() for n in (2000, 8000)
    )
    assert fine < 0.6 * coarse
