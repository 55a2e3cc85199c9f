"""What holds for every scenario: its names are distinct, each is described, and it can do without a signal."""

import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser

from alpfit.errors import ConfigurationError
from alpfit.scenarios import SCENARIOS, Quantity, scenario_for
from alpfit.scenarios.registry import widest_scenario

POINT = {"m_a": 0.2, "r": 0.47, "g_agg": 1e-3, "g_achi": 1e-3}
HEAVY = {"r": 0.55, "g_achi": 1e-1}
"""Dark matter to which the ALP cannot decay, and which annihilates fast enough nevertheless."""

FAMILY = {name: (name, {}) for name in SCENARIOS} | {"displaced with dark matter": ("displaced", HEAVY)}


@pytest.fixture(params=FAMILY)
def member(request):
    return FAMILY[request.param]


@pytest.fixture
def scenario(member):
    name, others = member
    return scenario_for(name, others)


@pytest.fixture
def points(scenario, member):
    point = {**POINT, **member[1]}
    return {name: np.array([point[name], 1.1 * point[name]]) for name in scenario.parameters}


def test_parameters_and_observables_have_distinct_names(scenario):
    names = [*scenario.parameters, *scenario.optional, *scenario.observables]
    assert len(names) == len(set(names))
    assert not any("/" in name for name in names)  # which netCDF takes for a path


def test_every_quantity_is_described_and_its_label_is_mathtext(scenario):
    parser = MathTextParser("path")
    for quantities in (scenario.parameters, scenario.optional, scenario.observables):
        for name, quantity in quantities.items():
            assert quantity.description, name
            assert parser.parse(quantity.axis_label).width > 0.0, name


def test_the_headline_is_predicted(scenario):
    assert set(scenario.headline) <= set(scenario.observables)


def test_every_observable_is_predicted(scenario, points):
    predictions = scenario.predict(points)
    assert predictions.failures == ("", "")
    assert set(predictions.values) == set(scenario.observables)
    for name, values in predictions.values.items():
        assert values.shape == (2,), name
        assert np.isfinite(values).all(), name


def test_without_a_signal_rates_are_zero_and_branching_ratios_are_those_of_photons(scenario, points):
    silent = scenario.without_signal(points)
    assert "Omega_h2" not in silent
    rates = [name for name in scenario.observables if name.startswith(("BR(B", "BR(K", "BR(Z", "g_agg", "sigma"))]
    assert "BR(B+->K+ a(inv))" in rates
    for name in rates:
        np.testing.assert_array_equal(silent[name], 0.0, err_msg=name)
    np.testing.assert_array_equal(silent["g_agg"], 0.0)
    np.testing.assert_array_equal(silent["m_a"], points["m_a"])


def test_nuisance_parameters_have_a_published_prior_and_their_mean_changes_nothing(scenario, points):
    reference = scenario.predict(points).values
    nuisances = {name: q.published for name, q in scenario.optional.items() if q.published is not None}
    assert set(nuisances) == {"f0_scale", "A0_scale", "vtb_vts_scale", "K_to_pi_scale"}
    for name, published in nuisances.items():
        assert published.source
        assert 0.0 < published.sigma < 0.5
        same = scenario.predict({**points, name: np.full(2, published.mean)}).values
        for observable, values in same.items():
            np.testing.assert_allclose(values, reference[observable], rtol=1e-13, err_msg=observable)


@pytest.mark.parametrize(
    ("name", "power", "scaled"),
    [
        ("f0_scale", 2, "BR(B+->K+"),
        ("A0_scale", 2, "BR(B0->K*0"),
        ("vtb_vts_scale", 2, ("BR(B+->K+", "BR(B0->K*0")),
        ("K_to_pi_scale", 1, ("BR(K+", "BR(KL")),
    ],
)
def test_a_scale_multiplies_its_decays_alone(scenario, points, name, power, scaled):
    reference = scenario.predict(points).values
    doubled = scenario.predict({**points, name: np.full(2, 2.0)}).values
    assert [observable for observable in doubled if observable.startswith(scaled)]
    for observable, values in doubled.items():
        factor = 2.0**power if observable.startswith(scaled) else 1.0
        np.testing.assert_allclose(values, factor * reference[observable], rtol=1e-13, err_msg=observable)


def test_the_published_error_of_the_form_factor_is_that_of_the_choice():
    errors = {
        choice: scenario_for("displaced", physics={"form_factor": choice}).optional["f0_scale"].published.sigma
        for choice in ("hpqcd2022", "exponential")
    }
    assert errors["hpqcd2022"] == pytest.approx(0.0090 / 0.2545, rel=0.02)  # arXiv:2207.12468, table V
    assert errors["exponential"] == pytest.approx(0.041 / 0.331, rel=0.05)  # hep-ph/0406232


def test_without_hypercharge_the_coupling_to_photons_is_a_quarter_of_that_to_w_bosons(scenario, points):
    # c_B = 0: g_agg = sin^2(theta_W) g_aww
    values = scenario.predict({**points, "cB_over_cW": np.zeros(2)}).values
    given = scenario.predict({**points, "g_aww": points["g_agg"] / 0.23121}).values
    for name in values:
        np.testing.assert_allclose(values[name], given[name], rtol=1e-12, err_msg=name)


def test_the_z_decays_to_an_alp_only_where_the_couplings_differ(scenario, points):
    name = "BR(Z->gamma a(inv))"
    np.testing.assert_array_equal(scenario.predict(points).values[name], 0.0)
    feeble = {**points, "g_agg": np.full(2, 1e-9)}  # which escapes
    assert (scenario.predict({**feeble, "cB_over_cW": np.zeros(2)}).values[name] > 0.0).all()


def test_a_point_outside_of_its_range_fails_alone(scenario, points):
    bad = {**points, "m_a": np.array([points["m_a"][0], -1.0])}
    predictions = scenario.predict(bad)
    assert predictions.failures[0] == ""
    assert predictions.failures[1].startswith("m_a = -1 must be between ")
    assert np.isnan(predictions.values["BR(B+->K+ a)"][1])
    assert predictions.values["BR(B+->K+ a)"][0] == scenario.predict(points).values["BR(B+->K+ a)"][0]


def test_an_axis_label_ends_with_the_unit_if_there_is_one():
    assert Quantity(r"m_a", "GeV", "ALP mass").axis_label == "$m_a$ [GeV]"
    assert Quantity(r"\Omega h^2", "", "relic density").axis_label == r"$\Omega h^2$"


def test_its_regimes_are_scenarios_which_have_words_for_them(scenario, points):
    ends = {name: (values[0], values[1]) for name, values in points.items()}
    regimes = scenario.regimes(ends)
    assert regimes
    assert set(regimes) <= set(SCENARIOS)
    assert all(regimes.values())


def test_what_says_the_same_twice_are_optional_parameters(scenario):
    assert {name for pair in scenario.alternatives for name in pair} <= set(scenario.optional)


def test_where_it_has_a_border_it_says_what_decides_and_what_to_do(scenario, points):
    ends = {name: (0.9 * values.min(), 1.1 * values.max()) for name, values in points.items()}
    if len(scenario.regimes(ends)) > 1:
        assert scenario.border
        assert scenario.reach(ends)
    assert bool(scenario.border) == bool(scenario.reach(ends))


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_extended_scenario_has_the_parameters_of_its_extension_and_all_that_it_had(name):
    extension = SCENARIOS[name].extension
    alone, widest = scenario_for(name), widest_scenario(name)
    extended = set() if extension is None else set(extension.parameters)
    assert set(widest.parameters) == {*alone.parameters, *extended}
    assert extended.isdisjoint(alone.parameters)
    assert set(alone.observables) <= set(widest.observables)


def test_rates_are_those_of_the_whole_prediction(scenario, points):
    rates, values = scenario.predict_rates(points), scenario.predict(points).values
    assert set(scenario.observables) - set(rates) <= {"Omega_h2", "Omega_h2_theory_error"}
    for name, array in rates.items():
        np.testing.assert_array_equal(array, values[name], err_msg=name)


def test_a_table_that_is_none_of_the_scenarios_is_not_passed_over():
    with pytest.raises(
        ConfigurationError, match=r"\[relc\] is no table of the scenario 'displaced': did you mean 'relic'"
    ):
        scenario_for("displaced", relc={"engine": "nbe"})
