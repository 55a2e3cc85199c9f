"""What only the whole of an input shows: parameters against the scenario, measurements against its predictions."""

from pathlib import Path

import pytest
from inputs import REMOVED, changed, refusal
from shipped_entries import all_shipped, shipped

from alpfit.config import check_entry, load_configuration, parse_configuration
from alpfit.errors import ConfigurationError
from alpfit.likelihoods import names
from alpfit.likelihoods.catalogue import load_folder

EXAMPLE = Path(__file__).parents[2] / "examples" / "invisible.toml"


# What only the whole shows


@pytest.mark.parametrize("name", ["m_a", "r", "g_agg", "g_achi"])
def test_every_parameter_of_the_scenario_must_be_there(name):
    place = f"parameters__{name}"
    assert refusal(**{place: REMOVED}) == f"[parameters] {name} is missing: give it a prior or a fixed value"


def test_a_likelihood_counts_once():
    twice = ["planck_relic_2018", "belle2_bknunu_2023", "planck_relic_2018"]
    assert refusal(likelihoods=twice) == "likelihoods: 'planck_relic_2018' is named twice"


def test_options_are_for_the_likelihoods_of_the_run():
    message = refusal(likelihoods=["belle2_bknunu_2023"], options__planck_relic_2018={"upper_limit": True})
    assert message.startswith("[options.planck_relic_2018] is not one of this run's likelihoods: ")


def test_an_entry_without_options_takes_none():
    message = refusal(likelihoods=["babar_bkinv_2013"], options__babar_bkinv_2013={"beyond_limit": 1.0})
    assert message == "[options.babar_bkinv_2013] beyond_limit is not an option of this entry: it has none"


# What fits together


def test_measurements_of_the_same_data_are_not_combined():
    message = refusal(likelihoods=["na62_kpix_2021", "belle2_bknunu_2023", "na62_kpix_2025"])
    assert message == (
        "likelihoods: 'na62_kpix_2021' and 'na62_kpix_2025' use the same data, which would count twice: "
        "name one of them"
    )


def test_a_projection_needs_to_be_allowed():
    projection = ["belle2_gamma_inv_20fb_2017"]
    message = refusal(likelihoods=projection)
    assert message == (
        "likelihoods: 'belle2_gamma_inv_20fb_2017' is a projection, not data: leave it out, or set projection = true"
    )
    assert parse_configuration(changed(likelihoods=projection, projection=True)).likelihoods == projection


def test_a_measurement_belongs_to_its_scenarios():
    message = refusal(likelihoods=["e137_1988"])
    assert message == (
        "likelihoods: 'e137_1988' is made for: displaced, and does not hold for r < 1/2, where a -> chi chi is open, "
        "but r is from 0.45 to 0.49: leave the entry out"
    )


# Dark matter in the displaced scenario


ALONE = {"scenario": "displaced", "parameters__r": REMOVED, "parameters__g_achi": REMOVED}


DARK = ["planck_relic_2018", "cmb_annihilation_2018", "fermi_lines_2015", "fermi_lines_r16_2015"]


OF_PHOTONS = [entry.name for entry in all_shipped() if entry.scenarios == ("displaced",)]


def uniform(low, high):
    return {"prior": "uniform", "min": low, "max": high}


@pytest.mark.parametrize(("missing", "there"), [("r", "g_achi"), ("g_achi", "r")])
def test_dark_matter_has_both_of_its_parameters_or_none(missing, there):
    assert refusal(scenario="displaced", **{f"parameters__{missing}": REMOVED}) == (
        f"[parameters] {missing} is missing: give it a prior or a fixed value, or leave out {there}: "
        "'displaced' has both of them or neither"
    )


def test_a_slip_in_a_parameter_of_dark_matter_has_its_name_as_a_hint():
    message = refusal(**ALONE, parameters__g_ach=1e-3)
    assert message.startswith("[parameters] g_ach is not a parameter of this scenario: did you mean 'g_achi'?")


@pytest.mark.parametrize("name", DARK)
def test_what_is_measured_of_dark_matter_needs_its_parameters(name):
    observable = shipped(name).observables[0]
    assert refusal(**ALONE, likelihoods=[name]) == (
        f"likelihoods: '{name}' needs {observable}, which the scenario 'displaced' predicts only with dark matter: "
        "give r and g_achi in [parameters]"
    )
    for r in (uniform(0.4, 0.6), 0.5, 0.45, 0.6):
        parse_configuration(changed(scenario="displaced", likelihoods=[name], parameters__r=r))


def test_an_option_that_reads_the_relic_density_needs_dark_matter_too(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    limit = (Path(__file__).parents[2] / "likelihoods" / "l3_zgammainv_1997" / "likelihood.toml").read_text()
    share = 'options = ["rescale"]\n[rescale]\nby = "Omega_h2"\nreference = 0.12\npower = 2.0\n'
    (folder / "likelihood.toml").write_text(limit.replace("[data]", f"{share}[data]"))
    parse_configuration(changed(**ALONE, likelihoods=[str(folder)]))
    message = refusal(**ALONE, likelihoods=[str(folder)], options__mine={"rescale": True})
    assert message.startswith("likelihoods: 'mine' needs Omega_h2, which the scenario 'displaced' predicts only with")


def test_without_dark_matter_the_entries_of_invisible_alone_do_not_hold():
    assert refusal(**ALONE, likelihoods=["sn1987a_invisible_2017"]) == (
        "likelihoods: 'sn1987a_invisible_2017' is made for: invisible, and does not hold without dark matter, where "
        "all decays of a are to photons: leave the entry out"
    )


@pytest.mark.parametrize("scenario", ["invisible", "displaced"])
@pytest.mark.parametrize("name", ["sn1987a_invisible_2017", *OF_PHOTONS])
def test_an_entry_holds_on_its_side_of_the_border_alone(scenario, name):
    below = name == "sn1987a_invisible_2017"
    inside, outside = (uniform(0.3, 0.5), uniform(0.5, 0.9)) if below else (uniform(0.5, 0.9), uniform(0.3, 0.5))
    given = {"scenario": scenario, "likelihoods": [name], "projection": shipped(name).projection}
    for r in (inside, 0.4 if below else 0.6):
        assert parse_configuration(changed(**given, parameters__r=r)).entries == [name]
    side = "r > 1/2, where all decays of a are to photons" if below else "r < 1/2, where a -> chi chi is open"
    refused = (
        f"likelihoods: '{name}' is made for: {'invisible' if below else 'displaced'}, and does not hold for {side}"
    )
    low, high = outside["min"], outside["max"]
    assert (
        refusal(**given, parameters__r=outside) == f"{refused}, but r is from {low:g} to {high:g}: leave the entry out"
    )
    assert refusal(**given, parameters__r=0.6 if below else 0.4).startswith(f"{refused}, but r = 0.")
    assert refusal(**given, parameters__r=uniform(0.3, 0.9)) == (
        f"{refused}, but r is from 0.3 to 0.9: bound r's prior at 0.5, or leave the entry out"
    )


def test_a_prior_without_an_end_reaches_both_sides():
    normal = {"prior": "normal", "mean": 0.6, "sigma": 0.01}
    message = refusal(scenario="displaced", likelihoods=["e137_1988"], parameters__r=normal)
    assert message.endswith(": bound r's prior at 0.5, or leave the entry out")
    assert "r is from 0.01 to " in message
    cut = {"prior": "truncated-normal", "mean": 0.6, "sigma": 0.01, "min": 0.5, "max": 0.7}
    parse_configuration(changed(scenario="displaced", likelihoods=["e137_1988"], parameters__r=cut))


@pytest.mark.parametrize("low", [0.3, 0.41, 0.45, 0.47])
@pytest.mark.parametrize("prior", ["uniform", "log-uniform"])
def test_a_prior_that_ends_at_the_border_does_not_reach_beyond_it(low, prior):
    below, above = ({"prior": prior, "min": ends[0], "max": ends[1]} for ends in ((low, 0.5), (0.5, low + 0.3)))
    for r, name in ((below, "sn1987a_invisible_2017"), (above, "e137_1988")):
        parse_configuration(changed(scenario="displaced", likelihoods=[name], parameters__r=r))


def test_the_example_with_dark_matter_is_a_good_file_on_both_sides_of_the_border():
    configuration = load_configuration(EXAMPLE.with_name("displaced_dark_matter.toml"))
    assert configuration.scenario == "displaced"
    assert (configuration.priors["r"].min, configuration.priors["r"].max) == (0.4, 5.0)
    assert "Omega_h2" in configuration.theory.headline


def test_the_second_coupling_is_given_in_one_way():
    message = refusal(parameters__g_aww=1e-4, parameters__cB_over_cW=0.5)
    assert message == "[parameters] g_aww and cB_over_cW say the same twice: give one of them"


# Entries against their scenarios


@pytest.mark.parametrize("name", names())
def test_every_entry_reads_what_its_scenarios_predict(name):
    check_entry(shipped(name))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("BR(Z->gamma a(inv))", "BR(Z->gamma b)", "needs BR(Z->gamma b), which the scenario 'invisible' does not"),
        ('"invisible"', '"invisibel"', "scenarios: 'invisibel' is not known: did you mean 'invisible'?"),
    ],
)
def test_an_unknown_observable_or_scenario_is_named(tmp_path, old, new, expected):
    text = (Path(__file__).parents[2] / "likelihoods" / "l3_zgammainv_1997" / "likelihood.toml").read_text()
    (tmp_path / "likelihood.toml").write_text(text.replace(old, new))
    with pytest.raises(ConfigurationError) as caught:
        check_entry(load_folder(tmp_path))
    assert expected in str(caught.value)


OUTSIDE = {
    "r": "-5",
    "m_a": "1e9",
    "g_agg": "-1e-4",
    "g_achi": '{ prior = "uniform", min = -2.0, max = -1.0 }',
    "f0_scale": "-1.0",
}


@pytest.mark.parametrize(("name", "value"), OUTSIDE.items())
def test_a_value_at_which_the_model_has_no_prediction_is_refused_before_anything_runs(tmp_path, name, value):
    path = tmp_path / "fit.toml"
    path.write_text(EXAMPLE.read_text())
    with pytest.raises(ConfigurationError, match=rf"\[parameters\] {name} .* it must be between"):
        load_configuration(path, [f"parameters.{name}={value}"])
