"""The displaced scenario: an ALP that decays to photons, seen as missing energy where it does so outside."""

import numpy as np
import pytest

from alpfit.errors import ConfigurationError
from alpfit.scenarios import scenario_for

HBAR = 6.582119569e-25


def predict(m_a, g_agg, **others):
    values = np.broadcast_arrays(*(np.atleast_1d(v).astype(float) for v in (m_a, g_agg, *others.values())))
    return scenario_for("displaced").predict(dict(zip(("m_a", "g_agg", *others), values, strict=True))).values


def test_its_lifetime_is_that_of_two_photons():
    # 1324 ps at 0.1 GeV and 1e-5/GeV: 64 pi/(g^2 m^3)
    tau = predict(0.1, 1e-5)["tau_a"][0]
    assert tau == pytest.approx(1324e-12, rel=1e-3, abs=0.0)
    assert tau == pytest.approx(HBAR * 64.0 * np.pi / (1e-10 * 1e-3), rel=1e-12, abs=0.0)


def test_it_decays_to_photons_alone():
    values = predict([0.01, 1.0], 1e-5)
    np.testing.assert_array_equal(values["BR(a->gg)"], 1.0)
    np.testing.assert_array_equal(values["BR(a->inv)"], 0.0)


def test_it_is_missing_energy_where_it_lives_long_and_visible_where_not():
    values = predict([0.001, 3.0], 1e-5)
    assert values["P_inv"][0] > 0.99
    assert values["P_inv"][1] < 1e-100
    np.testing.assert_allclose(values["BR(B+->K+ a(inv))"], values["BR(B+->K+ a)"] * values["P_inv"], rtol=1e-14)


def test_the_closer_the_detector_ends_the_more_escapes():
    values = predict(0.1, 3e-5)
    invisible = {name: values[f"BR(B+->K+ a(inv){name})"][0] for name in ("", ", BaBar", ", Belle")}
    assert invisible[", BaBar"] > invisible[", Belle"] > invisible[""] > 0.0


def test_its_predictions_of_production_are_those_of_the_invisible_scenario():
    point = {"m_a": 0.3, "g_agg": 2e-5}
    ours = predict(**point)
    theirs = (
        scenario_for("invisible")
        .predict({name: np.array([value]) for name, value in {**point, "r": 0.7, "g_achi": 1.0}.items()})
        .values
    )
    assert set(ours) == set(scenario_for("displaced").observables)
    for name, values in ours.items():
        np.testing.assert_allclose(theirs[name], values, rtol=1e-12, err_msg=name)


def test_there_is_nothing_to_diagnose():
    assert scenario_for("displaced").diagnose({"m_a": np.array([1.0])}) == {}
    assert scenario_for("displaced").remarks({"m_a": np.array([1.0, 2.0])}) == ("", "")


def test_a_scenario_that_is_misspelt_is_told_as_in_a_file():
    with pytest.raises(ConfigurationError, match=r"scenario = 'invisble' is not known: did you mean 'invisible'\?"):
        scenario_for("invisble")
