"""The run's TOML file: complete ones, and one sentence for each way to get it wrong."""

import copy
import tomllib
from pathlib import Path

import numpy as np
import pytest

from alpfit.config import check_entry, load_configuration, parse_configuration
from alpfit.errors import AlpfitError, CatalogueError, ConfigurationError
from alpfit.inference.priors import LogUniform, TruncatedNormal, Uniform
from alpfit.inference.samplers import SAMPLERS, Nautilus
from alpfit.likelihoods import load, names
from alpfit.likelihoods.catalogue import load_folder
from alpfit.scenarios import Choices

EXAMPLE = Path(__file__).parents[2] / "examples" / "invisible.toml"

MINIMAL = """\
scenario = "invisible"
likelihoods = ["belle2_bknunu_2023", "planck_relic_2018"]

[parameters]
m_a = 1.0
r = { prior = "uniform", min = 0.45, max = 0.49 }
g_agg = { prior = "log-uniform", min = 2e-5, max = 5e-4 }
g_achi = { prior = "log-uniform", min = 1e-5, max = 1e-2 }
"""

REMOVED = object()
"""In place of a value: leave it out."""


def changed(**changes):
    """The minimal document with values replaced; ``table__key`` names a key in a table."""
    document = tomllib.loads(MINIMAL)
    for place, value in changes.items():
        *tables, key = place.split("__")
        at = document
        for table in tables:
            at = at.setdefault(table, {})
        if value is REMOVED:
            del at[key]
        else:
            at[key] = value
    return document


def refusal(**changes):
    """The message about a changed document: one line that begins with the name of the file."""
    with pytest.raises(ConfigurationError) as caught:
        parse_configuration(changed(**changes), "run.toml")
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("run.toml: ")
    return message.removeprefix("run.toml: ")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text(MINIMAL)
    return path


# Files that are good


def test_the_example_is_a_good_file():
    configuration = load_configuration(EXAMPLE)
    assert set(configuration.priors) == {"m_a", "r", "g_agg", "g_achi"}


def test_what_is_left_out_has_a_default(file):
    configuration = load_configuration(file)
    assert configuration.relic.engine == "cbe"
    assert configuration.relic.annihilation_scale == "unitary"
    assert configuration.physics.form_factor == "hpqcd2022"
    assert configuration.physics.top_mass == "msbar"
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
    assert parse_configuration(changed(relic__annihilation_scale=scale)).relic.annihilation_scale == scale


def test_the_choices_reach_the_scenario():
    changes = {"relic__engine": "nbe", "relic__annihilation_scale": 0.5, "physics__top_mass": "pole"}
    changes |= {"relic__plasma": "borsanyi-2016", "relic__self_scattering": False, "relic__closure": "energy"}
    scenario = parse_configuration(changed(**changes)).theory
    assert scenario.choices == Choices(
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
    assert completed["options"]["belle2_bknunu_2023"] == {"standard_model": 5.58e-6, "standard_model_error": 3.7e-7}
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


def test_an_override_replaces_a_value(file):
    configuration = load_configuration(file, ["sampler.n_live=50", "relic.engine=nbe", 'physics.top_mass="pole"'])
    assert configuration.sampler.n_live == 50
    assert configuration.relic.engine == "nbe"
    assert configuration.physics.top_mass == "pole"


def test_an_override_may_be_any_toml_value(file):
    configuration = load_configuration(
        file,
        ["parameters.r=0.48", 'parameters.m_a={prior="uniform", min=1, max=2}', 'likelihoods=["planck_relic_2018"]'],
    )
    assert configuration.fixed == {"r": 0.48}
    assert configuration.priors["m_a"] == Uniform(prior="uniform", min=1.0, max=2.0)
    assert configuration.likelihoods == ["planck_relic_2018"]


def test_an_override_reaches_into_tables_that_are_not_there_yet(file):
    overrides = ["options.planck_relic_2018.upper_limit=true", "parameters.r.max=0.48"]
    configuration = load_configuration(file, overrides)
    assert configuration.options == {"planck_relic_2018": {"upper_limit": True}}
    assert configuration.priors["r"].max == 0.48


def test_the_last_override_wins(file):
    assert load_configuration(file, ["sampler.seed=3", "sampler.seed=4"]).sampler.seed == 4


def test_another_sampler_needs_no_other_change(file):
    before = load_configuration(file, ["sampler.seed=9", "sampler.n_live=50", "sampler.f_live=0.5"]).sampler
    assert (before.name, before.n_live) == ("nautilus", 50)
    # of another sampler's options only the seed is kept; its own may stand before the name or after it
    for overrides in (["sampler.name=dynesty", "sampler.dlogz=0.9"], ["sampler.dlogz=0.9", "sampler.name=dynesty"]):
        sampler = load_configuration(file, overrides).sampler
        assert sampler == SAMPLERS["dynesty"](seed=load_configuration(file).sampler.seed, dlogz=0.9)
    # the name that the file has changes nothing
    assert load_configuration(file, ["sampler.name=nautilus"]).sampler == load_configuration(file).sampler


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_completed_input_keeps_every_sampler(file, tmp_path, name):
    original = load_configuration(file, [f"sampler.name={name}", "sampler.seed=4", "parallel.executor=serial"])
    assert type(original.sampler) is SAMPLERS[name]
    (tmp_path / "completed.toml").write_text(original.to_toml())
    again = load_configuration(tmp_path / "completed.toml")
    assert (again.sampler, again.parallel) == (original.sampler, original.parallel)


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (["sampler.name=nautilus", "sampler.n_lives=5"], "[sampler] n_lives is not known: did you mean 'n_live'?"),
        (["sampler.name=emcee", "sampler.n_walkers=9"], "sampler.n_walkers = 9: "),
        (["sampler.name=minuit", "sampler.n_starts=0"], "sampler.n_starts = 0: "),
        (["parallel.executer=dask"], "[parallel] executer is not known: did you mean 'executor'?"),
        (["parallel.workers=two"], "parallel.workers = 'two': "),
        (["checkpoint_interval=soon"], "checkpoint_interval = 'soon': "),
    ],
)
def test_options_of_samplers_and_executors_are_checked(file, overrides, sentence):
    with pytest.raises(ConfigurationError) as refused:
        load_configuration(file, overrides)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_file_itself_is_not_changed(file):
    load_configuration(file, ["sampler.seed=3"])
    assert file.read_text() == MINIMAL


@pytest.mark.parametrize("override", ["sampler.seed", "=3", "sampler.=3"])
def test_an_override_without_a_key_or_a_value_is_refused(file, override):
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(file, [override])
    assert str(caught.value) == f"overrides=[{override!r}]: write it as table.key=value"


@pytest.mark.parametrize(("override", "table"), [("scenario.x=1", "scenario"), ("likelihoods.first=x", "likelihoods")])
def test_an_override_cannot_go_into_a_value(file, override, table):
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(file, [override])
    assert str(caught.value) == f"overrides=[{override!r}]: {table} is a value, not a table"


def test_an_override_is_checked_as_the_file_is(file):
    with pytest.raises(ConfigurationError, match=r"\[sampler\] nlive is not known: did you mean 'n_live'\?"):
        load_configuration(file, ["sampler.nlive=50"])


# Files that cannot be read


def test_a_file_that_is_not_there_is_said_not_to_exist(tmp_path):
    path = tmp_path / "run.toml"
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(path)
    assert str(caught.value) == f"{path} does not exist"


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path} cannot be read: ")


def test_bytes_that_are_no_text_cannot_be_read(tmp_path):
    path = tmp_path / "run.toml"
    path.write_bytes(b'scenario = "\xff\xfe"')
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(path)
    assert str(caught.value).startswith(f"{path} cannot be read: ")


def test_a_file_that_is_not_toml_says_where(file):
    file.write_text(MINIMAL + "r == 3\n")
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(file)
    assert str(caught.value).startswith(f"{file} is not TOML: ")
    assert "line 9" in str(caught.value)


def test_what_is_wrong_in_a_file_is_said_with_its_path(file):
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(file, ["relic.engine=cb"])
    assert str(caught.value).startswith(f"{file}: [relic] engine = 'cb' is not known: did you mean 'cbe'?")


# Names

UNKNOWN_KEYS = {
    "at the top": ({"samplr": {}}, "samplr is not known: did you mean 'sampler'?"),
    "in relic": ({"relic__engin": "cbe"}, "[relic] engin is not known: did you mean 'engine'?"),
    "in physics": ({"physics__formfactor": "x"}, "[physics] formfactor is not known: did you mean 'form_factor'?"),
    "in sampler": ({"sampler__nlive": 50}, "[sampler] nlive is not known: did you mean 'n_live'?"),
    "in parameters": (
        {"parameters__g_ag": 1e-4},
        "[parameters] g_ag is not a parameter of this scenario: did you mean 'g_agg'?",
    ),
    "in a prior": ({"parameters__r__maxi": 0.5}, "[parameters.r] maxi is not known: did you mean 'max'?"),
    "in options": (
        {"options__planck_relic_2019": {}},
        "[options.planck_relic_2019] is not one of this run's likelihoods: did you mean 'planck_relic_2018'?",
    ),
    "in the options of an entry": (
        {"options__planck_relic_2018__uper_limit": True},
        "[options.planck_relic_2018] uper_limit is not an option of this entry: did you mean 'upper_limit'?",
    ),
}


@pytest.mark.parametrize(("changes", "expected"), UNKNOWN_KEYS.values(), ids=UNKNOWN_KEYS)
def test_an_unknown_key_is_refused_with_its_place_and_a_hint(changes, expected):
    assert refusal(**changes).startswith(expected)


UNKNOWN_CHOICES = {
    "scenario": ({"scenario": "invisble"}, "scenario = 'invisble' is not known: did you mean 'invisible'?"),
    "engine": ({"relic__engine": "nb"}, "[relic] engine = 'nb' is not known: did you mean 'nbe'?"),
    "closure": ({"relic__closure": "energi"}, "[relic] closure = 'energi' is not known: did you mean 'energy'?"),
    "plasma": (
        {"relic__plasma": "borsanyi"},
        "[relic] plasma = 'borsanyi' is not known: did you mean 'borsanyi-2016'?",
    ),
    "form factor": (
        {"physics__form_factor": "exponental"},
        "[physics] form_factor = 'exponental' is not known: did you mean 'exponential'?",
    ),
    "top mass": ({"physics__top_mass": "poll"}, "[physics] top_mass = 'poll' is not known: did you mean 'pole'?"),
    "sampler": ({"sampler__name": "dynasty"}, "[sampler] name = 'dynasty' is not known: did you mean 'dynesty'?"),
    "prior": (
        {"parameters__r__prior": "unifrom"},
        "[parameters] r: prior = 'unifrom' is not known: did you mean 'uniform'?",
    ),
    "annihilation scale": (
        {"relic__annihilation_scale": "tabel1"},
        "annihilation_scale = 'tabel1' is not known: did you mean 'table1'?",
    ),
    "likelihood": (
        {"likelihoods": ["planck_relic_2019"]},
        "likelihoods: 'planck_relic_2019' is not in the catalogue: did you mean 'planck_relic_2018'?",
    ),
}


@pytest.mark.parametrize(("changes", "expected"), UNKNOWN_CHOICES.values(), ids=UNKNOWN_CHOICES)
def test_an_unknown_name_is_refused_with_a_hint_and_all_that_are_allowed(changes, expected):
    message = refusal(**changes)
    assert message.startswith(expected)
    assert "allowed: " in message


@pytest.mark.parametrize(
    "place", ["scenario", "relic__engine", "physics__form_factor", "physics__top_mass", "physics__ckm"]
)
@pytest.mark.parametrize("value", [3, ["cbe"]])
def test_a_name_that_is_not_a_string_is_refused_with_all_that_are_allowed(place, value):
    message = refusal(**{place: value})
    assert f" = {value!r} is not known: " in f" {message}"
    assert "allowed: " in message


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


@pytest.mark.parametrize("value", ["heavy", True, [1.0], []])
def test_a_parameter_is_a_number_or_a_table(value):
    message = refusal(parameters__m_a=value)
    assert message.startswith(f"[parameters] m_a = {value!r}: give a number to fix it, or a prior as in {{ prior = ")


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


@pytest.mark.parametrize("table", ["scenario", "likelihoods", "parameters"])
def test_what_has_no_default_must_be_there(table):
    assert refusal(**{table: REMOVED}) == f"{table} is missing"


@pytest.mark.parametrize("name", ["m_a", "r", "g_agg", "g_achi"])
def test_every_parameter_of_the_scenario_must_be_there(name):
    place = f"parameters__{name}"
    assert refusal(**{place: REMOVED}) == f"[parameters] {name} is missing: give it a prior or a fixed value"


def test_at_least_one_likelihood_is_needed():
    assert refusal(likelihoods=[]).startswith("likelihoods = []: ")


def test_a_likelihood_counts_once():
    twice = ["planck_relic_2018", "belle2_bknunu_2023", "planck_relic_2018"]
    assert refusal(likelihoods=twice) == "likelihoods: 'planck_relic_2018' is named twice"


def test_options_are_for_the_likelihoods_of_the_run():
    message = refusal(likelihoods=["belle2_bknunu_2023"], options__planck_relic_2018={"upper_limit": True})
    assert message.startswith("[options.planck_relic_2018] is not one of this run's likelihoods: ")


def test_an_entry_without_options_takes_none():
    message = refusal(likelihoods=["babar_bkinv_2013"], options__babar_bkinv_2013={"beyond_limit": 1.0})
    assert message == "[options.babar_bkinv_2013] beyond_limit is not an option of this entry: it has none"


def test_the_document_is_not_changed_by_checking_it():
    document = changed()
    before = copy.deepcopy(document)
    parse_configuration(document)
    assert document == before


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
DARK += ["cluster_self_interaction_2008", "bbn_mchi_2019"]
OF_PHOTONS = [name for name in names() if load(name).scenarios == ("displaced",)]


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
    observable = load(name).observables[0]
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
    given = {"scenario": scenario, "likelihoods": [name]}
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


# Priors from the literature


def test_a_published_prior_is_that_of_the_chosen_form_factor():
    for choice, sigma in (("hpqcd2022", 0.036), ("exponential", 0.12)):
        document = changed(parameters__f0_scale="published", physics__form_factor=choice)
        prior = parse_configuration(document).priors["f0_scale"]
        assert prior == TruncatedNormal(
            prior="truncated-normal", mean=1.0, sigma=sigma, min=0.0, max=1.0 + 10.0 * sigma
        )


def test_a_published_prior_is_kept_with_its_numbers():
    configuration = parse_configuration(changed(parameters__K_to_pi_scale="published"))
    assert configuration.completed()["parameters"]["K_to_pi_scale"]["sigma"] == 0.30


@pytest.mark.parametrize("name", ["r", "g_aww", "f0_scal"])
def test_a_parameter_without_a_published_value_needs_a_prior(name):
    message = refusal(**{f"parameters__{name}": "published"})
    assert message.startswith(f"[parameters] {name} = 'published', but its value is not known from elsewhere: ")
    assert "f0_scale" in message


# Entries of one's own


@pytest.fixture
def own_entry(tmp_path):
    """A folder beside the run's file, with an upper limit on BR(B+ -> K+ a)."""
    folder = tmp_path / "mine" / "my_limit_2026"
    folder.mkdir(parents=True)
    original = Path(__file__).parents[2] / "likelihoods" / "l3_zgammainv_1997" / "likelihood.toml"
    text = original.read_text().replace("BR(Z->gamma a(inv))", "BR(B+->K+ a)")
    (folder / "likelihood.toml").write_text(text)
    return folder


def test_an_entry_of_ones_own_is_named_by_its_folder(file, own_entry):
    text = MINIMAL.replace('"planck_relic_2018"', '"mine/my_limit_2026"')
    file.write_text(text)
    configuration = load_configuration(file)
    assert [m.name for m in configuration.likelihood.measurements] == ["belle2_bknunu_2023", "my_limit_2026"]
    assert configuration.likelihoods[1] == str(own_entry)


def test_a_folder_without_an_entry_is_named(file):
    file.write_text(MINIMAL.replace('"planck_relic_2018"', '"./nothing_here"'))
    with pytest.raises(CatalogueError, match=r"nothing_here/likelihood\.toml is missing"):
        load_configuration(file)


# Entries against their scenarios


@pytest.mark.parametrize("name", names())
def test_every_entry_reads_what_its_scenarios_predict(name):
    check_entry(load(name))


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


NOT_NUMBERS = {
    "sampler.seed": '"7"',
    "sampler.n_live": "true",
    "checkpoint_interval": "true",
    "projection": "1",
    "parallel.workers": '"2"',
    "parallel.chunk": "2.5",
    "parallel.timeout": '"30"',
    "parameters.m_a": '"1.0"',
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


@pytest.mark.parametrize("name", ["./a\0b", "./" + 300 * "x", "./\x1b[2J"])
def test_a_path_that_can_be_none_is_a_sentence(tmp_path, name):
    document = {**tomllib.loads(EXAMPLE.read_text()), "likelihoods": [name]}
    with pytest.raises(AlpfitError) as caught:
        parse_configuration(document, folder=tmp_path)
    assert str(caught.value).isprintable()
