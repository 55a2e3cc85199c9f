"""The file as nested tables: what cannot be read, and the overrides."""

import pytest
from inputs import MINIMAL

from alpfit.config import load_configuration
from alpfit.errors import ConfigurationError
from alpfit.inference.priors import Uniform
from alpfit.inference.samplers import SAMPLERS

# Overrides


def test_an_override_replaces_a_value(file):
    configuration = load_configuration(file, ["sampler.n_live=50", "relic.engine=nbe", 'physics.top_mass="pole"'])
    assert configuration.sampler.n_live == 50
    assert configuration.tables["relic"]["engine"] == "nbe"
    assert configuration.tables["physics"]["top_mass"] == "pole"


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


def test_an_override_without_a_value_takes_the_key_out(file):
    configuration = load_configuration(file, ["parameters.g_agg.max=1e-4", "sampler.seed=3", "sampler.seed="])
    assert configuration.sampler.seed == SAMPLERS[configuration.sampler.name]().seed
    with pytest.raises(ConfigurationError, match=r"\[parameters\] r is missing"):
        load_configuration(file, ["parameters.r="])
    with pytest.raises(ConfigurationError, match=r"there is no parameters.x to be taken out: give it a value"):
        load_configuration(file, ["parameters.x="])


def test_another_sampler_needs_no_other_change(file):
    before = load_configuration(file, ["sampler.seed=9", "sampler.n_live=50", "sampler.f_live=0.5"]).sampler
    assert (before.name, before.n_live) == ("nautilus", 50)
    # of another sampler's options only the seed is kept; its own may stand before the name or after it
    for overrides in (["sampler.name=dynesty", "sampler.dlogz=0.9"], ["sampler.dlogz=0.9", "sampler.name=dynesty"]):
        sampler = load_configuration(file, overrides).sampler
        assert sampler == SAMPLERS["dynesty"](seed=load_configuration(file).sampler.seed, dlogz=0.9)
    # the name that the file has changes nothing
    assert load_configuration(file, ["sampler.name=nautilus"]).sampler == load_configuration(file).sampler


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


def test_bytes_that_are_no_text_are_no_toml(tmp_path):
    path = tmp_path / "run.toml"
    path.write_bytes(b'scenario = "\xff\xfe"')
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(path)
    assert str(caught.value) == f"{path} is not TOML: it is no text in UTF-8"


def test_a_file_that_is_not_toml_says_where(file):
    file.write_text(MINIMAL + "r == 3\n")
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(file)
    assert str(caught.value).startswith(f"{file} is not TOML: ")
    assert "line 9" in str(caught.value)
