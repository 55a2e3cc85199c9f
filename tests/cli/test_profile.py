"""``alpfit profile``: what it writes and prints, how it is interrupted and continued, and what it refuses."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

import alpfit as alpfit_of_python
from alpfit import Run
from alpfit.cli.arguments import repeated
from alpfit.cli.main import main
from alpfit.errors import ConfigurationError
from alpfit.fit.coverage import check_drawable
from alpfit.fit.profile import refines
from alpfit.runs.profile import RunProfile
from alpfit.runs.profile_request import ProfileRequest, affordable, plans_of

REFERENCE = Path(__file__).resolve().parents[2] / "chains" / "reference" / "invisible"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run without a relic density, with checkpoints whenever it can."""
    document = {
        "scenario": "displaced",
        "likelihoods": ["belle2_bknunu_2023"],
        "parameters": {
            "m_a": {"prior": "uniform", "min": 0.3, "max": 2.0},
            "g_agg": {"prior": "log-uniform", "min": 1e-6, "max": 1e-4},
        },
        "sampler": {"name": "dynesty", "n_live": 25, "dlogz": 3.0, "sample": "rwalk", "walks": 5},
        "checkpoint_interval": 0,
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("alpfit.fit.presenting.write_quick_figures", lambda *_, **__: [])
        return alpfit_of_python.run(document, output=tmp_path_factory.mktemp("runs") / "small")


@pytest.fixture(scope="module")
def refined(run, tmp_path_factory):
    """The refined profile, undisturbed, as the program prints it."""
    path = tmp_path_factory.mktemp("profiles") / "refined"
    return path, program(run, path)


def program(run, path):
    """The exit code, and what is said on both streams."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr("sys.argv", ["alpfit", "profile", str(run.folder.path), *ARGUMENTS, "--output", str(path)])
        with pytest.raises(SystemExit) as ended:
            main()
    return ended.value.code, out.getvalue(), err.getvalue()


ARGUMENTS = ["--parameters", "g_agg", "--grid", "4", "--refine"]


def rows(path):
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_from_samples_all_quantities_and_pairs_are_profiled(alpfit, tmp_path):
    outcome = alpfit("profile", REFERENCE, "--grid", "8", "--output", tmp_path / "out")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.endswith(f"written to {tmp_path / 'out'}\n")
    made, samples = RunProfile.read(tmp_path / "out"), Run.read(REFERENCE).samples
    pairs = [profile for profile in made.profiles if len(profile.names) == 2]
    assert len(pairs) == 6
    assert all(profile.shape == (8, 8) for profile in pairs)
    alone = [profile.names[0] for profile in made.profiles if len(profile.names) == 1]
    assert alone == [*samples.parameters, *samples.derived]
    assert made.top == samples.log_l.max()
    assert outcome.out.startswith(made.text)


def test_derived_quantities_can_be_paired(alpfit, tmp_path):
    names = ["m_a", "BR(B+->K+ a(inv))"]
    assert (
        alpfit(
            "profile", REFERENCE, "--parameters", *names, "--grid", "5", "--no-refine", "--output", tmp_path / "out"
        ).code
        == 0
    )
    assert RunProfile.read(tmp_path / "out").profiles[0].names == tuple(names)


def test_refined_profiles_are_in_place_and_not_below_the_samples(refined, run):
    path, (code, _, err) = refined
    assert (code, err) == (0, "")
    made = RunProfile.read(path)
    assert [(profile.names, profile.shape) for profile in made.profiles] == [(("g_agg",), (4,))]
    assert made.top >= run.samples.log_l.max()
    manifest = json.loads((path / "manifest.json").read_text())
    assert manifest["n_calls"] > 50
    assert {file.name for file in path.iterdir()} == {
        *("manifest.json", "intervals.json", "intervals.txt", "profiles.nc", "contours.csv", "hepdata", "g_agg.csv"),
    }
    for row in rows(path / "g_agg.csv"):
        entries = [float(value) for name, value in row.items() if name.startswith("log_likelihood:")]
        assert sum(entries) == pytest.approx(float(row["log_likelihood"]), rel=1e-12)


def test_other_workers_find_the_same(run, refined, alpfit, tmp_path):
    path = tmp_path / "out"
    workers = ["--set", "parallel.executor=threads", "--set", "parallel.workers=3"]
    made = alpfit("profile", run.folder.path, *ARGUMENTS, "--output", path, *workers)
    assert (made.code, made.err) == (0, "")
    assert (path / "g_agg.csv").read_text() == (refined[0] / "g_agg.csv").read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_it_goes_on_as_if_nothing_had_happened(number, run, refined, alpfit, tmp_path):
    path = tmp_path / "out"
    call = [sys.executable, "-m", "alpfit.cli.main", "profile", str(run.folder.path), *ARGUMENTS, "--output", str(path)]
    process = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not list(path.glob("unfinished/checkpoint-*.bin")):
        time.sleep(0.01)
    os.kill(process.pid, number)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert error == f"alpfit: interrupted; continue {path} with --resume\n"
    arguments = ["profile", run.folder.path, *ARGUMENTS, "--output", path]
    refusal = alpfit(*arguments)
    assert refusal.code == 2
    assert "holds an unfinished profile" in refusal.err
    advice = alpfit("status", path).out
    assert f"continue with alpfit profile RUN {' '.join(ARGUMENTS)} --output {path} --resume\n" in advice
    continued = alpfit(*arguments, "--resume")
    assert (continued.code, continued.err) == (0, "")
    for name in ("g_agg.csv", "intervals.json", "contours.csv"):
        assert (path / name).read_text() == (refined[0] / name).read_text()
    calls = [json.loads((folder / "manifest.json").read_text())["n_calls"] for folder in (path, refined[0])]
    assert calls[0] == calls[1]


def test_what_was_begun_with_something_else_is_not_continued(run, alpfit, tmp_path, monkeypatch):
    from alpfit.inference.interrupts import Interrupts

    path = tmp_path / "out"
    arguments = ["profile", run.folder.path, "--parameters", "g_agg", "--refine", "--output", path]
    with monkeypatch.context() as patch:
        patch.setattr(Interrupts, "arrived", property(lambda self: setattr(self, "_number", 15) or True))
        assert alpfit(*arguments, "--grid", "4").code == 143
    other_grid = alpfit(*arguments, "--grid", "5", "--resume")
    assert (other_grid.code, other_grid.err.count("\n")) == (2, 1)
    assert "was begun with grid = 4, which is 5 now: put it back, or begin anew with" in other_grid.err
    with monkeypatch.context() as patch:
        patch.setattr("alpfit.fit.fit.code_digest", lambda: "changed")
        assert "was begun with code.digest = " in alpfit(*arguments, "--grid", "4", "--resume").err
    assert alpfit(*arguments, "--grid", "4", "--resume").code == 0


def test_the_status_of_a_run_tells_of_its_unfinished_profile(alpfit, tmp_path, monkeypatch):
    from alpfit.inference.interrupts import Interrupts

    path = copytree(REFERENCE, tmp_path / "run")
    with monkeypatch.context() as patch:
        patch.setattr(Interrupts, "arrived", property(lambda self: setattr(self, "_number", 15) or True))
        assert alpfit("profile", path, "--parameters", "m_a", "--grid", "4", "--refine").code == 143
    told = alpfit("status", path).out.splitlines()
    assert told[0].startswith("finished: ")
    command = f"alpfit profile {path} --parameters m_a --grid 4 --refine --output {path / 'profile'} --resume"
    assert told[1] == f"the profile in {path / 'profile'} is interrupted: continue with {command}"
    identity = path / "profile" / "unfinished" / "identity.json"
    begun = json.loads(identity.read_text())
    identity.write_text(json.dumps({**begun, "profile": {"parameters": [], "grid": None, "refine": [["m_a"]]}}))
    assert f"continue with alpfit profile {path} --output" in alpfit("status", path).out  # begun without an option
    refused = alpfit("profile", path, "--refine", "--resume").err
    assert "profile was begun without --refine" in refused
    assert "less than a minute: leave it out, or begin anew with --overwrite" in refused


def test_a_damaged_profile_is_mended_as_reading_it_says(alpfit, tmp_path):
    path = copytree(REFERENCE, tmp_path / "run")
    (path / "profile").mkdir()
    (path / "profile" / "manifest.json").write_text("junk")
    told = alpfit("plot", path, "--only", "profile_1d").err
    command = f"make it anew with alpfit profile {path} --overwrite, or remove {path / 'profile'}"
    assert command in told
    assert alpfit("profile", path, "--parameters", "m_a", "--grid", "4", "--no-refine", "--overwrite").code == 0
    assert RunProfile.read(path / "profile").profiles


def test_finished_profiles_are_kept_replaced_or_read(run, refined, alpfit):
    path = refined[0]
    arguments = ["profile", run.folder.path, *ARGUMENTS, "--output", path]
    assert f"{path} holds a profile already: replace it with --overwrite" in alpfit(*arguments).err
    again = alpfit(*arguments, "--resume")
    assert (again.code, again.out) == (0, refined[1][1])
    assert "is a finished profile of something else" in alpfit(*arguments[:-3], "--output", path, "--resume").err


def test_without_an_output_it_is_in_the_run_folder(run, alpfit):
    outcome = alpfit("profile", run.folder.path)
    assert outcome.out.endswith(f"written to {run.folder.path / 'profile'}\n")
    assert alpfit("profile", run.folder.path, "--overwrite").code == 0
    made = RunProfile.read(run.folder.path / "profile")
    status = alpfit("status", made.folder.path).out
    assert status == f"finished: {len(made.profiles)} profiles, best ln L = {made.top:.2f}\n"
    assert np.isfinite(made.top)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            ["RUN", "--parameters", "a", "b", "--grid", "3"],
            ["RUN", *["--parameters", "a", "--parameters", "b"], "--grid", "3"],
        ),
        (
            ["--parameters", "a", "--parameters", "b", "c"],
            ["--parameters", "a", "--parameters", "b", "--parameters", "c"],
        ),
        (["RUN", "--parameters", "a,b"], ["RUN", "--parameters", "a,b"]),
    ],
)
def test_one_option_may_have_several_values(words, expected):
    assert repeated(words) == expected


@pytest.mark.parametrize("names", [["m_a", "r"], ["m_a,r"], ["m_a", "--parameters", "r"]], ids=" ".join)
def test_parameters_can_be_named_in_any_way(names, alpfit, tmp_path):
    assert (
        alpfit(
            "profile", REFERENCE, "--parameters", *names, "--grid", "5", "--no-refine", "--output", tmp_path / "out"
        ).code
        == 0
    )
    assert RunProfile.read(tmp_path / "out").profiles[0].names == ("m_a", "r")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["REFERENCE", "--parameters", "m_A"], "--parameters m_A: not a quantity of this run: did you mean 'm_a'?"),
        (
            ["REFERENCE", "--parameters", "m_chi", "--refine"],
            "--parameters m_chi: a derived quantity cannot be held fixed",
        ),
        (["REFERENCE", "--grid", "60y60"], "--grid 60y60: write the bins along both axes as 60x60, or as one number"),
        (["REFERENCE", "--grid", "0x5"], "--grid 0x5: the bins along an axis must be between 1 and 1000"),
        (
            ["REFERENCE", "--parameters", "m_a", "--grid", "6x6"],
            "--grid 6x6: one parameter has one axis: write --grid 6",
        ),
        (
            ["REFERENCE", "--set", "relic.engine=nbe"],
            "--set relic.engine=nbe: only [parallel] may change here",
        ),
        (["REFERENCE", "--set", "parallel.executor=thread"], "did you mean 'threads'?"),
        (["EMPTY"], "is not a run folder"),
        (["REFERENCE", "--output", "FILE"], "is a file: choose a folder with --output DIR"),
        (["REFERENCE", "extra"], "unexpected extra argument"),
        (
            ["REFERENCE", "--parameters", ","],
            "--parameters names nothing: name quantities of this run, or leave them out",
        ),
        (["REFERENCE", "--parameters"], "'--parameters' requires an argument"),
    ],
)
def test_a_wrong_call_is_one_line_on_stderr_and_exit_code_2(arguments, expected, alpfit, file, tmp_path):
    places = {"REFERENCE": REFERENCE, "EMPTY": tmp_path, "FILE": file}
    before = sorted(REFERENCE.iterdir())
    outcome = alpfit("profile", *(places.get(argument, argument) for argument in arguments))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("alpfit: ")
    assert outcome.err.count("\n") == 1
    assert expected in outcome.err
    assert sorted(REFERENCE.iterdir()) == before


def test_coverage_is_checked_with_toys_and_written_down(alpfit, run, tmp_path):
    """The likelihood of the run is a measured value, so that none is kept as it is."""
    call = ["profile", run.folder.path, *ARGUMENTS, "--coverage", "3", "--output", tmp_path / "out"]
    outcome = alpfit(*call)
    assert outcome.code == 0
    record = json.loads((tmp_path / "out" / "coverage.json").read_text())
    assert record["kept_as_they_are"] == []
    assert [interval["level"] for interval in record["intervals"]] == ["68.3 %", "95.4 %"]
    for interval in record["intervals"]:
        losses = np.array(interval["losses"])
        assert losses.shape == (3,)
        assert losses.min() >= 0.0
        assert interval["share"] == np.mean(losses <= interval["threshold"])
        shown = f"g_agg, {interval['level']}: {100.0 * interval['share']:.1f} +-"
        assert shown in outcome.out


def test_there_is_no_coverage_where_no_data_are_known(run):
    only_limits = run.configuration.changed(likelihoods=["babar_gamma_inv_2017"])
    with pytest.raises(ConfigurationError, match="the data of none of this run's likelihoods are known"):
        check_drawable(only_limits.problem)


# refined without being asked for


def test_what_takes_less_than_a_minute_is_refined_unasked_single_parameters_first(run, monkeypatch):
    plans = plans_of(run, ProfileRequest())
    alone = {(name,) for name in run.samples.parameters}
    pairs = {plan.names for plan in plans if len(plan.names) == 2}
    per_call = run.summary["likelihood_time_s"] / run.summary["n_calls"]
    of_one = 60 * 50 * (len(alone) - 1) * per_call * len(alone)

    def chosen(longest):
        monkeypatch.setattr("alpfit.runs.profile_request.LONGEST_UNASKED", longest)
        return affordable(run, ProfileRequest(), plans)

    assert chosen(0.99 * of_one) == (frozenset(), 0.0)
    assert chosen(1.01 * of_one) == (alone, pytest.approx(of_one))
    assert chosen(1e9)[0] == alone | pairs
    (name,) = next(iter(alone))
    request = ProfileRequest((name,))
    assert affordable(run, request, plans_of(run, request))[0] == {(name,)}


def test_the_refined_stand_beside_those_of_the_samples_and_it_is_said_which(alpfit, run, tmp_path, monkeypatch):
    names = list(run.samples.parameters)
    chosen = frozenset({(names[0],)})
    monkeypatch.setattr("alpfit.fit.profile.affordable", lambda *_: (chosen, 3.0))
    path = tmp_path / "out"
    outcome = alpfit("profile", run.folder.path, "--grid", "10", "--output", path)
    assert outcome.code == 0
    assert (
        f"alpfit: ln L is maximised in each bin of 1 of {len(RunProfile.read(path).profiles)} profiles" in outcome.err
    )
    assert "3 s: --no-refine leaves that out" in outcome.err
    assert f"profiles are maximised in each bin for {names[0]}; for others of the best sample" in outcome.out
    assert {profile.names for profile in RunProfile.read(path).profiles if profile.refined} == chosen
    again = alpfit("profile", run.folder.path, "--grid", "10", "--output", path, "--resume")
    assert again.code == 0
    assert "finished already" in again.err

    plain = alpfit("profile", run.folder.path, "--grid", "10", "--output", tmp_path / "plain", "--no-refine")
    assert plain.err == ""
    assert not any(profile.refined for profile in RunProfile.read(tmp_path / "plain").profiles)


def test_nothing_is_refined_unasked_where_data_have_changed(alpfit, run, tmp_path, monkeypatch):
    monkeypatch.setattr("alpfit.fit.profile.affordable", lambda *_: (frozenset({("g_agg",)}), 3.0))
    monkeypatch.setattr("alpfit.runs.freshness.Freshness.changes", ("the data have changed",))
    assert alpfit("profile", run.folder.path, "--output", tmp_path / "out").code == 0
    assert not any(profile.refined for profile in RunProfile.read(tmp_path / "out").profiles)


def test_somebody_elses_scenario_is_not_run_unasked(run, monkeypatch):
    """Not even to see whether it gives the same ln L."""
    kind = replace(run.configuration.kind, place="./scenario.py:Own")
    monkeypatch.setitem(vars(run.configuration), "kind", kind)
    monkeypatch.setattr("alpfit.fit.profile.affordable", lambda *_: pytest.fail("it was looked at"))
    assert not refines(run, (), None, None, force=False)
