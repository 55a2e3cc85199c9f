"""Quark mixing against published elements and unitarity."""

import numpy as np
import pytest

from alpfit.physics.ckm import CKM, ckm_matrix, products


@pytest.mark.parametrize("name", CKM)
def test_the_matrix_is_unitary(name):
    matrix = ckm_matrix(CKM[name])
    np.testing.assert_allclose(matrix @ matrix.conj().T, np.eye(3), atol=1e-15)


def test_the_products_of_flavio_are_those_that_it_prints():
    # flavio 2.7.1 with its defaults: |V_tb V_ts*| = 0.04120, |V_td V_ts*| = |-3.270 + 1.394i|e-4
    found = products("flavio-2.7.1")
    assert found.vtb_vts == pytest.approx(0.04120, abs=5e-6)
    assert found.vtd_vts.real == pytest.approx(-3.270e-4, rel=1e-3)
    assert abs(found.vtd_vts.imag) == pytest.approx(1.394e-4, rel=1e-3)


def test_the_global_fit_has_the_elements_of_the_review():
    # PDG 2022, eq. (12.27): moduli of the global fit
    published = [[0.97435, 0.22500, 0.00369], [0.22486, 0.97349, 0.04182], [0.00857, 0.04110, 0.999118]]
    np.testing.assert_allclose(np.abs(ckm_matrix(CKM["pdg-2022"])), published, atol=1.1e-5)


@pytest.mark.parametrize("name", CKM)
def test_products_of_the_down_and_strange_columns_add_up_to_zero(name):
    matrix, found = ckm_matrix(CKM[name]), products(name)
    up = matrix[0, 0] * matrix[0, 1].conj()
    assert abs(up + found.vcd_vcs + found.vtd_vts) < 1e-15
