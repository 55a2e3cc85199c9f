"""The missing-energy scenario: predictions at a benchmark, batches, the optional coupling and failures."""

import numpy as np
import pytest
from published import POINTS

from alpfit.physics.escape import BELLE2, outside_after_decay
from alpfit.relic import Status
from alpfit.scenarios import scenario_for

BP1U = dict(zip(("m_a", "r", "g_agg", "g_achi"), POINTS["BP1u"], strict=True))
"""The first upper row of Ding et al. 2025's Table 1."""

FROM_MESONS = ("BR(B", "BR(K")
"""How predictions begin that go through the coupling to W bosons."""


@pytest.fixture(scope="module")
def build():
    def scenario(**choices):
        physics = {name: choices.pop(name) for name in ("form_factor", "top_mass", "ckm") if name in choices}
        return scenario_for("invisible", relic=choices, physics=physics)

    return scenario


def points(*rows):
    """Points as the scenario takes them: parameter name to array."""
    return {name: np.array([row[name] for row in rows], dtype=float) for name in rows[0]}


@pytest.fixture(scope="module")
def predicted(build):
    return build().predict(points(BP1U))


@pytest.mark.parametrize(("engine", "omega_h2"), [("cbe", 0.076379), ("nbe", 0.018)])
def test_the_relic_density_of_the_benchmark_is_that_of_an_independent_calculation(build, engine, omega_h2):
    # computed with a slow, converged implementation that shares no code with this one
    assert build(engine=engine).predict(points(BP1U)).values["Omega_h2"][0] == pytest.approx(omega_h2, rel=3e-3)


def test_the_widths_of_the_benchmark_add_up(predicted):
    # to dark matter and to photons, from the same independent calculation
    dark, photons = 4.3992e-11, 1.7136e-11
    np.testing.assert_allclose(predicted.values["Gamma_a"], dark + photons, rtol=1e-4)
    np.testing.assert_allclose(predicted.values["BR(a->inv)"], dark / (dark + photons), rtol=1e-4)


def test_every_declared_observable_is_predicted_and_finite(build, predicted):
    assert list(predicted.values) == list(build().observables)
    assert all(np.isfinite(values).all() and values.shape == (1,) for values in predicted.values.values())
    assert predicted.failures == ("",)


def test_the_lifetime_is_hbar_over_the_width(predicted):
    values = predicted.values
    np.testing.assert_allclose(values["tau_a"], 6.582119569e-25 / values["Gamma_a"], rtol=1e-12)


def test_the_dark_matter_mass_is_the_ratio_times_the_alp_mass(predicted):
    assert predicted.values["m_chi"][0] == pytest.approx(0.477 * 0.75, rel=1e-14)


def test_the_invisible_rate_is_the_rate_times_the_invisible_probability(predicted):
    values = predicted.values
    product = values["BR(B+->K+ a)"] * values["P_inv"]
    np.testing.assert_allclose(values["BR(B+->K+ a(inv))"], product, rtol=1e-14)


def test_a_prompt_alp_is_invisible_only_through_dark_matter(predicted):
    # c tau = 3 micrometres
    values = predicted.values
    np.testing.assert_allclose(values["P_inv"], values["BR(a->inv)"], rtol=1e-12)
    np.testing.assert_allclose(values["g_agg*sqrt(P_inv)"], BP1U["g_agg"] * np.sqrt(values["BR(a->inv)"]), rtol=1e-12)


def test_a_long_lived_alp_is_invisible_even_where_it_cannot_decay_to_dark_matter(build):
    values = build().predict(points({"m_a": 0.01, "r": 0.6, "g_agg": 1e-3, "g_achi": 1.0})).values
    assert values["BR(a->inv)"][0] == 0.0
    assert values["tau_a"][0] > 1e-10
    assert 0.1 < values["P_inv"][0] < 1.0


def test_each_experiment_has_its_own_long_lived_alps(build):
    # 150 cm in Belle II after a decay of a B; 50 cm in BaBar with the momentum (s - m^2)/(2 sqrt s), s = 107 GeV^2
    m_a, g_agg = 0.01, 1e-3
    values = build().predict(points({"m_a": m_a, "r": 0.6, "g_agg": g_agg, "g_achi": 1.0})).values
    width = values["Gamma_a"]
    momentum = (107.0 - m_a**2) / (2.0 * np.sqrt(107.0))
    outside_babar = np.exp(-50.0 / (2.99792458e10 * values["tau_a"] * momentum / m_a))
    np.testing.assert_allclose(values["g_agg*sqrt(P_inv)"], g_agg * np.sqrt(outside_babar), rtol=1e-12)
    np.testing.assert_allclose(values["P_inv"], outside_after_decay((BELLE2,), np.array([m_a]), width)[0], rtol=1e-12)
    assert values["P_inv"][0] < 0.9 * outside_babar[0]


def test_a_batch_gives_what_its_points_give(build):
    rows = [BP1U, {**BP1U, "m_a": 2.63, "g_achi": 1.28e-4}, {**BP1U, "r": 0.49}, {**BP1U, "r": 0.52, "g_agg": 2e-3}]
    scenario = build()
    batch = scenario.predict(points(*rows))
    for i, row in enumerate(rows):
        single = scenario.predict(points(row)).values
        for name, values in batch.values.items():
            np.testing.assert_allclose(values[i], single[name][0], rtol=1e-12, err_msg=name)


def test_the_coupling_to_w_bosons_defaults_to_the_one_to_photons(build, predicted):
    tied = build().predict(points({**BP1U, "g_aww": BP1U["g_agg"]}))
    assert set(tied.values) == set(predicted.values)
    for name, values in tied.values.items():
        assert values[0] == predicted.values[name][0], name


def test_the_coupling_to_w_bosons_changes_only_the_decays_of_mesons_and_of_the_z(build, predicted):
    doubled = build().predict(points({**BP1U, "g_aww": 2.0 * BP1U["g_agg"]}))
    assert [name for name in doubled.values if name.startswith(FROM_MESONS)]
    for name, values in doubled.values.items():
        if name == "BR(Z->gamma a(inv))":
            continue
        factor = 4.0 if name.startswith(FROM_MESONS) else 1.0
        np.testing.assert_allclose(values, factor * predicted.values[name], rtol=1e-14, err_msg=name)


def test_form_factor_and_top_mass_change_only_decays_of_the_b_where_kaons_are_too_light(build, predicted):
    seed = build(form_factor="exponential", top_mass="pole").predict(points(BP1U))
    changed = {name for name, values in seed.values.items() if values[0] != predicted.values[name][0]}
    assert changed == {name for name in predicted.values if name.startswith("BR(B")}


def test_the_annihilation_scale_multiplies_the_rate_today_and_lowers_the_relic_density(build, predicted):
    printed = build(annihilation_scale="printed").predict(points(BP1U))
    np.testing.assert_allclose(printed.values["sigma_v_today"], 4.0 * predicted.values["sigma_v_today"], rtol=1e-12)
    assert printed.values["Omega_h2"][0] < 0.5 * predicted.values["Omega_h2"][0]


@pytest.mark.parametrize("name", BP1U)
@pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
def test_a_parameter_outside_its_domain_fails_alone_and_says_so(build, predicted, name, value):
    heavier = {**BP1U, "m_a": 2.63}
    predictions = build().predict(points(BP1U, {**BP1U, name: value}, heavier))
    good, bad, also = predictions.failures
    assert (good, also) == ("", "")
    assert bad.startswith(f"{name} = {value:g} must be between ")
    also_good = build().predict(points(heavier)).values
    for observable, values in predictions.values.items():
        expected = [predicted.values[observable][0], np.nan, also_good[observable][0]]
        np.testing.assert_allclose(values, expected, rtol=1e-12, err_msg=observable)


def test_a_relic_density_from_nothing_is_a_prediction_with_a_remark(build):
    feeble, scenario = {**BP1U, "g_agg": 1e-12}, build(engine="nbe")
    both = points(BP1U, feeble)
    predictions = scenario.predict(both)
    assert predictions.failures == ("", "")
    assert (predictions.values["Omega_h2"] > 0.0).all()
    assert scenario.remarks(both) == ("", f"Omega_h2: {Status.FREEZE_IN.message}")
    assert build().remarks(both) == ("", "")


def test_a_relic_density_from_nothing_has_the_error_of_its_statistics(build):
    both = points(BP1U, {**BP1U, "g_agg": 1e-12})
    errors = build(engine="nbe").predict(both).values["Omega_h2_theory_error"]
    assert errors[0] < 5.0
    assert errors[1] == pytest.approx(0.8, rel=1e-3)


def test_couplings_too_small_for_equilibrium_fail_alone_and_say_so(build, predicted):
    feeble = {**BP1U, "g_agg": 1e-12, "g_achi": 1e-9}
    predictions = build().predict(points(BP1U, feeble, BP1U))
    assert predictions.failures[0] == predictions.failures[2] == ""
    assert predictions.failures[1].startswith("no relic density: ")
    assert "couplings are too small" in predictions.failures[1]
    for observable, values in predictions.values.items():
        assert np.isnan(values[1]) == (observable == "Omega_h2")
        np.testing.assert_allclose(values[[0, 2]], predicted.values[observable][0], rtol=1e-12)


def test_a_batch_without_a_good_point_is_not_a_number_throughout(build):
    predictions = build().predict(points({**BP1U, "m_a": -1.0}, {**BP1U, "r": -1.0}))
    assert all(predictions.failures)
    assert all(np.isnan(values).all() for values in predictions.values.values())


def test_the_plasma_changes_the_relic_density_by_about_its_error(build):
    ours, other = (
        build(plasma=name).predict(points(BP1U)).values["Omega_h2"][0]
        for name in ("saikawa-shirai-2018", "borsanyi-2016")
    )
    error = build().diagnose(points(BP1U))["error from plasma"][0]
    assert abs(other / ours - 1.0) == pytest.approx(error, rel=0.02)
    assert 1e-5 < error < 0.02


def test_diagnostics_say_how_far_the_relic_density_can_be_trusted(build):
    """At the benchmark elastic scattering has long ceased, and self-scattering is about as fast as annihilation."""
    diagnostics = {name: float(values[0]) for name, values in build().diagnose(points(BP1U)).items()}
    assert 15.0 < diagnostics["x_fo"] < diagnostics["x_kd"] < 25.0
    assert diagnostics["gamma/H at x_fo"] < 1e-5
    assert diagnostics["self-scattering"] == pytest.approx(4.3992e-11 / 1.7136e-11, rel=1e-4)
    assert 0.0 <= diagnostics["late annihilation"] < 1e-9


def test_with_kinetic_equilibrium_enforced_chi_never_decouples_from_it(build):
    assert build(engine="nbe").diagnose(points(BP1U))["x_kd"][0] == np.inf
