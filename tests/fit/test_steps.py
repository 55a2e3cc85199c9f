"""The steps of a run's likelihood: those inside its prior, in its report and beside its refined profiles."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray
from shipped_entries import shipped

import alpfit
from alpfit import Run
from alpfit.fit import fit_of
from alpfit.fit.report import contents_of
from alpfit.inference.profiling.steps import in_a_sentence, steps_within
from alpfit.likelihoods import Step

REFERENCE = Path(__file__).parents[2] / "chains" / "reference" / "invisible"
INSIDE = {
    "babar_bkinv_2013": [2.92],
    "babar_bkgg_2021": [0.64456, 0.90716, 1.0265],
}
"""By measurement, those in m_a between 0.6 and 4.7 GeV, the prior of the reference run."""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "invisible"
    shutil.copytree(REFERENCE, path)
    return Run.read(path)


@pytest.fixture(scope="module")
def steps(run):
    return steps_within(fit_of(run).problem, run.samples)


def test_those_of_a_sampled_quantity_are_inside_its_prior(steps):
    found = {name: [step.place for step in of_entry if step.abscissa == "m_a"] for name, of_entry in steps.items()}
    assert {name: places for name, places in found.items() if places} == INSIDE


def test_those_of_a_derived_quantity_are_between_its_samples(run, steps):
    m_chi = run.samples.derived["m_chi"]
    for name in fit_of(run).problem.entries:
        listed = [step for step in shipped(name).steps if step.abscissa == "m_chi"]
        inside = [step for step in listed if m_chi.min() < step.place < m_chi.max()]
        assert [step for step in steps.get(name, ()) if step.abscissa == "m_chi"] == inside


def test_one_at_a_fixed_mass_is_none(run):
    from dataclasses import replace

    problem = fit_of(run).problem
    priors = {name: prior for name, prior in problem.priors.items() if name != "m_a"}
    fixed = steps_within(replace(problem, priors=priors, fixed={"m_a": 2.92}), run.samples)
    assert not any(step.abscissa == "m_a" for of_entry in fixed.values() for step in of_entry)


def test_they_are_told_in_a_sentence_in_their_order():
    said = in_a_sentence({"b": (Step("m", 3.0, "ends"),), "a": (Step("m", 1.0, "begins"), Step("m", 4.0, "ends"))})
    assert said.startswith("ln L has steps at m = 1 (a begins), m = 3 (b ends), m = 4 (a ends): where the best points")
    assert in_a_sentence({}) == ""


def test_the_report_has_them(run, steps, monkeypatch):
    monkeypatch.setattr("alpfit.fit.report.figure_files", lambda run, **_: [])
    assert contents_of(run).steps == steps


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A run of the mass and one coupling without a relic density, with the measurements that have steps."""
    document = {
        "scenario": "invisible",
        "likelihoods": ["belle2_bknunu_2023", *INSIDE],
        "parameters": {
            "m_a": {"prior": "log-uniform", "min": 0.6, "max": 4.7},
            "r": 0.477,
            "g_agg": {"prior": "log-uniform", "min": 1e-5, "max": 1e-3},
            "g_achi": 4e-4,
        },
        "sampler": {"name": "dynesty", "n_live": 25, "dlogz": 3.0},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("alpfit.fit.presenting.write_quick_figures", lambda *_, **__: [])
        return alpfit.run(document, output=tmp_path_factory.mktemp("runs") / "small")


@pytest.fixture(scope="module")
def refined(small, tmp_path_factory):
    """Refined in four bins of m_a, which reach as far as the samples do, and in two of g_agg."""
    path = tmp_path_factory.mktemp("profiles") / "refined"
    for name, grid in (("m_a", "4"), ("g_agg", "2")):
        alpfit.profile(small, (name,), grid=grid, refine=True, output=path / name)
    return path


def rows(path):
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_refined_bin_says_which_steps_it_holds(refined):
    told = {
        0.64456: "m_a = 0.64456 (babar_bkgg_2021 begins)",
        0.90716: "m_a = 0.90716 (babar_bkgg_2021 ends)",
        1.0265: "m_a = 1.0265 (babar_bkgg_2021 begins)",
        2.92: "m_a = 2.92 (babar_bkinv_2013 ends)",
    }
    bins = rows(refined / "m_a" / "m_a.csv")
    expected = [
        "; ".join(said for place, said in told.items() if float(row["lower"]) < place < float(row["upper"]))
        for row in bins
    ]
    assert [row["steps"] for row in bins] == expected
    assert "" in expected
    assert told[0.90716] in expected[0]
    assert told[2.92] in expected[3]
    with xarray.open_datatree(refined / "m_a" / "profiles.nc", engine="h5netcdf") as tree:
        np.testing.assert_array_equal(tree["m_a"]["steps"], [said != "" for said in expected])


def test_bins_of_other_quantities_say_nothing_and_the_sentence_stands_with_all(small, refined):
    steps = steps_within(fit_of(small).problem, small.samples)
    assert {row["steps"] for row in rows(refined / "g_agg" / "g_agg.csv")} == {""}
    for name in ("m_a", "g_agg"):
        limits = json.loads((refined / name / "intervals.json").read_text())
        assert in_a_sentence(steps) in limits["remarks"]
        assert in_a_sentence(steps) in (refined / name / "intervals.txt").read_text()
        noted = any("ln L steps inside of a bin" in note for record in limits["profiles"] for note in record["notes"])
        assert noted == (name == "m_a")


def test_profiles_from_samples_do_not_ask_the_likelihoods(run, tmp_path):
    made = alpfit.profile(run, ("m_a",), grid="4", output=tmp_path / "sampled")
    assert "steps" not in made.text
    assert {row["steps"] for row in rows(tmp_path / "sampled" / "m_a.csv")} == {""}
