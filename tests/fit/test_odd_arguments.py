"""Whatever Fit, Run and what is asked of them are given, they answer or say in one sentence what is wrong."""

from pathlib import Path

import numpy as np
import pytest
from odd import ODD

import alpfit
from alpfit import Fit, Run
from alpfit.errors import AlpfitError
from alpfit.figures import figures
from alpfit.fit.profile import with_workers
from alpfit.runs.profile import RunProfile

pytestmark = pytest.mark.usefixtures("light_figures")

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
    return {
        "Fit.from_file": Fit.from_file,
        "overrides": lambda odd: Fit.from_file(project.file, odd),
        "evaluate": fit.evaluate,
        "evaluate, value": lambda odd: fit.evaluate({**POINT, "m_a": odd}),
        "evaluate, name": lambda odd: fit.evaluate({**POINT, odd: 1.0}) if hashable(odd) else None,
        "Fit.from_dict": Fit.from_dict,
        "Fit.with_overrides": fit.with_overrides,
        "run": lambda odd: alpfit.run(odd, place / "r"),
        "run, repeat": lambda odd: alpfit.run(fit, place / "r", repeat=odd),
        "run, seed": lambda odd: alpfit.run(fit, place / "r", seed=odd),
        "alpfit.evaluate": alpfit.evaluate,
        "alpfit.evaluate, at": lambda odd: alpfit.evaluate(fit, odd),
        "explain": alpfit.explain,
        "read_run": alpfit.read_run,
        "plot": lambda odd: alpfit.plot(odd, "corner"),
        "plot, only": lambda odd: alpfit.plot(run, odd, place / "f"),
        "report": lambda odd: alpfit.report(odd, place / "r.html"),
        "Run.read": Run.read,
        "RunProfile.read": RunProfile.read,
        "cite": alpfit.cite,
        "export": lambda odd: alpfit.export(run, odd, place),
        "figures": lambda odd: figures(run, odd),
        "figures, at": lambda odd: figures(run, ["plane"], at=odd),
        "figures, a value": lambda odd: figures(run, ["plane"], at={"m_a": odd}),
        "figures, ranges": lambda odd: figures(run, ["plane"], ranges=odd),
        "figures, a range": lambda odd: figures(run, ["plane"], ranges={"m_a": odd}),
        "plot, other": lambda odd: alpfit.plot(run, "corner", other=odd),
        "plot, at": lambda odd: alpfit.plot(run, "plane", at=odd),
        "plot, ranges": lambda odd: alpfit.plot(run, "plane", ranges=odd),
        "reweight, add": lambda odd: alpfit.reweight(run, add=odd, output=place / "w", overwrite=True),
        "reweight, drop": lambda odd: alpfit.reweight(run, drop=odd, output=place / "w", overwrite=True),
        "reweight, overrides": lambda odd: alpfit.reweight(run, overrides=odd, output=place / "w", overwrite=True),
        "reweight": lambda odd: alpfit.reweight(odd, drop=["invented"], output=place / "w", overwrite=True),
        "profile, parameters": lambda odd: alpfit.profile(run, odd, grid="3", output=place / "p", overwrite=True),
        "profile, grid": lambda odd: alpfit.profile(run, ("m_a",), grid=odd, output=place / "p", overwrite=True),
        "profile": lambda odd: alpfit.profile(odd, ("m_a",), grid="3", output=place / "p", overwrite=True),
        "with_workers": lambda odd: with_workers(run, odd),
        "coverage": lambda odd: alpfit.profile(run, ("m_a",), grid="3", coverage=odd, output=place / "c"),
        "compare": alpfit.compare,
        "compare, one": lambda odd: alpfit.compare([run, odd]),
    }


OUTPUTS = {
    "run": lambda fit, _, odd: fit.run(odd),
    "export": lambda _, run, odd: alpfit.export(run, "csv", odd),
    "plot": lambda _, run, odd: alpfit.plot(run, [], odd),
    "profile": lambda _, run, odd: alpfit.profile(run, ("m_a",), grid="3", output=odd),
    "report": lambda _, run, odd: alpfit.report(run, odd),
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
