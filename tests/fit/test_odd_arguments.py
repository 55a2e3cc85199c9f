"""Whatever Fit, Run and what is asked of them are given, they answer or say in one sentence what is wrong."""

from pathlib import Path

import numpy as np
import pytest
from odd import ODD

from alpfit import Fit, Run
from alpfit.errors import AlpfitError
from alpfit.fit import Changes, ProfileRequest, Reweighting, RunProfile, bibliography, check_coverage, profile_run
from alpfit.runs.comparison import compare_runs
from alpfit.figures import figures
from alpfit.fit.profile import with_workers
from alpfit.fit.report import write_report

pytestmark = pytest.mark.usefixtures("short_reports")

PLACES = ["a\0b", "a" * 5000, Path("/dev/null/file")]
"""That are none."""

VALUES = [*ODD, *PLACES]
POINT = {"m_a": 2.0, "g_agg": 1e-5}


def hashable(value):
    try:
        hash(value)
    except TypeError:
        return False
    return True


def calls(project, fit, run, place):
    """Each takes one value, in place of what is wanted there; those that answer write to ``place``."""
    made = profile_run(run, ProfileRequest(("m_a",), "3"), place / "made")
    return {
        "Fit.from_file": Fit.from_file,
        "overrides": lambda odd: Fit.from_file(project.file, odd),
        "evaluate": fit.evaluate,
        "evaluate, value": lambda odd: fit.evaluate({**POINT, "m_a": odd}),
        "evaluate, name": lambda odd: fit.evaluate({**POINT, odd: 1.0}) if hashable(odd) else None,
        "compare": fit.compare,
        "diagnose": fit.diagnose,
        "Run.read": Run.read,
        "RunProfile.read": RunProfile.read,
        "bibliography": bibliography,
        "export": lambda odd: run.export(odd, place),
        "figures": lambda odd: figures(run, odd),
        "figures, at": lambda odd: figures(run, ["plane"], at=odd),
        "figures, a value": lambda odd: figures(run, ["plane"], at={"m_a": odd}),
        "figures, ranges": lambda odd: figures(run, ["plane"], ranges=odd),
        "figures, a range": lambda odd: figures(run, ["plane"], ranges={"m_a": odd}),
        "figures, other": lambda odd: figures(run, ["corner"], other=odd),
        "Changes, add": lambda odd: Reweighting.of(project.run_path, Changes(add=odd)),
        "Changes, drop": lambda odd: Reweighting.of(project.run_path, Changes(drop=odd)),
        "Changes, overrides": lambda odd: Reweighting.of(project.run_path, Changes(overrides=odd)),
        "Reweighting.of": lambda odd: Reweighting.of(odd, Changes(drop=("invented",))),
        "ProfileRequest": lambda odd: profile_run(run, ProfileRequest(odd, "3"), place / "p", overwrite=True),
        "grid": lambda odd: profile_run(run, ProfileRequest(("m_a",), odd), place / "p", overwrite=True),
        "profile_run": lambda odd: profile_run(odd, ProfileRequest(("m_a",), "3"), place / "p", overwrite=True),
        "request": lambda odd: profile_run(run, odd, place / "p", overwrite=True),
        "with_workers": lambda odd: with_workers(run, odd),
        "check_coverage": lambda odd: check_coverage(run, made, odd),
        "compare_runs": compare_runs,
        "compare_runs, one": lambda odd: compare_runs([run, odd]),
    }


OUTPUTS = {
    "run": lambda fit, _, odd: fit.run(odd),
    "export": lambda _, run, odd: run.export("csv", odd),
    "plot": lambda _, run, odd: run.plot(odd, []),
    "profile": lambda _, run, odd: profile_run(run, ProfileRequest(("m_a",), "3"), odd),
    "report": lambda _, run, odd: write_report(run, odd),
}


def answer(call, odd):
    """Call, and let nothing but a sentence come out of it."""
    try:
        call(odd)
    except AlpfitError as error:
        assert "\n" not in str(error)  # noqa: PT017 - an answer is fine, too
        assert str(error)  # noqa: PT017


def test_an_odd_argument_is_answered_or_refused_in_one_sentence(finished_project, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fit = Fit.from_file(finished_project.file)
    for call in calls(finished_project, fit, finished_project.run, tmp_path).values():
        for odd in VALUES:
            answer(call, odd)


@pytest.mark.parametrize("verb", OUTPUTS)
def test_a_place_that_is_no_path_is_refused(finished_project, tmp_path, monkeypatch, verb):
    monkeypatch.chdir(tmp_path)
    fit, run = Fit.from_file(finished_project.file), finished_project.run
    for odd in VALUES:
        if odd is not None and not (isinstance(odd, str) and odd == "heavy"):
            with pytest.raises(AlpfitError):
                OUTPUTS[verb](fit, run, odd)


@pytest.mark.parametrize("values", [{"m_a": [1.0, 2.0], "g_agg": 1e-5}, {"m_a": np.array([2.0]), "g_agg": 1e-5}])
def test_evaluate_takes_one_point(finished_project, values):
    with pytest.raises(AlpfitError, match=r"m_a = .* must be a number"):
        Fit.from_file(finished_project.file).evaluate(values)
