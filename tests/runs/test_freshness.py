"""A finished run meets data and code that have changed, or a place that has."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

import alpfit
from alpfit import Fit
from alpfit.errors import AlpfitError, RunFolderError
from alpfit.figures import FIGURES, QUICK, figures
from alpfit.inference.problem import Problem
from alpfit.likelihoods.forms.limit_curve import LimitCurve
from alpfit.runs.profile import RunProfile

pytestmark = pytest.mark.usefixtures("light_figures", "short_reports")

REFINED = {"parameters": ("g_agg",), "grid": "4", "refine": True}
SAMPLED = {**REFINED, "refine": False}
CHANGED = "the data of invented have changed"


def reweight(run, output, force=False):
    return alpfit.reweight(run, drop=["na62_kpix_2025"], output=output, force=force)


def plotted(run, output, force=False):
    return alpfit.plot(run, ["predictive"], output, force=force)


EVALUATING = {
    "profile": lambda run, output, **force: alpfit.profile(run, **REFINED, output=output, **force),
    "reweight": reweight,
    "report": lambda run, output, **force: alpfit.report(run, output / "report.html", **force),
    "compare": lambda run, _, **force: alpfit.compare([run, run], **force),
    "plot": plotted,
}
"""What evaluates something for a finished run, or holds its ln L against another's."""


@pytest.mark.parametrize("verb", EVALUATING)
def test_what_evaluates_refuses_changed_data_and_names_entry_and_ways_out(project, verb, tmp_path):
    run = project.run
    project.change_data()
    with pytest.raises(AlpfitError) as caught:
        EVALUATING[verb](run, tmp_path / "out")
    message = str(caught.value)
    assert CHANGED in message
    assert "run anew" in message
    assert "force=True" in message
    assert not (tmp_path / "out").exists() or not any((tmp_path / "out").iterdir())
    assert EVALUATING[verb](run, tmp_path / "out", force=True)


@pytest.mark.parametrize("verb", [verb for verb in EVALUATING if verb != "compare"])
def test_what_evaluates_refuses_code_that_gives_other_numbers(project, verb, tmp_path, monkeypatch):
    run, loglike = project.run, LimitCurve.loglike
    monkeypatch.setattr(LimitCurve, "loglike", lambda self, seen: 2.0 * loglike(self, seen) - 0.5)
    with pytest.raises(AlpfitError, match=r"ln L of invented at sample \d+ was .* and is .* now"):
        EVALUATING[verb](run, tmp_path / "out")


@pytest.mark.parametrize("verb", EVALUATING)
def test_code_that_has_changed_and_gives_the_same_numbers_is_no_reason(project, verb, tmp_path, monkeypatch):
    monkeypatch.setattr("alpfit.runs.freshness.code_digest", lambda: "another")
    assert EVALUATING[verb](project.run, tmp_path / "out")


@pytest.mark.parametrize("verb", [verb for verb in EVALUATING if verb != "compare"])
def test_what_evaluates_compiles_side_by_side_before_it_looks(project, verb, tmp_path, monkeypatch):
    """Else the first look would compile all of it, one kernel after the other."""
    run, done, evaluate = project.run, [], Problem.evaluate
    monkeypatch.setattr("alpfit.runs.freshness.compile_ahead", lambda some: done.append([one.name for one in some]))
    monkeypatch.setattr(Problem, "evaluate", lambda self, theta: done.append("evaluated") or evaluate(self, theta))
    EVALUATING[verb](run, tmp_path / "out")
    assert done.index("evaluated") > 0
    compiled = done[done.index("evaluated") - 1]  # reweight looks at what it keeps of the run
    assert "rates-AlpScenario-hpqcd2022" in compiled
    assert set(compiled) <= {one.name for one in run.configuration.problem.rehearsals}


def test_no_profile_mixes_old_and_new_ln_l(project, tmp_path, monkeypatch):
    """Data of the catalogue, which a run does not keep: with force=True all samples are evaluated anew."""
    run, loglike = project.run, LimitCurve.loglike
    monkeypatch.setattr(LimitCurve, "loglike", lambda self, seen: loglike(self, seen) - 3.0)
    made = alpfit.profile(run, **REFINED, output=tmp_path / "out", force=True)
    assert run.samples.log_l.max() > -1.0
    assert made.top < -2.9
    assert all(np.nanmax(profile.log_l) < -2.9 for profile in made.profiles)
    assert "all of its samples were evaluated anew" in made.text
    record = json.loads(made.folder.intervals.read_text())
    assert any("evaluated anew" in remark for remark in record["remarks"])


def test_a_finished_run_of_other_data_is_not_what_resume_asks_for(project):
    Fit.from_file(project.file).run(project.run_path, resume=True)
    project.change_data()
    fit = Fit.from_file(project.file)
    with pytest.raises(RunFolderError, match="is a finished run, but the data of invented have changed since"):
        fit.run(project.run_path, resume=True)
    assert fit.run(project.run_path, resume=True, force=True).samples.n_calls == project.run.samples.n_calls


def test_what_only_reads_says_so_in_a_line_and_goes_on(project, tmp_path):
    assert project.run.warnings == ()
    project.change_data()
    run = project.run
    assert run.warnings == (f"{CHANGED} since {run.folder.path} was made",)
    assert alpfit.export(run, "csv", tmp_path)
    assert len(alpfit.plot(run, QUICK, tmp_path)) == 2 * len(QUICK)
    assert alpfit.profile(run, **SAMPLED, output=tmp_path / "profile").profiles


def test_figures_that_evaluate_are_left_out_with_the_reason_and_the_others_drawn(project):
    project.change_data()
    left_out = {}
    drawn = {one.name for one in figures(project.run, left_out=left_out.__setitem__)}
    evaluate = {name for name, kind in FIGURES.items() if kind.evaluates}
    assert evaluate == {"pulls", "plane", "predictive", "spectrum", "evolution", "momentum"}
    assert set(left_out) == evaluate
    assert all(CHANGED in reason for reason in left_out.values())
    assert drawn == set(FIGURES) - evaluate


def test_a_moved_project_finds_its_entry_and_a_run_alone_keeps_its_data(project, tmp_path):
    again = Fit.from_file(project.file).run(project.run_path, resume=True)
    assert again.samples.log_z == project.run.samples.log_z
    alone = shutil.copytree(project.run_path, tmp_path / "alone")
    shutil.rmtree(project.path)
    run = type(again).read(alone)
    assert run.warnings == ()
    assert alpfit.profile(run, **REFINED, output=tmp_path / "profile").profiles
    assert Fit.from_file(alone / "best_fit.toml").evaluate({}).log_l[0] == pytest.approx(run.samples.log_l.max())
    assert Fit.from_file(alone).configuration.deciding() == run.configuration.deciding()


def test_a_run_of_a_run_names_the_entry_that_all_come_from(project, tmp_path):
    new = reweight(project.run, tmp_path / "new")
    assert new.folder.path / new.manifest.originals["invented"] != project.run_path / "likelihoods" / "invented"
    project.change_data()
    assert new.changed_entries == ["invented"]


def test_what_only_reads_works_without_the_entries(project, tmp_path):
    shutil.rmtree(project.table.parent)
    shutil.rmtree(project.run_path / "likelihoods")
    run = project.run
    assert any("likelihoods/invented" in sentence for sentence in run.warnings)
    assert alpfit.export(run, "csv", tmp_path)
    assert alpfit.plot(run, QUICK, tmp_path)
    assert alpfit.profile(run, **SAMPLED, output=tmp_path / "profile").profiles
    with pytest.raises(AlpfitError, match=r"likelihood\.toml is missing"):
        alpfit.profile(run, **REFINED, output=tmp_path / "refined")


def test_coverage_is_not_checked_of_a_run_that_is_not_what_it_was(project, tmp_path):
    run = project.run
    project.change_data()
    with pytest.raises(AlpfitError, match=f"{CHANGED}|only limits"):
        alpfit.profile(run, **SAMPLED, coverage=2, output=tmp_path / "profile")
    assert not (tmp_path / "profile").exists()


def test_targets_that_were_missed_travel_with_the_run(project, tmp_path):
    run = project.run
    short = replace(run, samples=replace(run.samples, shortfalls=("it is too short",)))
    assert short.warnings == (f"{run.folder.path} missed a target: it is too short",)
    text = RunProfile.read(alpfit.profile(short, **REFINED, output=tmp_path / "profile").folder.path).text
    assert "the run missed a target: it is too short" in text
    compared = alpfit.compare([run, short])
    assert (compared.runs[1].log_bayes, compared.runs[1].verdict) == (None, "target missed")
    assert "run missed a target: it is too short" in " ".join(compared.warnings)
