"""``alpfit forecast``: what it says, what it writes, that this can be fitted, and what it refuses."""

import csv
import json
import shutil
import tomllib
from pathlib import Path

import pytest
import yaml
from submissions import hepdata_complaint

from alpfit import Fit
from alpfit.chains.forecasts import Unfinished
from alpfit.inference.interrupts import Interrupted
from alpfit.likelihoods import load
from alpfit.likelihoods.catalogue import data_folder

REFERENCE = Path(__file__).resolve().parents[2] / "chains" / "reference" / "invisible"

FIT = """\
scenario = "invisible"
likelihoods = ["belle2_bknunu_q2_2025", "babar_gamma_inv_2017", "planck_relic_2018"]

[parameters]
m_a    = { prior = "uniform", min = 0.6, max = 4.0 }
r      = 0.477
g_agg  = { prior = "log-uniform", min = 1e-5, max = 1e-3 }
g_achi = 4e-4
"""
POINT = ("--truth", "m_a=2.1", "--truth", "g_agg=6.9e-5")


@pytest.fixture
def fit(tmp_path):
    path = tmp_path / "fit.toml"
    path.write_text(FIT)
    return path


def test_it_says_what_more_data_would_say(alpfit, fit):
    outcome = alpfit("forecast", fit, "--luminosity", "1", "--luminosity", "10", *POINT, "--masses", "2:2.2:2")
    assert outcome.code == 0
    assert "belle2_bknunu_q2_2025: 0.365 1/ab of data, errors scaled; expected with the point" in outcome.out
    assert "the truth would be seen at 5 standard deviations with" in outcome.out


def test_what_it_writes_can_be_read_drawn_and_fitted(alpfit, fit, tmp_path):
    folder = tmp_path / "made"
    outcome = alpfit(
        "forecast", fit, "--luminosity", "0.365", "--luminosity", "5", *POINT, "--masses", "1:3:2", "--output", folder
    )
    assert (outcome.code, outcome.out.splitlines()[-1]) == (0, f"written to {folder}")
    names = {path.name for path in folder.iterdir()}
    expected = {f"belle2_bknunu_q2_2025_at_{luminosity}" for luminosity in ("0.365", "5")}
    assert names == {
        "forecast.txt", "forecast.json", "limits.csv", "limits.png", "limits.pdf", "hepdata",
        *expected, *(f"{name}.toml" for name in expected),
    }  # fmt: skip
    rows = list(csv.reader(line for line in (folder / "limits.csv").read_text().splitlines() if line[0] != "#"))
    assert [row[:2] for row in rows[1:]] == [["0.365", "1"], ["0.365", "3"], ["5", "1"], ["5", "3"]]
    assert float(rows[1][3]) == pytest.approx(3.53e-6, rel=2e-3)
    assert rows[3][2] == ""  # nothing is observed yet
    record = json.loads((folder / "forecast.json").read_text())
    projected = Fit.from_file(folder / "belle2_bknunu_q2_2025_at_5.toml")
    assert projected.configuration.projection
    at = {"m_a": 2.1, "g_agg": 6.9e-5}
    there, away = (projected.evaluate(point) for point in (at, {**at, "m_a": 1.2}))
    gains = [float(p.log_l_by_entry["belle2_bknunu_q2_2025_at_5"][0]) for p in (there, away)]
    nothing = load(folder / "belle2_bknunu_q2_2025_at_5").loglike({"m_a": 2.1, "BR(B+->K+ a(inv))": 0.0})
    assert 2.0 * (gains[0] - nothing) == pytest.approx(record["expected"][1]["local"] ** 2, rel=1e-6)
    assert gains[1] < nothing < gains[0]


def test_its_tables_are_a_submission_to_hepdata(alpfit, fit, tmp_path):
    folder = tmp_path / "made"
    alpfit("forecast", fit, "--luminosity", "5", "--masses", "1:3:2", "--output", folder)
    assert hepdata_complaint(folder / "hepdata") == ""
    table = yaml.safe_load((folder / "hepdata" / "limits_5.yaml").read_text())
    first = table["dependent_variables"][0]["values"][0]
    rows = list(csv.DictReader(line for line in (folder / "limits.csv").read_text().splitlines() if line[0] != "#"))
    assert first["value"] == pytest.approx(float(rows[0]["expected"]), rel=1e-4)
    assert first["errors"][0]["asymerror"]["minus"] < 0.0 < first["errors"][0]["asymerror"]["plus"]


def test_what_was_interrupted_goes_on_to_the_same_answer(alpfit, fit, tmp_path, monkeypatch):
    arguments = ["forecast", fit, "--luminosity", "1", *POINT, "--masses", "1:3:3", "--toys", "3", "--output"]
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    assert alpfit(*arguments, whole).code == 0
    keep = Unfinished.keep

    def killed_at_the_fifth(self, task, result):
        keep(self, task, result)
        if len(self.path.read_text().splitlines()) == 6:
            raise Interrupted(15)

    monkeypatch.setattr(Unfinished, "keep", killed_at_the_fifth)
    outcome = alpfit(*arguments, cut)
    assert (outcome.code, outcome.err) == (128 + 15, "alpfit: interrupted; continue with --resume\n")
    monkeypatch.setattr(Unfinished, "keep", keep)
    outcome = alpfit(*arguments, cut)
    assert outcome.code == 2
    assert "holds a forecast that was interrupted: continue it with --resume, or remove unfinished.jsonl" in outcome.err
    other = [*arguments[:3], "2", *arguments[4:]]
    outcome = alpfit(*other, cut, "--resume")
    assert (outcome.code, "was begun with other input" in outcome.err) == (2, True)
    assert alpfit(*arguments, cut, "--resume").code == 0
    assert (cut / "forecast.json").read_text() == (whole / "forecast.json").read_text()
    assert {path.name for path in cut.iterdir()} == {path.name for path in whole.iterdir()}


@pytest.mark.parametrize("executor", ["serial", "processes", "dask"])
def test_any_executor_gives_the_same(alpfit, fit, executor):
    workers = [] if executor == "serial" else ["--set", "parallel.workers=1"]  # each has to load the package
    arguments = ["forecast", fit, "--luminosity", "1", *POINT, "--masses", "1:3:2", "--toys", "2", "--json"]
    assert alpfit(*arguments, "--set", f"parallel.executor={executor}", *workers).out == alpfit(*arguments).out


def test_toys_without_a_signal_stand_in_the_table(alpfit, fit, tmp_path):
    folder = tmp_path / "made"
    alpfit("forecast", fit, "--luminosity", "1", "--masses", "1:1:1", "--toys", "3", "--output", folder)
    (row,) = csv.DictReader(line for line in (folder / "limits.csv").read_text().splitlines() if line[0] != "#")
    assert (
        float(row["expected -2 sigma, toys"]) <= float(row["expected, toys"]) <= float(row["expected +2 sigma, toys"])
    )


def test_an_entry_that_does_not_know_its_luminosity_is_forecast_in_multiples_of_its_data(alpfit, fit, tmp_path):
    folder, chosen = tmp_path / "made", ("--set", 'likelihoods=["koto_klpix_2018"]')
    outcome = alpfit("forecast", fit, *chosen, "--luminosity", "10", "--masses", "0.1:0.2:2", "--output", folder)
    assert outcome.code == 0, outcome.err
    assert "koto_klpix_2018: today's data, errors scaled" in outcome.out
    assert "the entry does not say how much data it has" in outcome.out
    assert load(folder / "koto_klpix_2018_at_10").form.n_observed == pytest.approx(10.0 * (0.42 - 0.18**2))


def test_where_nothing_is_seen_there_is_a_folder_without_a_figure(alpfit, fit, tmp_path):
    folder, chosen = tmp_path / "made", ("--set", 'likelihoods=["koto_klpix_2018"]')
    outcome = alpfit("forecast", fit, *chosen, "--luminosity", "10", "--masses", "5:6:2", "--output", folder)
    assert outcome.code == 0, outcome.err
    assert "nothing is seen at 2 of 2 masses" in outcome.out
    assert not (folder / "limits.png").exists()
    assert not (folder / "unfinished.jsonl").exists()


def test_an_own_entry_and_chosen_channels_leave_entries_that_can_be_read(alpfit, fit, tmp_path):
    own = tmp_path / "mine"
    shutil.copytree(data_folder() / "belle2_bknunu_q2_2025", own)
    for number, change in enumerate(
        ('likelihoods=["./mine"]', 'options.belle2_bknunu_q2_2025.channels=["HTA"]'), start=1
    ):
        folder = tmp_path / f"made{number}"
        outcome = alpfit("forecast", fit, "--set", change, "--luminosity", "5", "--masses", "1:1:1", "--output", folder)
        assert outcome.code == 0, outcome.err
        (written,) = folder.glob("*_at_5.toml")
        assert Fit.from_file(written).evaluate({"m_a": 2.1, "g_agg": 6.9e-5}).log_l.size == 1


def test_a_forecast_is_replaced_if_that_is_wanted_and_leaves_nothing(alpfit, fit, tmp_path):
    folder = tmp_path / "made"
    begun = ["forecast", fit, "--masses", "1:1:1", "--output", folder, "--luminosity"]
    assert alpfit(*begun, "5").code == 0
    outcome = alpfit(*begun, "1")
    assert (outcome.code, "holds a forecast: choose another folder" in outcome.err) == (2, True)
    assert alpfit(*begun, "1", "--overwrite").code == 0
    assert not (folder / "belle2_bknunu_q2_2025_at_5.toml").exists()
    assert (folder / "belle2_bknunu_q2_2025_at_1.toml").exists()


def test_with_toys_significances_count_all_masses_and_have_a_spread(alpfit, fit):
    outcome = alpfit("forecast", fit, "--luminosity", "0.365", *POINT, "--masses", "1:3:3", "--toys", "20", "--json")
    (at,) = json.loads(outcome.out)["expected"]
    assert 0.0 < at["everywhere"] < at["local"]
    assert at["bands"] == sorted(at["bands"])
    assert at["bands"][0] < at["local"] < at["bands"][-1]


def test_in_the_folder_of_its_run_it_stands_in_the_report(alpfit, tmp_path, light_figures):
    run = tmp_path / "mine"
    shutil.copytree(REFERENCE, run)
    assert alpfit("forecast", run, "--luminosity", "5", "--masses", "1:3:2", "--output", run / "forecast").code == 0
    assert alpfit("report", run).code == 0
    page = (run / "report.html").read_text()
    assert '<section id="forecast">' in page
    assert "expected with the best fit" in page
    assert 'id="figure-forecast"' in page
    other = tmp_path / "other"
    shutil.copytree(REFERENCE, other)
    record = json.loads((run / "forecast" / "forecast.json").read_text())
    shutil.copytree(run / "forecast", other / "forecast")
    (other / "forecast" / "forecast.json").write_text(json.dumps({**record, "samples": "of another"}))
    alpfit("report", other)
    assert '<section id="forecast">' not in (other / "report.html").read_text()


def test_an_entry_of_expected_data_keeps_its_source_and_says_that_it_is_none(alpfit, fit, tmp_path):
    folder = tmp_path / "made"
    alpfit("forecast", fit, "--luminosity", "5", "--masses", "1:1:1", "--output", folder)
    entry = tomllib.loads((folder / "belle2_bknunu_q2_2025_at_5" / "likelihood.toml").read_text())
    assert entry["projection"]
    assert entry["forecast"]["luminosity"] == 5.0
    assert entry["notes"]["expected"].startswith("no data: what is expected with no signal")
    assert "belle2_bknunu_q2_2025" in entry["overlaps"]
    assert entry["source"]["arxiv"] == "2507.12393"
    again = load(folder / "belle2_bknunu_q2_2025_at_5")
    assert again.scaled(10.0, "scaled").projection


def test_the_standard_model_may_have_its_best_strength(alpfit, fit):
    outcome = alpfit("forecast", fit, "--luminosity", "1", "--truth", "standard-model", "--masses", "2:2:1", "--json")
    assert outcome.code == 0
    assert json.loads(outcome.out)["truth"]["name"].startswith("the Standard Model at its best strength")


def test_of_a_run_the_best_fit_is_the_truth(alpfit):
    outcome = alpfit("forecast", REFERENCE, "--luminosity", "1", "--masses", "2:2:1", "--json")
    truth = json.loads(outcome.out)["truth"]
    assert truth["name"] == "the best fit"
    assert truth["mass"] == pytest.approx(2.1, abs=0.1)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--luminosity", "0.1"], "luminosity 0.1 is less than the 0.365 1/ab of belle2_bknunu_q2_2025"),
        (["--luminosity", "1e30"], "luminosity 1e+30 is more than 1000 times the 0.365 1/ab"),
        (["--luminosity", "1", "--truth", "m_A=2", "--truth", "g_agg=1e-4"], "truth: m_a has no value"),
        (["--luminosity", "nan"], "luminosity = nan must be a positive number"),
        (["--luminosity", "1", "--truth", "best"], "truth = best is that of a run: give a run folder, or a point"),
        (["--luminosity", "1", "--truth", "SM"], "truth = 'SM' is not known"),
        (["--luminosity", "1", "--truth", "m_a=2.1"], "truth: g_agg has no value: give those of m_a, g_agg"),
        (
            ["--luminosity", "1", "--truth", "m_a=9", "--truth", "g_agg=1e-4"],
            "truth: m_a = 9 is outside of its prior, uniform, min 0.6, max 4: take another, or a wider one",
        ),
        (
            ["--luminosity", "1", "--policy", "bold"],
            "policy = 'bold' is not known: allowed",
        ),
        (
            ["--luminosity", "1", "--set", "parameters.m_a.max=9", *("--truth", "m_a=8", "--truth", "g_agg=1e-4")],
            "is 0 there, which leaves no signal",
        ),
        (["--luminosity", "1", "--truth", "none", "--truth", "m_a=2"], "--truth none: it stands alone"),
        (
            ["--luminosity", "0.5", "--set", 'likelihoods=["koto_klpix_2018"]'],
            "luminosity 0.5 is less than 1, today's data of koto_klpix_2018: give as much or more",
        ),
        (["--luminosity", "1", "--masses", "1:2"], "--masses 1:2: write it as LOW:HIGH:N"),
        (["--luminosity", "1", "--likelihood", "planck_relic_2018"], "planck_relic_2018 cannot be"),
        (["--luminosity", "1", "--likelihood", "babar"], "likelihood = 'babar' is not one of this fit"),
        (
            ["--luminosity", "1", "--set", 'likelihoods=["planck_relic_2018"]'],
            "none of planck_relic_2018 can",
        ),
    ],
)
def test_what_cannot_be_forecast_is_a_sentence_and_exit_code_2(alpfit, fit, arguments, sentence):
    outcome = alpfit("forecast", fit, *arguments)
    assert outcome.code == 2
    assert sentence in outcome.err
    assert len(outcome.err.strip().splitlines()) == 1


def test_a_place_that_is_a_run_is_not_written_over(alpfit, fit):
    outcome = alpfit("forecast", fit, "--luminosity", "1", "--masses", "1:1:1", "--output", REFERENCE)
    assert outcome.code == 2
    assert f"{REFERENCE} " in outcome.err
