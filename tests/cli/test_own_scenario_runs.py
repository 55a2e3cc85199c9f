"""A scenario of one's own goes through every verb and every executor, and its run is shown when it is gone."""

import json
import shutil

import numpy as np
import pytest
from own_scenarios import GOOD, TOML

import alpfit
from alpfit import Fit, Run
from alpfit.cli.main import app
from alpfit.inference.parallel import EXECUTORS

pytestmark = pytest.mark.usefixtures("light_figures", "short_reports")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The scenario and the input in a folder of their own."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "line.py").write_text(GOOD)
    (folder / "fit.toml").write_text(TOML)
    return folder


@pytest.fixture(scope="module")
def run(project):
    return alpfit.run(project / "fit.toml", output=project / "run")


def verbs(project, run, out):
    """Each verb of the command line on the scenario, or on its run."""
    file, path = project / "fit.toml", run.folder.path
    return {
        "run": ("run", file, "--output", path, "--resume"),
        "status": ("status", path),
        "check": ("check", file),
        "compile": ("compile", file),
        "evaluate": ("evaluate", path, "--at", "m_X=2.0", "--at", "BR=1e-5"),
        "explain": ("explain", file),
        "fit-quality": ("fit-quality", run.folder.path, "--toys", "20"),
        "forecast": (
            *("forecast", file, "--set", 'likelihoods=["belle2_bknunu_q2_2025"]', "--luminosity", "1"),
            *("--truth", "m_X=2.0", "--truth", "BR=1e-5", "--masses", "1:2:2", "--output", out / "forecast"),
        ),
        "profile": ("profile", path, "--parameters", "m_X", "--grid", "4", "--refine", "--output", out / "profile"),
        "reweight": (
            "reweight",
            path,
            "--drop",
            "belle2_bkx_recast_2025",
            "--add",
            "belle2_bknunu_2023",
            "--output",
            out / "reweighted",
        ),
        "plot": ("plot", path, "--only", "corner", "--only", "plane", "--only", "pulls"),
        "compare": ("compare", path, path),
        "report": ("report", path, "--output", out / "report.html"),
        "export": ("export", path, "--format", "csv", "--output", out / "csv"),
        "likelihoods": ("likelihoods", "belle2_bkx_recast_2025"),
        "scenarios": ("scenarios", project / "line.py"),
        "cite": ("cite", file),
    }


VERBS = tuple(sorted(command.name or command.callback.__name__ for command in app.registered_commands))


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_takes_it(project, run, tmp_path, alpfit, verb):
    outcome = alpfit(*verbs(project, run, tmp_path)[verb])
    assert outcome.code in (0, 3), outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("executor", [name for name in EXECUTORS if name != "mpi"])
def test_every_executor_gives_the_same(project, run, tmp_path, executor):
    workers = {"serial": [], "threads": ["parallel.workers=2"]}.get(executor, ["parallel.workers=1"])  # each loads all
    overrides = [f"parallel.executor={executor}", *workers]
    again = Fit.from_file(project / "fit.toml", overrides).run(tmp_path / "again")
    np.testing.assert_array_equal(again.samples.log_l, run.samples.log_l)


def test_the_run_keeps_its_source_and_knows_when_it_has_changed(project, run, tmp_path):
    kept = run.folder.path / "scenario" / "line.py"
    assert kept.read_text() == GOOD
    assert run.manifest.scenario["original"] == "../line.py"
    assert Run.read(run.folder.path).warnings == ()
    copy = tmp_path / "moved"
    shutil.copytree(project, copy)
    (copy / "line.py").write_text(GOOD + "# another\n")
    moved = Run.read(copy / "run")
    assert [said for said in moved.warnings if f"the scenario in {copy / 'line.py'} has changed since" in said]
    with pytest.raises(alpfit.AlpfitError, match="but the data of the scenario"):
        Fit.from_file(copy / "fit.toml").run(copy / "run", resume=True)


def test_a_run_whose_scenario_is_gone_shows_what_it_holds(project, run, tmp_path, alpfit):
    copy = tmp_path / "moved"
    shutil.copytree(project, copy)
    (copy / "line.py").unlink()
    (copy / "run" / "scenario" / "line.py").unlink()
    for words in (("status", copy / "run"), ("plot", copy / "run", "--only", "corner"), ("report", copy / "run")):
        outcome = alpfit(*words)
        assert outcome.code == 0, outcome.err
    again = Run.read(copy / "run")
    assert again.configuration.quantities["rate"].label == "10^6 B"
    outcome = alpfit("evaluate", copy / "run", "--at", "m_X=2.0", "--at", "BR=1e-5")
    assert outcome.code == 2
    assert "line.py" in outcome.err


def test_what_is_derived_is_kept_and_summarised(run):
    assert list(run.samples.derived) == ["m_a", "BR(B+->K+ a(inv))", "rate"]
    np.testing.assert_allclose(run.samples.derived["rate"], 1e6 * run.samples.parameters["BR"], rtol=1e-14)
    summary = json.loads((run.folder.path / "summary.json").read_text())
    assert {"rate", "m_X"} <= set(summary["parameters"]) | set(summary["derived"])


def test_parameters_without_ends_are_read_again(project, tmp_path):
    (tmp_path / "line.py").write_text(GOOD.replace("range=(0.01, 4.7)", "range=(0.01, float('inf'))"))
    (tmp_path / "fit.toml").write_text(TOML)
    made = alpfit.run(tmp_path / "fit.toml", output=tmp_path / "run")
    again = alpfit.read_run(made.folder.path)
    assert again.configuration.theory.parameters["m_X"].range == (0.01, np.inf)
    assert alpfit.Fit.from_file(tmp_path / "fit.toml").run(tmp_path / "run", resume=True).samples.n_calls == (
        made.samples.n_calls
    )
