"""What to cite for a fit."""

import re
import tomllib
from pathlib import Path

import pytest

from alpfit.config import parse_configuration
from alpfit.errors import ConfigurationError
from alpfit.fit import bibliography
from alpfit.fit.bibliography import METHODS, check_observables, references
from alpfit.likelihoods import load, names
from alpfit.likelihoods.catalogue import load_folder

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_measurement_of_an_example_is_cited_once(example):
    cited = [reference.key for reference in bibliography(example)]
    assert len(cited) == len(set(cited))
    for name in tomllib.loads(example.read_text())["likelihoods"]:
        assert {reference.key for reference in load(name).references} <= set(cited)


def test_a_run_folder_is_cited_like_its_input():
    run = ROOT / "chains" / "reference" / "invisible"
    assert bibliography(run) == bibliography(run / "run.toml")


def test_the_methods_of_a_fit_are_cited_too():
    document = tomllib.loads((ROOT / "examples" / "invisible.toml").read_text())
    keys = {reference.key for reference in references(parse_configuration(document))}
    assert {"Binder:2017rgn", "Saikawa:2018rcs", "Parrott:2022rgu", "Speagle:2019ivv"} <= keys
    assert "Borsanyi:2016ksw" not in keys
    document["relic"] = {"engine": "nbe", "plasma": "borsanyi-2016"}
    keys = {reference.key for reference in references(parse_configuration(document))}
    assert "Borsanyi:2016ksw" in keys
    assert "Binder:2017rgn" not in keys


def test_a_fit_without_dark_matter_cites_no_relic_density():
    keys = {reference.key for reference in bibliography(ROOT / "examples" / "displaced.toml")}
    assert "Binder:2017rgn" not in keys


@pytest.mark.parametrize("reference", METHODS.values(), ids=METHODS)
def test_every_method_has_an_inspire_key_and_an_arxiv_number(reference):
    assert re.fullmatch(r"[\w-]+:\d{4}[a-z]{2,3}", reference.key)
    assert re.fullmatch(r"\d{4}\.\d{4,5}|hep-ph/\d{7}", reference.eprint)


@pytest.mark.parametrize("name", names())
def test_every_entry_reads_what_its_scenarios_predict(name):
    check_observables(load(name))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("BR(Z->gamma a(inv))", "BR(Z->gamma b)", "needs BR(Z->gamma b), which the scenario 'invisible' does not"),
        ('"invisible"', '"invisibel"', "scenarios: 'invisibel' is not known: did you mean 'invisible'?"),
    ],
)
def test_an_unknown_observable_or_scenario_is_named(tmp_path, old, new, expected):
    text = (ROOT / "likelihoods" / "l3_zgammainv_1997" / "likelihood.toml").read_text()
    (tmp_path / "likelihood.toml").write_text(text.replace(old, new))
    with pytest.raises(ConfigurationError) as caught:
        check_observables(load_folder(tmp_path))
    assert expected in str(caught.value)
