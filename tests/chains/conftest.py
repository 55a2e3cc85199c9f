"""Weighted samples as a run of the missing-energy scenario would give them."""

import numpy as np
import pytest

from alpfit.inference.samples import Samples


@pytest.fixture
def samples():
    rng = np.random.default_rng(8)
    n = 600
    m_a, g_agg = rng.uniform(0.6, 4.7, n), 10.0 ** rng.uniform(-5.0, -3.0, n)
    belle2, planck = -0.5 * ((m_a - 2.0) / 0.5) ** 2, -0.5 * ((np.log10(g_agg) + 4.0) / 0.3) ** 2 + 4.0
    log_l = belle2 + planck
    log_weights = log_l + np.log(rng.random(n))
    return Samples(
        parameters={"m_a": m_a, "g_agg": g_agg},
        derived={"BR(B+->K+ a(inv))": 1.6e3 * g_agg**2, "g_agg*sqrt(P_inv)": 0.9 * g_agg},
        log_l_by_entry={"belle2_bknunu_2023": belle2, "planck_relic_2018": planck},
        log_l=log_l,
        log_weights=log_weights - np.logaddexp.reduce(log_weights),
        log_z=7.25,
        log_z_error=0.125,
        n_calls=12345,
    )
