"""What to cite for a fit."""

import re
import tomllib
from pathlib import Path

import pytest
from shipped_entries import shipped

from alpfit.config import parse_configuration
from alpfit.fit.cite import cite, methods, references
from alpfit.inference.samplers import SAMPLERS

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_measurement_of_an_example_is_cited_once(example):
    cited = [reference.key for reference in cite(example)]
    assert len(cited) == len(set(cited))
    for name in tomllib.loads(example.read_text())["likelihoods"]:
        assert {reference.key for reference in shipped(name).references} <= set(cited)


def test_a_run_folder_is_cited_like_its_input():
    run = ROOT / "chains" / "reference" / "invisible"
    assert cite(run) == cite(run / "run.toml")


def test_the_methods_of_a_fit_are_cited_too():
    document = tomllib.loads((ROOT / "examples" / "invisible.toml").read_text())
    keys = {reference.key for reference in references(parse_configuration(document))}
    assert {"Binder:2017rgn", "Saikawa:2018rcs", "Parrott:2022rgu", "Lange:2023ydq"} <= keys
    assert "Borsanyi:2016ksw" not in keys
    document["relic"] = {"engine": "nbe", "plasma": "borsanyi-2016"}
    keys = {reference.key for reference in references(parse_configuration(document))}
    assert "Borsanyi:2016ksw" in keys
    assert "Binder:2017rgn" not in keys


def test_a_fit_without_dark_matter_cites_no_relic_density():
    keys = {reference.key for reference in cite(ROOT / "examples" / "displaced.toml")}
    assert "Binder:2017rgn" not in keys


@pytest.mark.parametrize("reference", methods().values(), ids=methods())
def test_every_method_has_an_inspire_key_and_an_arxiv_number_or_is_older(reference):
    assert re.fullmatch(r"[\w-]+:\d{4}[a-z]{2,3}", reference.key)
    assert reference.year < 1991 or re.fullmatch(r"\d{4}\.\d{4,5}|hep-ph/\d{7}", reference.eprint)
    assert reference.doi


def test_every_sampler_is_cited():
    assert set(SAMPLERS) <= set(methods())
