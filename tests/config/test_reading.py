"""From a file to a configuration: every name against what exists, published priors, entries of one's own."""

import copy
import tomllib
from pathlib import Path

import pytest
from inputs import MINIMAL, changed, refusal

from alpfit.config import load_configuration, parse_configuration
from alpfit.errors import AlpfitError, CatalogueError, ConfigurationError
from alpfit.inference.priors import TruncatedNormal

EXAMPLE = Path(__file__).parents[2] / "examples" / "invisible.toml"


# Files that are good


def test_the_example_is_a_good_file():
    configuration = load_configuration(EXAMPLE)
    assert set(configuration.priors) == {"m_a", "r", "g_agg", "g_achi"}


# Overrides


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


def test_an_override_is_checked_as_the_file_is(file):
    with pytest.raises(ConfigurationError, match=r"\[sampler\] nlive is not known: did you mean 'n_live'\?"):
        load_configuration(file, ["sampler.nlive=50"])


# Files that cannot be read


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


# What only the whole shows


def test_the_document_is_not_changed_by_checking_it():
    document = changed()
    before = copy.deepcopy(document)
    parse_configuration(document)
    assert document == before


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


@pytest.mark.parametrize("name", ["./a\0b", "./" + 300 * "x", "./\x1b[2J"])
def test_a_path_that_can_be_none_is_a_sentence(tmp_path, name):
    document = {**tomllib.loads(EXAMPLE.read_text()), "likelihoods": [name]}
    with pytest.raises(AlpfitError) as caught:
        parse_configuration(document, folder=tmp_path)
    assert str(caught.value).isprintable()
