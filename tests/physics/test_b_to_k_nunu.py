"""B+ -> K+ nu nu against EOS, and against the spectrum that Belle II publishes for the Standard Model."""

import numpy as np
import pytest

from alpfit.physics import b_to_k_nunu
from alpfit.physics.b_to_k_nunu import (
    C_VL_STANDARD_MODEL,
    branching_ratio_densities,
    branching_ratios_by_q2,
    q2_edges,
    shapes,
)

# EOS 1.0.21, B->Knunu::dBR/dq2 with model WET and form-factors BSZ2015 at the same coefficients of the form factors,
# tau_B+ = 1.641 ps there: at q^2 = 1, 10, 20 GeV^2 for C_VL = 6.62, C_SL = 1, C_TL = 1 alone, then B->Knunu::BR.
EOS = {
    "vector": (6.62, [2.958349e-07, 2.555082e-07, 8.386922e-08], 4.810854e-06),
    "scalar": (1.0, [1.228614e-09, 1.333479e-08, 2.323311e-08], 3.150845e-07),
    "tensor": (1.0, [3.068656e-09, 2.735907e-08, 1.827254e-08], 4.609391e-07),
}
LONGER = 1.641 / 1.638

# HEPData doi:10.17182/hepdata.166082 (CC0), branching fraction of the Standard Model by bin of linspace(0, 22.885, 101)
# GeV^2: number of the bin, branching fraction. All of them: 4.966e-6.
BELLE2 = {0: 6.72909081e-08, 20: 6.60340745e-08, 40: 6.16767757e-08, 60: 5.17979455e-08, 80: 3.16737495e-08}
BELLE2_TOTAL = 4.966129e-06
BELLE2_VTB_VTS = 0.04185
"""|V_tb V_ts*| of that spectrum, HPQCD's, arXiv:2207.13371."""


@pytest.mark.parametrize(("row", "operator"), [*enumerate(EOS)])
def test_densities_and_sums_are_those_of_eos(row, operator):
    coefficient, densities, total = EOS[operator]
    found = coefficient**2 * branching_ratio_densities(np.array([1.0, 10.0, 20.0]))[row] * LONGER
    np.testing.assert_allclose(found, densities, rtol=1e-4)
    assert coefficient**2 * shapes(100)[row].sum() * LONGER == pytest.approx(total, rel=5e-4)


def test_the_standard_model_is_the_published_spectrum_where_the_published_form_factor_is_used(monkeypatch):
    """HPQCD's f_+ alone, arXiv:2207.12468, table V; EOS has HPQCD's and FLAG's together, whose f_+ rises less.

    Its spectrum ends at 22.885 GeV^2, with mean masses of B and K, ours at 22.902.
    """

    def hpqcd(q_squared):
        threshold, (a, b, c) = (5.279495 + 0.495644) ** 2, (0.2545, -0.71, 0.32)
        root = np.sqrt(threshold - q_squared)
        z = (root - np.sqrt(threshold)) / (root + np.sqrt(threshold))
        series = a + b * (z - z**3 / 3.0) + c * (z**2 + 2.0 / 3.0 * z**3)
        f_plus = 1.304 * series / (1.0 - q_squared / 5.4158**2)
        return np.stack([f_plus, f_plus, f_plus])

    monkeypatch.setattr(b_to_k_nunu, "b_to_k_form_factors", hpqcd)
    edges = np.linspace(0.0, 22.885, 101)
    middle = 0.5 * (edges[1:] + edges[:-1])[list(BELLE2)]
    found = C_VL_STANDARD_MODEL**2 * branching_ratio_densities(middle, BELLE2_VTB_VTS)[0] * 0.22885
    np.testing.assert_allclose(found, list(BELLE2.values()), rtol=1e-2)


def test_the_standard_model_is_the_published_spectrum_within_the_errors_of_form_factors():
    spectrum = branching_ratios_by_q2(np.array([C_VL_STANDARD_MODEL]), 0.0, 0.0, vtb_vts=BELLE2_VTB_VTS)[0]
    assert spectrum.sum() == pytest.approx(BELLE2_TOTAL, rel=5e-3)
    np.testing.assert_allclose(spectrum[list(BELLE2)], list(BELLE2.values()), rtol=0.06)


def test_operators_add_up_without_interference():
    vector, scalar, tensor = np.array([11.3, 0.0, -2.0]), np.array([0.0, 3.0, 1.0]), np.array([8.2, 0.0, 4.0])
    found = branching_ratios_by_q2(vector, scalar, tensor, bins=7)
    expected = np.stack([vector, scalar, tensor], axis=1) ** 2 @ shapes(7)
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    assert found.shape == (3, 7)


def test_finer_bins_add_up_to_coarser_ones():
    np.testing.assert_allclose(shapes(1000).reshape(3, 100, 10).sum(axis=-1), shapes(100), rtol=1e-3)
    np.testing.assert_allclose(shapes(1000).sum(axis=1), shapes(100).sum(axis=1), rtol=1e-5)
    assert q2_edges(100)[-1] == pytest.approx(22.902, abs=1e-3)


def test_vectors_lead_at_small_and_scalars_at_large_momentum_transfer():
    vector, scalar, tensor = shapes(100) / shapes(100).sum(axis=1, keepdims=True)
    assert vector[0] > tensor[0] > 0.0
    assert np.argmax(vector) < 30 < np.argmax(tensor) < np.argmax(scalar)
