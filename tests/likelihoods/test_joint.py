"""Several measurements together."""

import numpy as np
from shipped_entries import shipped

from alpfit.likelihoods import JointLikelihood

PREDICTIONS = {
    "BR(B+->K+ a(inv))": np.array([0.0, 1e-5, 2e-5]),
    "BR(B+->K+ a(inv), BaBar)": np.array([0.0, 1e-5, 2e-5]),
    "Omega_h2": np.array([0.05, 0.12, 0.3]),
    "Omega_h2_theory_error": np.array([0.02, 0.05, 0.5]),
    "m_a": np.array([1.0, 2.0, 3.5]),
}


def test_each_measurement_is_listed_under_its_name():
    entries = ("planck_relic_2018", "belle2_bknunu_2023", "babar_bkinv_2013")
    by_entry = JointLikelihood(tuple(shipped(name) for name in entries)).loglike_by_entry(PREDICTIONS)
    assert tuple(by_entry) == entries
    for name, log_l in by_entry.items():
        np.testing.assert_array_equal(log_l, shipped(name).loglike(PREDICTIONS))


def test_the_observables_are_those_of_all_measurements_without_repetition():
    joint = JointLikelihood((shipped("belle2_bknunu_2023"), shipped("babar_bkinv_2013"), shipped("planck_relic_2018")))
    once = ("BR(B+->K+ a(inv))", "BR(B+->K+ a(inv), BaBar)", "Omega_h2", "Omega_h2_theory_error", "m_a")
    assert joint.observables == once
