"""What a run fell short of, what a choice does not do and what a prior leaves out is said by the program."""

import errno
import os
import re
from pathlib import Path

import pytest

REFERENCE = Path(__file__).resolve().parents[2] / "chains" / "reference" / "invisible"

DISPLACED = """\
scenario = "displaced"
likelihoods = ["{entry}"]
[parameters]
m_a = {{ prior = "uniform", min = {low}, max = {high} }}
g_agg = {{ prior = "log-uniform", min = 1e-6, max = 1e-3 }}
"""


def written(tmp_path, **choices):
    path = tmp_path / "fit.toml"
    path.write_text(DISPLACED.format(**choices))
    return path


@pytest.mark.usefixtures("light_figures")
def test_a_reweighting_that_failed_has_no_verdict_in_a_comparison(alpfit, tmp_path):
    """By the number density alone the posterior is elsewhere: few effective samples of 440 are left."""
    made = alpfit("reweight", REFERENCE, "--set", "relic.engine=nbe", "--output", tmp_path / "nbe")
    assert made.code == 3
    assert "Pareto k-hat: " in made.out
    compared = alpfit("compare", REFERENCE, tmp_path / "nbe", "--output", tmp_path / "compared")
    assert compared.code == 0
    assert "evidence against" not in compared.out
    assert "target missed" in compared.out
    left = re.search(r"nbe missed a target: reweighting has left (\d+) effective samples", compared.out)
    assert left is not None
    assert int(left[1]) < 100
    assert "nbe: Pareto k-hat of its weights" in compared.out
    for verb in (["status"], ["export", "--format", "csv"], ["plot", "--only", "corner"], ["profile", "--grid", "4"]):
        told = alpfit(verb[0], tmp_path / "nbe", *verb[1:])
        assert told.code == 0
        assert f"alpfit: {tmp_path / 'nbe'} missed a target: reweighting has left" in told.err


@pytest.mark.parametrize(
    ("choice", "figure"),
    [(["--at", "m_a=3"], "plane"), (["--range", "m_a=1:2"], "plane"), (["--with", REFERENCE], "corner")],
)
def test_a_choice_that_no_figure_shows_is_refused(alpfit, tmp_path, choice, figure):
    outcome = alpfit("plot", REFERENCE, "--only", "trace", *choice, "--output", tmp_path)
    assert outcome.code == 2
    assert outcome.err == (
        f"alpfit: {choice[0]} is for the figure '{figure}', which is not drawn: leave it out, or add --only {figure}\n"
    )
    assert list(tmp_path.iterdir()) == []


INVISIBLE = """\
scenario = "invisible"
likelihoods = ["planck_relic_2018"]
[relic]
engine = "nbe"
[parameters]
m_a = 1.0
r = {{ prior = "uniform", min = {low}, max = {high} }}
g_agg = 1e-4
g_achi = {g_achi}
"""


def test_check_says_how_much_of_the_prior_has_no_likelihood(alpfit, tmp_path):
    """Above r = 0.59, half of this one, the lowest order of chi chi -> a a means nothing."""
    path = tmp_path / "fit.toml"
    path.write_text(INVISIBLE.format(low=0.52, high=0.66, g_achi=3.0))
    outcome = alpfit("check", path)
    assert outcome.code == 0
    line = next(line for line in outcome.out.splitlines() if "of the prior has no likelihood" in line)
    assert 45.0 < float(line.split()[2]) < 55.0
    assert outcome.out.splitlines()[-1].startswith("#   ")
    assert "g_achi m_chi is above 1.77" in outcome.out
    whole = tmp_path / "whole.toml"
    whole.write_text(INVISIBLE.format(low=0.45, high=0.49, g_achi=1e-3))
    assert "has no likelihood" not in alpfit("check", whole).out


DARK_MATTER = """\
scenario = "displaced"
likelihoods = ["belle2_bknunu_2023", "planck_relic_2018", "cmb_annihilation_2018"{more}]
[relic]
engine = "nbe"
[parameters]
m_a = 0.3
r = {{ prior = "uniform", min = 0.45, max = 0.6 }}
g_agg = {{ prior = "log-uniform", min = 1e-5, max = 1e-3 }}
g_achi = 0.1
"""


def test_displaced_with_dark_matter_is_checked_evaluated_explained_and_cited(alpfit, tmp_path):
    path = tmp_path / "fit.toml"
    path.write_text(DARK_MATTER.format(more=""))
    assert alpfit("check", path).code == 0
    for r, invisible in ((0.45, True), (0.55, False)):
        told = alpfit("evaluate", path, "--at", f"r={r}", "--at", "g_agg=1e-4")
        lines = dict(line.split(maxsplit=1) for line in told.out.splitlines() if line.startswith("  "))
        assert told.code == 0
        assert float(lines["Omega_h2"]) > 0.0
        assert (float(lines["BR(a->inv)"]) > 0.0) == invisible
    explained = alpfit("explain", path)
    assert explained.code == 0
    assert "planck_relic_2018" in explained.out
    assert "Planck:2018vyg" in alpfit("cite", path).out


def test_an_entry_for_one_side_of_the_border_is_refused_where_the_prior_reaches_the_other(alpfit, tmp_path):
    path = tmp_path / "fit.toml"
    path.write_text(DARK_MATTER.format(more=', "e137_1988"'))
    for verb in ("check", "explain", "cite"):
        outcome = alpfit(verb, path)
        assert outcome.code == 2
        assert outcome.err == (
            f"alpfit: {path}: likelihoods: 'e137_1988' is made for: displaced, and does not hold for r < 1/2, where "
            "a -> chi chi is open, but r is from 0.45 to 0.6: bound r's prior at 0.5, or leave the entry out\n"
        )
    assert alpfit("check", path, "--set", "parameters.r.min=0.5").code == 0


def test_explain_does_not_blame_a_likelihood_that_loses_nothing(alpfit, tmp_path):
    outcome = alpfit("explain", written(tmp_path, entry="belle2_bknunu_2023", low=0.01, high=0.1))
    assert outcome.code == 0
    assert "the best loses nothing: no likelihood speaks against it." in outcome.out
    assert "-0.000" not in outcome.out


@pytest.mark.parametrize("verb", [["check"], ["explain"], ["evaluate", "--at", "m_a=1", "--at", "g_agg=1e-5"]])
def test_a_byte_order_mark_is_no_matter(alpfit, tmp_path, verb):
    path = written(tmp_path, entry="na62_kpix_2025", low=1.0, high=2.0)
    path.write_text("\ufeff" + path.read_text())
    assert alpfit(verb[0], path, *verb[1:]).code == 0


def test_a_file_without_a_scenario_says_so_also_with_published_nuisances(alpfit, tmp_path):
    path = tmp_path / "fit.toml"
    path.write_text('likelihoods = ["na62_kpix_2025"]\n[parameters]\nf0_scale = "published"\n')
    outcome = alpfit("check", path)
    assert (outcome.code, outcome.err) == (2, f"alpfit: {path}: scenario is missing\n")


@pytest.mark.parametrize(
    "prior",
    [
        '{ prior = "uniform", min = 0.1, max = 0.10000000000000002 }',
        '{ prior = "log-uniform", min = 1.0, max = 1.0000000000000002 }',
        '{ prior = "normal", mean = 1.0, sigma = 1e-17 }',
        '{ prior = "log-normal", median = 1.0, sigma = 1e-17 }',
        '{ prior = "truncated-normal", mean = 1.0, sigma = 1e-17, min = 0.0, max = 2.0 }',
    ],
)
def test_a_prior_that_is_too_narrow_for_numbers_is_refused(alpfit, tmp_path, prior):
    path = written(tmp_path, entry="na62_kpix_2025", low=1.0, high=2.0)
    outcome = alpfit("check", path, "--set", f"parameters.m_a={prior}")
    assert outcome.code == 2
    assert "too little to tell numbers apart: fix the parameter" in outcome.err


def test_the_summary_is_printed_and_a_figure_that_fails_is_one_sentence(alpfit, file, tmp_path, monkeypatch):
    from alpfit.chains.checkpoints import write_durably

    def full_disk(path, content):
        if path.name == "corner.pdf":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write_durably(path, content)

    monkeypatch.setattr("alpfit.figures.files.write_durably", full_disk)
    monkeypatch.setattr("alpfit.figures.posterior.profile_1d", None)  # not callable: any fault of a library
    outcome = alpfit("run", file, "--output", tmp_path / "run")
    assert outcome.code == 0
    assert "ln Z = " in outcome.out
    assert "the figure 'corner' was not drawn (No space left on device): alpfit plot" in outcome.err
    drawn = {path.name for path in (tmp_path / "run").iterdir() if path.suffix in {".png", ".pdf"}}
    assert "corner.pdf" not in drawn
    assert "profile_2d.pdf" in drawn
    assert not list((tmp_path / "run").glob("*.writing"))
