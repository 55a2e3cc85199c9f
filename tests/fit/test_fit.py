"""A whole fit: evaluating points, running, and what is found in the run folder afterwards."""

import csv
import errno
import json
import os
import shutil
import tomllib
from types import SimpleNamespace

import numpy as np
import pytest
from inputs import write_small
from published import OBSERVED, UPPER, R

import alpfit
from alpfit import Fit, Run
from alpfit.errors import AlpfitError, ConfigurationError, PredictionError, RunFolderError
from alpfit.figures import QUICK
from alpfit.inference.interrupts import Interrupted
from alpfit.likelihoods.catalogue import data_folder

FILES = {
    "run.toml",
    "manifest.json",
    "posterior.nc",
    "summary.json",
    "summary.txt",
    "best_fit.toml",
    "profile_1d.csv",
    "profile_2d.csv",
    "corner.png",
    "corner.pdf",
    "profile_1d.png",
    "profile_1d.pdf",
    "profile_2d.png",
    "profile_2d.pdf",
}

INPUT = ('likelihoods=["belle2_bknunu_2023", "planck_relic_2018", "babar_bkinv_2013"]', "sampler.seed=5")

POINT = {"g_agg": 9e-5, "g_achi": 2e-4}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write_small(tmp_path_factory.mktemp("input") / "small.toml", *INPUT)


class Calls:
    """Counts what the sampler reports."""

    def __init__(self):
        self.n_calls = []

    def update(self, report):
        self.n_calls.append(report.n_calls)

    def note(self, sentence):
        raise AssertionError(sentence)


@pytest.fixture(scope="module")
def progress():
    return Calls()


@pytest.fixture(scope="module")
def run(file, progress, tmp_path_factory):
    """One finished run, which nobody may change."""
    return Fit.from_file(file).run(tmp_path_factory.mktemp("runs") / "small", progress=progress)


def refusal(error, call, *arguments, **options):
    """The message of the error: one line."""
    with pytest.raises(error) as caught:
        call(*arguments, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message


def total(evaluation):
    return float(evaluation.log_l[0])


# Evaluating a point


def test_a_point_has_parameters_predictions_and_likelihoods(file):
    point = Fit.from_file(file).evaluate(POINT)
    assert {name: values[0] for name, values in point.parameters.items()} == {"m_a": 1.0, "r": 0.48, **POINT}
    assert point.predictions["m_chi"][0] == pytest.approx(0.48, rel=1e-14)
    assert set(point.log_l_by_entry) == {"belle2_bknunu_2023", "planck_relic_2018", "babar_bkinv_2013"}
    assert total(point) == pytest.approx(sum(values[0] for values in point.log_l_by_entry.values()), rel=1e-14)


def test_a_value_overrules_a_fixed_parameter(file):
    fit = Fit.from_file(file)
    assert fit.evaluate({**POINT, "m_a": 2.0}).predictions["m_chi"][0] == pytest.approx(0.96, rel=1e-14)


def test_a_point_outside_of_the_prior_has_a_likelihood_and_no_prior(file):
    point = Fit.from_file(file).evaluate({**POINT, "g_agg": 1e-3})
    assert np.isfinite(total(point))
    assert point.log_prior[0] == -np.inf


def test_a_point_needs_every_parameter_that_the_file_does_not_fix(file):
    message = refusal(ConfigurationError, Fit.from_file(file).evaluate, {"g_agg": 9e-5})
    assert message == "g_achi has no value: the fit gives it a prior, so give at={'g_achi': VALUE}"


def test_a_point_where_an_entry_does_not_hold_is_refused(file):
    fit = Fit.from_file(file, ["likelihoods=['sn1987a_invisible_2017']"])
    with pytest.raises(ConfigurationError, match=r"does not hold for r > 1/2, .*, but r = 0.6: leave the entry out"):
        fit.evaluate({**POINT, "r": 0.6})


def test_an_unknown_parameter_is_refused_with_a_hint(file):
    message = refusal(ConfigurationError, Fit.from_file(file).evaluate, {**POINT, "g_ag": 1e-4})
    assert message.startswith("at['g_ag']: not a parameter of this scenario: did you mean 'g_agg'?")


@pytest.mark.parametrize("value", [0.0, -1.0, 1e-100, 1e100, np.nan, np.inf])
def test_a_point_outside_of_the_domain_has_no_prediction(file, value):
    message = refusal(PredictionError, Fit.from_file(file).evaluate, {**POINT, "g_agg": value})
    assert message.startswith(f"g_agg = {value:g} must be between ")


def test_a_point_that_never_reaches_equilibrium_has_no_prediction(file):
    fit = Fit.from_file(file, ["relic.engine=cbe"])
    message = refusal(PredictionError, fit.evaluate, {"g_agg": 1e-12, "g_achi": 1e-9})
    assert message.startswith("no relic density: ")


def test_a_file_that_is_not_there_is_an_alpfit_error(tmp_path):
    assert refusal(AlpfitError, Fit.from_file, tmp_path / "none.toml").endswith("does not exist")


@pytest.mark.parametrize(("m_a", "g_agg", "g_achi"), UPPER.values(), ids=UPPER)
def test_the_upper_rows_of_table_1_have_the_right_relic_density(file, m_a, g_agg, g_achi):
    overrides = ["relic.engine=cbe", "relic.annihilation_scale=table1", f"parameters.m_a={m_a}", f"parameters.r={R}"]
    point = Fit.from_file(file, overrides).evaluate({"g_agg": g_agg, "g_achi": g_achi})
    assert point.predictions["Omega_h2"][0] == pytest.approx(OBSERVED, rel=5e-3)


# Running


def test_a_run_writes_every_file_and_nothing_else(run):
    assert {path.name for path in run.folder.path.iterdir()} == FILES
    assert all(path.stat().st_size > 0 for path in run.folder.path.iterdir())
    assert [path.name for path in run.folder.path.parent.iterdir()] == ["small"]


def test_the_figures_are_what_their_names_say(run):
    begin = {".png": b"\x89PNG", ".pdf": b"%PDF"}
    figures = [run.folder.path / name for name in FILES if name.endswith(tuple(begin))]
    assert len(figures) == 6
    for path in figures:
        assert path.read_bytes().startswith(begin[path.suffix]), path.name


def test_a_run_reports_its_progress(run, progress):
    assert progress.n_calls == sorted(progress.n_calls)
    assert progress.n_calls[-1] > progress.n_calls[0]


def test_the_input_is_kept_with_every_default(run):
    kept = tomllib.loads(run.folder.configuration.read_text())
    assert kept["physics"] == {"form_factor": "hpqcd2022", "top_mass": "msbar", "ckm": "flavio-2.7.1"}
    assert kept["sampler"]["bound"] == "multi"
    assert kept["options"]["planck_relic_2018"] == {
        "relative_theory_error": "Omega_h2_theory_error",
        "upper_limit": False,
    }


def test_the_manifest_says_what_was_run(run):
    facts = json.loads(run.folder.manifest.read_text())
    assert facts["seed"] == 5
    assert facts["n_calls"] == run.samples.n_calls
    assert facts["log_z"] == run.samples.log_z
    digests = {m.name: m.digest for m in run.configuration.likelihood.measurements}
    assert facts["likelihoods"] == digests


def test_the_summary_is_the_same_in_the_file_and_in_memory(run):
    assert json.loads(run.folder.summary_json.read_text()) == run.summary
    assert f"ln Z = {run.samples.log_z:.3f}" in run.folder.summary_text.read_text()


def test_the_best_fit_evaluates_to_the_stored_likelihood(run):
    stored = run.summary["best_fit"]
    point = Fit.from_file(run.folder.best_fit).evaluate({})
    assert total(point) == pytest.approx(stored["log_likelihood_total"], rel=1e-9)
    for name, log_l in stored["log_likelihood"].items():
        assert point.log_l_by_entry[name][0] == pytest.approx(log_l, rel=1e-9, abs=1e-12)
    for name, value in stored["derived"].items():
        np.testing.assert_allclose(point.predictions[name], value, rtol=1e-9, err_msg=name)


def test_the_best_fit_says_what_it_is_in_comments(run):
    best = run.summary["best_fit"]
    comments = [line for line in run.folder.best_fit.read_text().splitlines() if line.startswith("#")]
    assert f"# ln L total = {best['log_likelihood_total']:.6g}" in comments
    assert f"# Omega_h2 = {best['derived']['Omega_h2']:.6g}" in comments


def test_every_sample_evaluates_to_its_likelihood(run):
    samples, problem = run.samples, run.configuration.problem
    some = np.linspace(0, samples.log_l.size - 1, 15).astype(int)
    theta = np.stack([samples.parameters[name][some] for name in problem.names], axis=1)
    np.testing.assert_allclose(problem.evaluate(theta).log_l, samples.log_l[some], rtol=1e-9)


@pytest.mark.parametrize("name", ["profile_1d.csv", "profile_2d.csv"])
def test_every_row_of_a_profile_is_a_sample(run, name):
    with run.folder.figure(name).open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) > 10
    assert {float(row["log_likelihood"]) for row in rows} <= set(run.samples.log_l)
    assert min(float(row["minus_two_delta_log_likelihood"]) for row in rows) == 0.0


def test_profiles_in_one_dimension_are_of_all_sampled_and_derived_quantities(run):
    with run.folder.profile_1d.open(newline="") as stream:
        quantities = {row["quantity"] for row in csv.DictReader(stream)}
    assert quantities == {*run.samples.parameters, *run.samples.derived}


def test_a_run_is_read_back_as_it_was(run):
    again = Run.read(run.folder.path)
    assert again.configuration.to_toml() == run.configuration.to_toml()
    assert again.summary == run.summary
    np.testing.assert_array_equal(again.samples.log_l, run.samples.log_l)
    np.testing.assert_array_equal(again.samples.column("Omega_h2"), run.samples.column("Omega_h2"))


def test_figures_are_drawn_again_from_the_folder(run, tmp_path):
    written = alpfit.plot(run.folder.path, QUICK, tmp_path / "figures")
    assert {path.name for path in written} == {name for name in FILES if name.endswith((".png", ".pdf"))}
    assert {path.parent for path in written} == {tmp_path / "figures"}
    assert all(path.stat().st_size > 0 for path in written)


@pytest.mark.usefixtures("light_figures")
def test_the_same_seed_gives_the_same_run(run, file, tmp_path):
    again = Fit.from_file(file).run(tmp_path / "again")
    for name, values in run.samples.parameters.items():
        np.testing.assert_array_equal(again.samples.parameters[name], values)
    np.testing.assert_array_equal(again.samples.log_weights, run.samples.log_weights)
    for name in ("run.toml", "best_fit.toml", "profile_1d.csv", "profile_2d.csv"):
        assert again.folder.figure(name).read_bytes() == run.folder.figure(name).read_bytes(), name


# Refusing to run


def test_an_existing_run_is_not_touched(run, file):
    before = {path.name: path.read_bytes() for path in run.folder.path.iterdir()}
    message = refusal(RunFolderError, Fit.from_file(file).run, run.folder.path)
    assert message.startswith(f"{run.folder.path} holds a run already: replace it with overwrite=True")
    assert {path.name: path.read_bytes() for path in run.folder.path.iterdir()} == before


def test_a_folder_with_something_else_is_not_touched(file, tmp_path):
    (tmp_path / "thesis.tex").write_text("precious")
    message = refusal(RunFolderError, Fit.from_file(file).run, tmp_path, overwrite=True)
    assert "holds something that is not a run" in message
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_with_all_parameters_fixed_there_is_nothing_to_run(file, tmp_path):
    fit = Fit.from_file(file, ["parameters.g_agg=1e-4", "parameters.g_achi=1e-3"])
    message = refusal(ConfigurationError, fit.run, tmp_path / "run")
    assert message.startswith("[parameters] all are fixed: give at least one of them a prior")
    assert list(tmp_path.iterdir()) == []


def test_a_prior_without_any_likelihood_is_refused_before_sampling(file, tmp_path):
    overrides = ["parameters.g_achi.min=1e-14", "parameters.g_achi.max=1e-12", "relic.engine=cbe"]
    fit = Fit.from_file(file, overrides)
    message = refusal(ConfigurationError, fit.run, tmp_path / "run")
    assert message.startswith("[parameters] none of ")
    assert "couplings are too small" in message
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_manifest_is_no_run(tmp_path):
    message = refusal(RunFolderError, Run.read, tmp_path)
    assert message == f"{tmp_path} is not a run folder: it has no manifest.json"


def test_a_run_without_its_input_is_refused(run, tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    assert refusal(AlpfitError, Run.read, tmp_path) == f"{tmp_path / 'run.toml'} does not exist"


@pytest.mark.usefixtures("light_figures")
def test_a_full_disk_at_the_end_is_told_and_the_samples_are_kept(file, tmp_path, monkeypatch, run):
    path = tmp_path / "run"

    def full_disk(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("alpfit.runs.publishing.write_posterior", full_disk)
        message = refusal(RunFolderError, Fit.from_file(file).run, path)
    assert message == f"{path} cannot be written: No space left on device; make room, then continue with resume=True"
    assert [folder.name for folder in tmp_path.iterdir()] == ["run"]
    monkeypatch.setattr("alpfit.inference.samplers.dynesty.Dynesty.run", None)  # it has done its work
    again = Fit.from_file(file).run(path, resume=True)
    np.testing.assert_array_equal(again.samples.log_l, run.samples.log_l)


def test_resuming_a_finished_run_draws_the_figures_that_it_lacks(run, file, tmp_path):
    """As when it was interrupted while they were drawn."""
    path = tmp_path / "copied"
    shutil.copytree(run.folder.path, path)
    drawn = {file.name: file.stat().st_mtime_ns for file in path.glob("*.p[nd][gf]")}
    assert {"corner.png", "corner.pdf", "profile_1d.png"} <= drawn.keys()
    (path / "corner.pdf").unlink()
    Fit.from_file(file).run(path, resume=True)
    again = {file.name: file.stat().st_mtime_ns for file in path.glob("*.p[nd][gf]")}
    assert again.keys() == drawn.keys()
    assert {name for name in drawn if again[name] != drawn[name]} == {"corner.png", "corner.pdf"}


def test_a_finished_run_of_another_input_is_not_taken_for_this_one(run, file):
    path = run.folder.path
    assert Fit.from_file(file).run(path, resume=True).summary == run.summary
    message = refusal(RunFolderError, Fit.from_file(file, ["sampler.seed=6"]).run, path, resume=True)
    assert message.startswith(f"{path} is a finished run of another input, see {path / 'run.toml'}: replace it with ")


@pytest.mark.usefixtures("light_figures")
def test_changed_data_and_code_are_noticed(tmp_path, monkeypatch):
    entry, file, path = tmp_path / "planck_relic_2018", tmp_path / "own.toml", tmp_path / "run"
    shutil.copytree(data_folder() / entry.name, entry)
    write_small(file, *INPUT, 'likelihoods=["belle2_bknunu_2023", "./planck_relic_2018", "babar_bkinv_2013"]')

    def interrupt(*arguments):
        raise Interrupted(2)

    with monkeypatch.context() as patch, pytest.raises(Interrupted):
        patch.setattr("alpfit.inference.session.Session.end", interrupt)
        Fit.from_file(file, ["checkpoint_interval=0"]).run(path)
    with monkeypatch.context() as patch:
        patch.setattr("alpfit.fit.fit.code_digest", lambda: "changed")
        message = refusal(RunFolderError, Fit.from_file(file).run, path, resume=True)
        assert "was begun with code.digest = " in message
        assert "which is changed now" in message
    with (entry / "likelihood.toml").open("a") as stream:
        stream.write("# read again\n")
    message = refusal(RunFolderError, Fit.from_file(file).run, path, resume=True)
    assert "was begun with likelihoods.planck_relic_2018 = " in message
    Fit.from_file(file).run(path, resume=True, force=True)


def test_executor_and_interval_may_change_in_between(file):
    one, other = (
        Fit.from_file(file, overrides).configuration.deciding()
        for overrides in ([], ["parallel.executor=serial", "checkpoint_interval=5"])
    )
    assert one == other
    assert Fit.from_file(file, ["sampler.seed=6"]).configuration.deciding() != one


# One parameter, and running over an old run


@pytest.mark.usefixtures("light_figures")
def test_one_parameter_is_sampled_without_planes_and_replaces_an_old_run(file, tmp_path):
    path = tmp_path / "run"
    path.mkdir()
    (path / "manifest.json").write_text('{"alpfit": "0.1.0"}')
    (path / "profile_2d.png").write_text("old")
    run = Fit.from_file(file, ["parameters.g_achi=1e-3"]).run(path, overwrite=True)
    assert {file.name for file in path.iterdir()} == FILES - {"profile_2d.csv", "profile_2d.png", "profile_2d.pdf"}
    assert list(run.samples.parameters) == ["g_agg"]


def test_without_an_output_the_folder_has_the_name_of_the_file(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "chains" / "small").mkdir(parents=True)
    (tmp_path / "chains" / "small" / "manifest.json").write_text('{"alpfit": "0.1.0"}')
    message = refusal(RunFolderError, Fit.from_file(file).run)
    assert message.startswith("chains/small holds a run already")


def test_the_time_of_a_call_is_the_median_without_the_first_which_may_compile(file, monkeypatch):
    lasting = [100.0, 7.0, 1.0, 6.0, 2.0, 5.0, 3.0, 4.0]
    moments = iter([moment for seconds in lasting for moment in (0.0, seconds)])
    monkeypatch.setattr("alpfit.fit.fit.time", SimpleNamespace(perf_counter=moments.__next__))
    assert Fit.from_file(file).seconds_per_call() == 4.0
