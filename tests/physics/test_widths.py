"""Decay widths of the ALP: reference values, thresholds, scaling."""

import math

import numpy as np
import pytest
from published import POINTS

from alpfit.physics.widths import alp_widths

# width to dark matter, width to photons [GeV] at the published points; from an independent implementation, five digits
REFERENCE = {
    "BP1l": (3.255e-07, 1.1484e-11),
    "BP1u": (4.3992e-11, 1.7136e-11),
    "BP2l": (2.0805e-06, 4.8811e-10),
    "BP2u": (6.4717e-09, 7.0225e-10),
    "BP3l": (4.403e-06, 1.2156e-09),
    "BP3u": (6.9125e-09, 2.1332e-09),
    "BP4l": (1.4227e-06, 3.1561e-09),
    "BP4u": (7.2162e-09, 5.8543e-09),
    "F3 r=0.360": (2.8628e-06, 9.2047e-06),
    "F3 r=0.390": (3.0297e-06, 1.2704e-07),
    "F3 r=0.410": (3.0626e-06, 8.8906e-09),
    "F3 r=0.420": (3.0466e-06, 2.5533e-09),
    "F3 r=0.440": (2.927e-06, 2.3767e-10),
    "F3 r=0.460": (2.6397e-06, 2.4475e-11),
    "F3 r=0.480": (2.0535e-06, 2.4094e-12),
    "F3 r=0.485": (1.8202e-06, 1.2716e-12),
    "F3 r=0.490": (1.5209e-06, 6.2166e-13),
    "F3 r=0.499": (5.0103e-07, 6.2539e-14),
    "F3 r=0.505": (0.0, 1.3085e-08),
    "F3 r=0.550": (0.0, 3.2858e-07),
}


@pytest.mark.parametrize("name", POINTS)
def test_the_partial_widths_are_those_of_the_reference(name):
    dark_matter, photons = REFERENCE[name]
    widths = alp_widths(*POINTS[name])
    assert widths.dark_matter == pytest.approx(dark_matter, rel=6e-5, abs=0.0)
    assert widths.photons == pytest.approx(photons, rel=6e-5, abs=0.0)


def test_the_width_to_dark_matter_vanishes_at_and_above_half_the_mass():
    widths = alp_widths(1.0, np.array([0.5, 0.5 + 1e-12, 0.6, 3.0]), 1e-4, 1e-2)
    np.testing.assert_array_equal(widths.dark_matter, 0.0)
    np.testing.assert_array_equal(widths.invisible_fraction, 0.0)
    np.testing.assert_array_equal(widths.total, widths.photons)


def test_the_width_to_dark_matter_opens_like_the_velocity():
    """No cancellation close to threshold: Gamma_chi is proportional to sqrt(1 - 2r) down to 1 - 2r = 1e-13."""
    gap = np.array([1e-4, 1e-8, 1e-13])
    widths = alp_widths(1.0, 0.5 * (1.0 - gap), 1e-4, 1e-2)
    expected = 1e-4 * 0.25 * np.sqrt(2.0 * gap) / math.pi
    np.testing.assert_allclose(widths.dark_matter, expected, rtol=1e-3)


def test_the_total_is_the_sum_and_the_invisible_fraction_the_ratio():
    widths = alp_widths(2.0, np.linspace(0.01, 0.7, 50), 3e-4, 5e-4)
    np.testing.assert_allclose(widths.total, widths.photons + widths.dark_matter, rtol=1e-15)
    np.testing.assert_allclose(widths.invisible_fraction * widths.total, widths.dark_matter, rtol=1e-15)
    assert ((widths.invisible_fraction >= 0.0) & (widths.invisible_fraction <= 1.0)).all()


def test_widths_scale_with_the_square_of_their_own_coupling_and_the_cube_of_the_mass():
    base, scaled = alp_widths(1.0, 0.4, 1e-4, 1e-2), alp_widths(2.0, 0.4, 3e-4, 5e-2)
    assert scaled.photons == pytest.approx(8.0 * 9.0 * base.photons, rel=1e-14, abs=0.0)
    assert scaled.dark_matter == pytest.approx(8.0 * 25.0 * base.dark_matter, rel=1e-14, abs=0.0)


def test_all_arguments_broadcast():
    m_a, r = np.array([0.5, 1.0, 2.0])[:, None], np.array([0.3, 0.4, 0.49, 0.6])
    widths = alp_widths(m_a, r, 1e-4, 1e-2)
    for field in widths:
        assert field.shape == (3, 4)
    single = alp_widths(2.0, 0.49, 1e-4, 1e-2)
    assert [field[2, 2] for field in widths] == pytest.approx(list(single), rel=1e-15, abs=0.0)
