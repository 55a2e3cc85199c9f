"""The displaced scenario with dark matter: the model that ``invisible`` is, on either side of r = 1/2."""

import numpy as np
import pytest

from alpfit.physics.widths import alp_widths
from alpfit.scenarios import DARK_MATTER, scenario_for

POINT = {"m_a": 0.3, "r": 0.55, "g_agg": 1e-3, "g_achi": 1e-1}
RELIC = {"engine": "nbe"}


@pytest.fixture(scope="module")
def displaced():
    return scenario_for("displaced", POINT, relic=RELIC)


@pytest.fixture(scope="module")
def invisible():
    return scenario_for("invisible", POINT, relic=RELIC)


def points(**values):
    given = {**POINT, **values}
    n = max(np.size(value) for value in given.values())
    return {name: np.full(n, value, dtype=float) for name, value in given.items()}


@pytest.mark.parametrize("name", DARK_MATTER)
def test_one_parameter_of_dark_matter_makes_the_other_one_needed(name):
    assert set(DARK_MATTER) <= set(scenario_for("displaced", ["m_a", "g_agg", name]).parameters)


@pytest.mark.parametrize("names", [(), ("m_a", "g_agg"), ("m_a", "g_agg", "g_aww", "f0_scale")])
def test_without_them_it_is_the_alp_alone(names):
    scenario = scenario_for("displaced", names, relic=RELIC)
    assert scenario == scenario_for("displaced", relic=RELIC)
    assert set(scenario.parameters) == {"m_a", "g_agg"}
    assert scenario.headline == ("Gamma_a", "tau_a", "P_inv", "BR(B+->K+ a)", "BR(B+->K+ a(inv))")
    assert not {"m_chi", "Omega_h2", "Omega_h2_theory_error", "sigma_v_today"} & set(scenario.observables)


def test_with_them_it_is_what_invisible_is(displaced, invisible):
    everywhere = points(r=[0.45, 0.4999, 0.5, 0.5001, 0.6])
    ours, theirs = displaced.predict(everywhere), invisible.predict(everywhere)
    assert ours.failures == theirs.failures == ("",) * 5
    assert displaced.headline == invisible.headline
    for name, values in ours.values.items():
        np.testing.assert_array_equal(values, theirs.values[name], err_msg=name)


@pytest.mark.parametrize("engine", ["cbe", "nbe"])
def test_at_the_border_invisible_and_displaced_say_the_same(engine):
    """What is left of the difference is Gamma(a -> chi chi), which goes as sqrt(1 - 2r)."""
    invisible, displaced = (scenario_for(name, POINT, relic={"engine": engine}) for name in ("invisible", "displaced"))
    below, at, above = (
        scenario.predict(points(m_a=0.01, r=r, g_achi=1e-3))  # which lives long
        for scenario, r in ((invisible, np.nextafter(0.5, 0.0)), (displaced, 0.5), (displaced, np.nextafter(0.5, 1.0)))
    )
    assert below.failures == at.failures == above.failures == ("",)
    assert at.values["BR(a->inv)"] == above.values["BR(a->inv)"] == 0.0 < below.values["BR(a->inv)"] < 1e-6
    for name, values in at.values.items():
        # the theory error is a table, whose rows end on both sides of the border
        rtol, atol = (0.1 if name == "Omega_h2_theory_error" else 1e-3), (1e-6 if name == "BR(a->inv)" else 0.0)
        np.testing.assert_allclose(below.values[name], values, rtol, atol, err_msg=name)
        np.testing.assert_allclose(above.values[name], values, rtol, atol, err_msg=name)


@pytest.mark.parametrize("r", [0.5, 0.6, 0.9])
def test_what_an_alp_alone_does_it_does_beside_dark_matter_that_it_cannot_decay_to(displaced, r):
    beside = points(m_a=np.geomspace(1e-3, 4.0, 9), r=r, g_agg=1e-5)
    alone = scenario_for("displaced", relic=RELIC).predict({name: beside[name] for name in ("m_a", "g_agg")}).values
    seen = displaced.predict_rates(beside)
    assert set(alone) == set(scenario_for("displaced", relic=RELIC).observables)
    for name, values in alone.items():
        np.testing.assert_array_equal(seen[name], values, err_msg=name)


def test_below_the_border_its_invisible_fraction_is_that_of_the_widths(displaced):
    near = points(r=[0.42, 0.47, 0.49], g_achi=1e-4)
    np.testing.assert_array_equal(displaced.predict_rates(near)["BR(a->inv)"], alp_widths(*near.values())[3])


@pytest.mark.parametrize(
    ("ends", "names"),
    [
        ((0.4, 0.49), {"invisible"}),
        ((0.4, 0.5), {"invisible"}),
        ((0.4, 0.51), {"invisible", "displaced"}),
        ((0.5, 0.6), {"displaced"}),
        ((0.5, 0.5), {"displaced"}),  # there the width to chi vanishes
        ((0.45, 0.45), {"invisible"}),
    ],
)
def test_its_regimes_are_the_sides_of_the_border_that_r_reaches(displaced, invisible, ends, names):
    assert set(displaced.regimes({"r": ends})) == set(invisible.regimes({"r": ends})) == names


def test_alps_that_are_hardly_in_equilibrium_are_told_and_weaken_what_the_density_says(displaced):
    """With ever weaker couplings to photons, until there is no density left."""
    at = points(m_a=0.1, r=2.0, g_agg=np.array([1e-6, 6e-9, 1e-9]), g_achi=0.05)
    predictions, remarks = displaced.predict(at), displaced.remarks(at)
    assert remarks[0] == remarks[2] == ""
    assert "are taken to be in equilibrium" in remarks[1]
    error = predictions.values["Omega_h2_theory_error"]
    assert error[1] > error[0] + 0.1
    assert np.isnan(predictions.values["Omega_h2"]).tolist() == [False, False, True]
    assert "not in equilibrium" in predictions.failures[2]


def test_pairs_today_are_predicted_where_chi_at_rest_can_make_them(displaced):
    rates = displaced.predict_rates(points(r=np.array([0.45, 0.9, 1.1, 3.0])))["sigma_v_pairs_today"]
    assert (rates > 0.0).tolist() == [False, False, True, True]
