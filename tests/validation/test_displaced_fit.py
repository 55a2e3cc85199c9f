"""Section 5.1 of Ding et al. 2025 as a number: an ALP that decays to photons outside the detector explains nothing."""

from pathlib import Path

import pytest

from alpfit import Fit

EXAMPLE = Path(__file__).parents[2] / "examples" / "displaced.toml"


@pytest.fixture(scope="module")
def explanation():
    return Fit.from_file(EXAMPLE).explain()


def test_belle2_alone_would_take_the_signal(explanation):
    # the best rate against none: (2.8 sigma)^2/2, 2.7 sigma in arXiv:2311.14647
    assert explanation.wanting == ("belle2_bknunu_2023",)
    assert explanation.gain_alone == pytest.approx(0.5 * 2.8**2, abs=0.15)


def test_all_measurements_together_gain_nothing_from_a_signal(explanation):
    assert 0.0 <= explanation.gain < 0.1


def test_what_explains_the_excess_is_excluded_by_kaon_decays(explanation):
    assert sum(min(loss, 0.0) for loss in explanation.losses.values()) < -100.0
    ranked = list(explanation.losses)
    assert set(ranked[:2]) == {"na62_kpix_2025", "e787_kpigg_2005"}


def test_no_single_likelihood_is_responsible(explanation):
    assert max(explanation.gain_without.values()) < 0.5
