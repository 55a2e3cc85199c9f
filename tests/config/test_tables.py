"""The typed tables of a run's input: defaults, types and ranges, and the completed input that is the same fit."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from inputs import REMOVED, changed, refusal

from alpfit.config import load_configuration, parse_configuration
from alpfit.errors import ConfigurationError
from alpfit.inference.priors import LogUniform, Uniform
from alpfit.inference.samplers import SAMPLERS, Nautilus
from alpfit.scenarios import Choices

EXAMPLE = Path(__file__).parents[2] / "examples" / "invisible.toml"


# Files that are good


def test_what_is_left_out_has_a_default(file):
    configuration = load_configuration(file)
    assert configuration.tables["relic"]["engine"] == "cbe"
    assert configuration.tables["relic"]["annihilation_scale"] == "unitary"
    assert configuration.tables["physics"]["form_factor"] == "hpqcd2022"
    assert configuration.tables["physics"]["top_mass"] == "msbar"
    assert configuration.sampler == Nautilus()


def test_numbers_fix_parameters_and_tables_give_them_priors(file):
    configuration = load_configuration(file)
    assert configuration.fixed == {"m_a": 1.0}
    assert list(configuration.priors) == ["r", "g_agg", "g_achi"]
    assert configuration.priors["r"] == Uniform(prior="uniform", min=0.45, max=0.49)
    assert configuration.priors["g_agg"] == LogUniform(prior="log-uniform", min=2e-5, max=5e-4)


def test_a_whole_number_fixes_a_parameter_too():
    assert parse_configuration(changed(parameters__m_a=2)).fixed == {"m_a": 2.0}


def test_the_optional_parameter_can_be_given():
    assert parse_configuration(changed(parameters__g_aww=1e-4)).fixed == {"m_a": 1.0, "g_aww": 1e-4}


@pytest.mark.parametrize("scale", ["unitary", "printed", "table1", 0.5, 2])
def test_the_annihilation_scale_is_a_name_or_a_positive_number(scale):
    configuration = parse_configuration(changed(relic__annihilation_scale=scale))
    assert configuration.theory.options.annihilation_scale == scale


def test_the_choices_reach_the_scenario():
    changes = {"relic__engine": "nbe", "relic__annihilation_scale": 0.5, "physics__top_mass": "pole"}
    changes |= {"relic__plasma": "borsanyi-2016", "relic__self_scattering": False, "relic__closure": "energy"}
    scenario = parse_configuration(changed(**changes)).theory
    assert scenario.options == Choices(
        "nbe", False, "energy", 0.5, "borsanyi-2016", "hpqcd2022", "pole", "flavio-2.7.1"
    )


def test_the_options_reach_the_likelihoods():
    configuration = parse_configuration(changed(options__planck_relic_2018={"upper_limit": True}))
    belle2, planck = configuration.likelihood.measurements
    assert (belle2.name, planck.name) == ("belle2_bknunu_2023", "planck_relic_2018")
    assert planck.options == {"relative_theory_error": "Omega_h2_theory_error", "upper_limit": True}


def test_the_problem_has_the_files_parameters_and_likelihoods(file):
    problem = load_configuration(file).problem
    assert problem.names == ("r", "g_agg", "g_achi")
    assert problem.entries == ("belle2_bknunu_2023", "planck_relic_2018")
    assert problem.fixed == {"m_a": 1.0}


# The completed input


def test_the_completed_input_has_every_default(file):
    completed = tomllib.loads(load_configuration(file).to_toml())
    assert completed["relic"] == {
        "engine": "cbe",
        "self_scattering": True,
        "closure": "pressure",
        "annihilation_scale": "unitary",
        "plasma": "saikawa-shirai-2018",
    }
    assert completed["physics"] == {"form_factor": "hpqcd2022", "top_mass": "msbar", "ckm": "flavio-2.7.1"}
    assert completed["projection"] is False
    assert completed["options"]["planck_relic_2018"] == {
        "relative_theory_error": "Omega_h2_theory_error",
        "upper_limit": False,
    }
    assert completed["options"]["belle2_bknunu_2023"] == {"standard_model": 4.97e-6, "standard_model_error": 3.7e-7}
    assert completed["sampler"]["name"] == "nautilus"
    assert {"n_live", "n_eff", "f_live", "seed", "n_networks"} <= set(completed["sampler"])


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"options__planck_relic_2018": {"upper_limit": True}, "relic__annihilation_scale": 0.543},
        {"parameters__r": {"prior": "truncated-normal", "mean": 0.47, "sigma": 0.01, "min": 0.4, "max": 0.5}},
        {"parameters__g_aww": {"prior": "log-normal", "median": 1e-4, "sigma": 0.1}, "sampler__n_like_max": 1000},
        {"parameters__g_achi": 1.2345678901234567e-3},
    ],
    ids=["defaults", "options", "truncated normal", "optional parameter", "digits"],
)
def test_the_completed_input_is_the_same_fit(tmp_path, changes):
    original = parse_configuration(changed(**changes))
    (tmp_path / "completed.toml").write_text(original.to_toml())
    again = load_configuration(tmp_path / "completed.toml")
    assert again.problem == original.problem
    assert again.sampler == original.sampler
    assert again.to_toml() == original.to_toml()


def test_the_completed_input_gives_the_same_likelihood(tmp_path, file):
    original = load_configuration(file)
    (tmp_path / "completed.toml").write_text(original.to_toml())
    u = np.full((1, 3), 0.4)
    first, again = (c.problem for c in (original, load_configuration(tmp_path / "completed.toml")))
    assert first.evaluate(first.prior_transform(u)).log_l == again.evaluate(again.prior_transform(u)).log_l


# Overrides


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_completed_input_keeps_every_sampler(file, tmp_path, name):
    original = load_configuration(file, [f"sampler.name={name}", "sampler.seed=4", "parallel.executor=serial"])
    assert type(original.sampler) is SAMPLERS[name]
    (tmp_path / "completed.toml").write_text(original.to_toml())
    again = load_configuration(tmp_path / "completed.toml")
    assert (again.sampler, again.parallel) == (original.sampler, original.parallel)


# Types


WRONG_TYPES = {
    "relic": ({"relic": 3}, "relic = 3 must be a table: [relic]"),
    "physics": ({"physics": []}, "physics = [] must be a table: [physics]"),
    "sampler": ({"sampler": "dynesty"}, "sampler = 'dynesty' must be a table: [sampler]"),
    "parameters": ({"parameters": 3}, "parameters = 3 must be a table: [parameters]"),
    "options": ({"options": True}, "options = True must be a table: [options]"),
    "options of an entry": (
        {"options__planck_relic_2018": 3},
        "[options] planck_relic_2018 = 3 must be a table: [options.planck_relic_2018]",
    ),
    "likelihoods": ({"likelihoods": "planck_relic_2018"}, "likelihoods = 'planck_relic_2018': must be a valid list"),
    "a likelihood": ({"likelihoods": [3]}, "likelihoods.0 = 3: must be a valid string"),
    "n_live": ({"sampler__n_live": "many"}, "sampler.n_live = 'many': must be a valid integer"),
    "an option": (
        {"options__planck_relic_2018__upper_limit": "maybe"},
        "[options.planck_relic_2018] upper_limit = 'maybe': must be a valid boolean",
    ),
}


@pytest.mark.parametrize(("changes", "expected"), WRONG_TYPES.values(), ids=WRONG_TYPES)
def test_a_value_of_the_wrong_type_is_refused_with_its_place(changes, expected):
    assert refusal(**changes).startswith(expected)


@pytest.mark.parametrize("value", [True, [1.0], []])
def test_a_parameter_is_a_number_a_formula_or_a_table(value):
    message = refusal(parameters__m_a=value)
    assert message.startswith(
        f"[parameters] m_a = {value!r}: give a number to fix it, a formula in quotes, or a prior as in {{ prior = "
    )


# Numbers out of range


OUT_OF_RANGE = {
    "n_live": ({"sampler__n_live": 10}, "sampler.n_live = 10: must be greater than or equal to 20"),
    "dlogz": ({"sampler__name": "dynesty", "sampler__dlogz": 0.0}, "sampler.dlogz = 0.0: must be greater than 0"),
    "seed": ({"sampler__seed": -1}, "sampler.seed = -1: must be greater than or equal to 0"),
    "walks": (
        {"sampler__name": "dynesty", "sampler__walks": 0},
        "sampler.walks = 0: must be greater than or equal to 1",
    ),
    "bound": (
        {"sampler__name": "dynesty", "sampler__bound": "box"},
        "sampler.bound = 'box': must be 'none', 'single', 'multi'",
    ),
    "scale": ({"relic__annihilation_scale": -1.0}, "annihilation_scale = -1.0 must be a positive number"),
    "scale zero": ({"relic__annihilation_scale": 0}, "annihilation_scale = 0.0 must be a positive number"),
    "scale infinite": ({"relic__annihilation_scale": np.inf}, "annihilation_scale = inf must be a positive number"),
    "parameter": ({"parameters__m_a": np.nan}, "parameters.m_a = nan: must be a finite number"),
    "an option": (
        {"options__planck_relic_2018__relative_theory_error": -0.1},
        "[options.planck_relic_2018] relative_theory_error = -0.1: must be greater than or equal to 0",
    ),
    "an option that is neither a number nor a name": (
        {"options__planck_relic_2018__relative_theory_error": True},
        "[options.planck_relic_2018] relative_theory_error = True: must be a valid number",
    ),
}


@pytest.mark.parametrize(("changes", "expected"), OUT_OF_RANGE.values(), ids=OUT_OF_RANGE)
def test_a_number_out_of_range_is_refused_with_its_place_and_the_range(changes, expected):
    assert refusal(**changes).startswith(expected)


INTEGERS = [
    (name, option)
    for name, sampler in SAMPLERS.items()
    for option, field in sampler.model_fields.items()
    if "int" in str(field.annotation)
]


def test_every_sampler_has_options_that_are_integers():
    assert {name for name, option in INTEGERS if option != "seed"} == set(SAMPLERS)


@pytest.mark.parametrize("absurd", [10**19, 1e19, 1e300])
@pytest.mark.parametrize(("name", "option"), INTEGERS)
def test_no_sampler_begins_with_a_size_that_no_machine_has(name, option, absurd):
    assert refusal(sampler={"name": name, option: absurd}).startswith(f"sampler.{option} = {absurd!r}: ")


@pytest.mark.parametrize(
    ("sampler", "expected"),
    [
        (
            {"name": "dynesty", "n_live": 1e8},
            "sampler.n_live = 100000000.0: so many points would need 100 GB of memory",
        ),
        ({"name": "dynesty", "max_calls": 10**13}, "sampler.max_calls = 10000000000000: so many likelihood calls have"),
        ({"name": "nautilus", "n_live": 1000.5}, "sampler.n_live = 1000.5: must be a valid integer"),
        ({"name": "nautilus", "n_eff": 1e9}, "sampler.n_eff = 1000000000.0: must be less than or equal to 1000000"),
        ({"name": "emcee", "max_steps": 10**9}, "sampler: 1000000000 steps of 64 walkers do not fit into memory"),
    ],
)
def test_the_sentence_about_a_size_gives_the_reason(sampler, expected):
    assert refusal(sampler=sampler).startswith(expected)


def test_a_size_may_be_written_as_a_power_of_ten(file):
    assert load_configuration(file, ["sampler.n_live=1e3"]).sampler.n_live == 1000


# Priors


BAD_PRIORS = {
    "no kind": ({"min": 1.0, "max": 2.0}, "[parameters] r has no key 'prior': "),
    "a number as kind": ({"prior": 3}, "[parameters] r: prior = 3 is not known: "),
    "no maximum": ({"prior": "uniform", "min": 1.0}, "parameters.r.max is missing"),
    "upside down": ({"prior": "uniform", "min": 2.0, "max": 1.0}, "min = 2 must be below max = 1"),
    "no width": ({"prior": "log-uniform", "min": 2.0, "max": 2.0}, "min = 2 must be below max = 2"),
    "through zero": (
        {"prior": "log-uniform", "min": -1.0, "max": 1.0},
        "parameters.r.min = -1.0: must be greater than 0",
    ),
    "infinite": ({"prior": "uniform", "min": 1.0, "max": np.inf}, "parameters.r.max = inf: must be a finite number"),
    "text": ({"prior": "uniform", "min": "a", "max": 2.0}, "parameters.r.min = 'a': must be a valid number"),
    "no sigma": ({"prior": "normal", "mean": 0.4, "sigma": 0.0}, "parameters.r.sigma = 0.0: must be greater than 0"),
    "another's key": ({"prior": "normal", "mean": 0.4, "sigma": 0.1, "min": 0}, "[parameters.r] min is not known: "),
}


@pytest.mark.parametrize(("prior", "expected"), BAD_PRIORS.values(), ids=BAD_PRIORS)
def test_a_prior_that_cannot_be_is_refused_with_its_place(prior, expected):
    message = refusal(parameters__r=prior)
    assert expected in message
    assert message.startswith(("[parameters] r", "[parameters.r]", "parameters.r"))


# What only the whole shows


@pytest.mark.parametrize("table", ["scenario", "likelihoods"])
def test_what_has_no_default_must_be_there(table):
    assert refusal(**{table: REMOVED}) == f"{table} is missing"


def test_parameters_must_be_there():
    assert refusal(parameters=REMOVED) == "[parameters] m_a is missing: give it a prior or a fixed value"


def test_at_least_one_likelihood_is_needed():
    assert refusal(likelihoods=[]).startswith("likelihoods = []: ")


# Entries against their scenarios


NOT_NUMBERS = {
    "sampler.seed": '"7"',
    "sampler.n_live": "true",
    "checkpoint_interval": "true",
    "projection": "1",
    "parallel.workers": '"2"',
    "parallel.chunk": "2.5",
    "parallel.timeout": '"30"',
    "relic.annihilation_scale": "true",
    "relic.self_scattering": "1",
}


@pytest.mark.parametrize(("place", "value"), NOT_NUMBERS.items())
def test_a_number_is_a_number_and_a_truth_value_one(tmp_path, place, value):
    path = tmp_path / "fit.toml"
    path.write_text(EXAMPLE.read_text())
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(path, [f"{place}={value}"])
    assert place.split(".")[-1] in str(caught.value)
    assert value.strip('"') in str(caught.value).lower()
