"""Templates of entries, and entries with several faults."""

import re

import numpy as np
import pytest

from alpfit import likelihoods
from alpfit.errors import CatalogueError, ConfigurationError
from alpfit.likelihoods.forms import FORMS
from alpfit.likelihoods.template import write_template

NEEDS = {"pyhf": "pyhf", "flavio": "flavio"}


@pytest.fixture(params=FORMS)
def template(request, tmp_path):
    """A form, and the folder of its template."""
    if request.param in NEEDS:
        pytest.importorskip(NEEDS[request.param])
    if request.param == "flavio":
        request.getfixturevalue("flavio")
    write_template(request.param, tmp_path / "mine")
    return request.param, tmp_path / "mine"


def test_the_template_of_each_form_is_a_good_entry(template):
    form, folder = template
    measurement = likelihoods.load(folder)

    assert measurement.form_name == form
    at = {name: np.array([1e-5 if name.startswith("BR(B0") else 0.06]) for name in measurement.observables}
    assert np.isfinite(measurement.loglike(at)).all()


def test_each_key_that_a_template_comments_out_is_one(template):
    """What stands in a comment as ``key = value`` works when it is taken out of it."""
    form, folder = template
    text = (folder / "likelihood.toml").read_text()
    data = text.partition("[data]")[2].partition("[source]")[0]
    for key in re.findall(r"^# (\w+) = ", data, flags=re.MULTILINE):
        assert key in FORMS[form].model_fields, key


def test_a_template_is_not_written_over_something(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "table.csv").touch()

    with pytest.raises(ConfigurationError, match="is there already: choose a folder"):
        write_template("gaussian", tmp_path / "mine")
    with pytest.raises(ConfigurationError, match=r"--template gausian: did you mean 'gaussian'\?"):
        write_template("gausian", tmp_path / "yours")
    assert not (tmp_path / "yours").exists()


def faulty(folder, *changes):
    """The template of a limit curve with changes; its folder."""
    write_template("limit-curve", folder)
    path = folder / "likelihood.toml"
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return folder


def test_all_faults_of_an_entry_are_told_at_once(tmp_path):
    folder = faulty(
        tmp_path / "mine",
        ('title = "What was measured"', 'titel = "What was measured"'),
        ('arxiv = ""', 'arxiv = "2507"'),
        ('quality = "transcribed"', 'quality = "guessed"'),
        ('bound = "BR" ', "bownd = 1 "),
        ("confidence_level = 0.9\n", "confidence_level = 90\n"),
    )
    with pytest.raises(CatalogueError) as found:
        likelihoods.load(folder)

    first, *faults = re.split(r"(?:;|:) \(\d\) ", str(found.value))
    assert first == f"{folder / 'likelihood.toml'} has {len(faults)} faults"
    for expected in (
        "title is missing",
        "titel is not known here",
        "source.arxiv = '2507'",
        "source.quality = 'guessed'",
        "[data] bound is missing",
        "bownd is no key of the form limit-curve: did you mean 'bound'?",
    ):
        assert any(fault.startswith(expected) for fault in faults), expected


def test_values_are_looked_at_where_the_keys_are_good(tmp_path):
    folder = faulty(
        tmp_path / "mine",
        ("power = 1.0 ", "power = -1.0 "),
        ("confidence_level = 0.9\n", "confidence_level = 90\n"),
    )
    with pytest.raises(CatalogueError, match="has 2 faults") as found:
        likelihoods.load(folder)
    assert "[data] power = -1.0" in str(found.value)
    assert "[data] confidence_level = 90" in str(found.value)


def test_one_fault_is_one_sentence(tmp_path):
    folder = faulty(tmp_path / "mine", ("power = 1.0 ", "power = -1.0 "))

    with pytest.raises(CatalogueError, match=r"likelihood\.toml: \[data\] power = -1\.0: must be greater than 0"):
        likelihoods.load(folder)


def test_an_entry_of_ones_own_without_its_slash_is_told_how_it_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    faulty(tmp_path / "mine")

    with pytest.raises(ConfigurationError, match=r"'mine' is not in the catalogue: the folder is \./mine; "):
        likelihoods.load("mine")
    source = next(line for line in likelihoods.load("./mine").describe().splitlines() if "source:" in line)
    assert source.count("Table 1 of the paper") == 1
