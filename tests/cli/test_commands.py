"""What each verb prints when all is well."""

import json
import subprocess
import sys
import tomllib

import pytest
from shipped_entries import shipped

from alpfit.likelihoods import names
from alpfit.likelihoods.catalogue import data_folder
from alpfit.relic import Status

POINT = ["--at", "g_agg=9e-5", "--at", "g_achi=2e-4"]

PLOTTED = ["corner", "plane", "pulls"]

FIGURES = [f"{name}.{extension}" for name in PLOTTED for extension in ("png", "pdf")]


@pytest.fixture(scope="module")
def finished_run(file, tmp_path_factory):
    """The run folder, and what the program printed while it was made: no terminal, as in a batch job."""
    path = tmp_path_factory.mktemp("runs") / "small"
    program = "from alpfit.cli.main import main; main()"
    arguments = ["run", file, "--output", path, "--seed", "3", "--set", "sampler.walks=4"]
    finished = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return path, finished


# evaluate


def test_evaluate_prints_json_for_programs(alpfit, file):
    outcome = alpfit("evaluate", file, *POINT, "--json")
    point = json.loads(outcome.out)
    assert (outcome.code, outcome.err) == (0, "")
    groups = ["parameters", "predictions", "diagnostics", "likelihoods", "log_likelihood", "log_likelihood_total"]
    assert list(point) == [*groups, "log_prior", "remark"]
    assert 15.0 < point["diagnostics"]["x_fo"] < 25.0
    assert 0.0 < point["diagnostics"]["error from plasma"] < 0.02
    assert point["parameters"] == {"m_a": 1.0, "r": 0.48, "g_agg": 9e-5, "g_achi": 2e-4}
    assert {"Omega_h2", "BR(B+->K+ a)", "P_inv"} <= set(point["predictions"])
    assert set(point["log_likelihood"]) == {"belle2_bknunu_2023", "planck_relic_2018"}
    assert point["log_likelihood_total"] == pytest.approx(sum(point["log_likelihood"].values()), rel=1e-13)
    for name, comparison in point["likelihoods"].items():
        assert comparison["log_likelihood"] == point["log_likelihood"][name]
    planck = point["likelihoods"]["planck_relic_2018"]
    assert planck["prediction"] == point["predictions"]["Omega_h2"]
    assert planck["bound"] == 0.12
    error = (0.0012**2 + (point["predictions"]["Omega_h2_theory_error"] * planck["prediction"]) ** 2) ** 0.5
    assert planck["pull"] == pytest.approx((planck["prediction"] - 0.12) / error, rel=1e-12)


def test_evaluate_prints_the_same_numbers_for_humans(alpfit, file):
    point = json.loads(alpfit("evaluate", file, *POINT, "--json").out)
    lines = [line.split() for line in alpfit("evaluate", file, *POINT).out.splitlines()]
    for name, comparison in point["likelihoods"].items():
        assert [name, *(f"{value:.8g}" for value in comparison.values())] in lines
    for group in ("parameters", "predictions", "diagnostics"):
        for name, value in point[group].items():
            shown = "never" if value is None else f"{value:.8g}"  # x_kd, in kinetic equilibrium
            assert [*name.split(), shown] in lines
    assert ["total", f"{point['log_likelihood_total']:.8g}"] in lines
    assert ["log", "prior", f"{point['log_prior']:.8g}"] in lines


def test_evaluate_says_where_a_point_is_outside_of_the_prior(alpfit, file):
    outside = ["--at", "g_agg=9e-4", "--at", "g_achi=2e-4"]
    assert "outside the prior" in alpfit("evaluate", file, *outside).out
    assert json.loads(alpfit("evaluate", file, *outside, "--json").out)["log_prior"] is None


def test_evaluate_says_what_a_relic_density_from_nothing_assumes(alpfit, file):
    feeble = ["--at", "g_agg=1e-12", *POINT[2:]]
    said = f"Omega_h2: {Status.FREEZE_IN.message}"
    assert alpfit("evaluate", file, *feeble).out.splitlines()[-1] == said
    assert json.loads(alpfit("evaluate", file, *feeble, "--json").out)["remark"] == said
    assert json.loads(alpfit("evaluate", file, *POINT, "--json").out)["remark"] == ""


def test_evaluate_takes_overrides(alpfit, file):
    cbe, nbe = (
        json.loads(alpfit("evaluate", file, *POINT, "--json", "--set", f"relic.engine={engine}").out)
        for engine in ("cbe", "nbe")
    )
    assert cbe["predictions"]["Omega_h2"] > 1.5 * nbe["predictions"]["Omega_h2"]


# check


def test_check_prints_the_completed_input_as_toml(alpfit, file):
    outcome = alpfit("check", file, "--set", "sampler.seed=9")
    assert (outcome.code, outcome.err) == (0, "")
    completed = tomllib.loads(outcome.out)
    assert completed["sampler"]["seed"] == 9
    assert completed["physics"]["form_factor"] == "hpqcd2022"
    assert any("one likelihood call takes" in line for line in outcome.out.splitlines()[-4:])


# likelihoods


def test_likelihoods_lists_the_catalogue(alpfit):
    outcome = alpfit("likelihoods")
    assert (outcome.code, outcome.err) == (0, "")
    header, *lines = outcome.out.splitlines()
    assert header.split() == ["name", "experiment", "observable", "scenarios", "CL", "source"]
    assert [line.split()[0] for line in lines] == list(names())
    for line in lines:
        measurement = shipped(line.split()[0])
        assert measurement.observables[0] in line
        assert line.endswith(measurement.source.identifier)
        assert ("(projection)" in line) == measurement.projection


@pytest.mark.parametrize("name", names())
def test_likelihoods_shows_an_entry_in_full(alpfit, name):
    outcome = alpfit("likelihoods", name)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == shipped(name).describe() + "\n"


# run and plot


def test_run_prints_the_summary_and_where_it_is(finished_run):
    path, finished = finished_run
    assert finished.stdout.startswith((path / "summary.txt").read_text())
    assert finished.stdout.splitlines()[-1] == f"written to {path}"


def test_run_takes_seed_and_overrides(finished_run):
    used = tomllib.loads((finished_run[0] / "run.toml").read_text())["sampler"]
    assert (used["seed"], used["walks"], used["n_live"]) == (3, 4, 25)


def test_without_a_terminal_no_bar_is_drawn(finished_run):
    _, finished = finished_run
    assert "\x1b" not in finished.stdout + finished.stderr
    assert "\r" not in finished.stdout + finished.stderr
    # a slow machine may have said now and then how far it was
    told = [line for line in finished.stderr.splitlines() if "compiling for this machine" not in line]
    assert all("calls, ln Z = " in line for line in told)


def test_status_shows_a_finished_run(alpfit, finished_run):
    path, _ = finished_run
    summary = json.loads((path / "summary.json").read_text())
    outcome = alpfit("status", path)
    assert outcome.code == 0
    assert outcome.out.startswith(f"finished: {summary['n_calls']} calls, ln Z = {summary['log_z']:.2f}, ")


def test_a_finished_run_that_is_to_be_continued_is_shown_again(alpfit, file, finished_run):
    path, finished = finished_run
    outcome = alpfit("run", file, "--output", path, "--resume", "--seed", "3", "--set", "sampler.walks=4")
    assert (outcome.code, outcome.err) == (0, f"alpfit: {path} is finished already\n")
    assert outcome.out == finished.stdout


@pytest.mark.usefixtures("light_figures")
def test_a_run_that_misses_its_target_says_so_and_keeps_its_results(alpfit, file, tmp_path):
    path = tmp_path / "run"
    outcome = alpfit("run", file, "--output", path, "--set", "sampler.max_calls=60", "--set", "sampler.n_live=50")
    assert outcome.code == 3
    assert "target missed: the live points may still add " in outcome.out
    assert (path / "posterior.nc").exists()
    assert json.loads((path / "summary.json").read_text())["shortfalls"][0].endswith("raise max_calls")


def test_check_says_what_a_cluster_would_gain(alpfit, file):
    outcome = alpfit("check", file, "--set", "sampler.n_live=400", "--set", "parallel.chunk=4")
    assert "queue_size = 50" in outcome.out  # what is left open stands in the completed input
    lines = [line for line in outcome.out.splitlines() if line.startswith("# on dask or MPI")]
    assert [line.split()[5] for line in lines] == ["8", "64", "512"]
    assert all(" workers would be busy for " in line for line in lines)


@pytest.mark.usefixtures("light_figures")
def test_seeds_are_run_side_by_side_compared_and_merged(alpfit, file, tmp_path, request):
    path = tmp_path / "run"
    outcome = alpfit("run", file, "--output", path, "--repeat", "2", "--seed", "7")
    assert outcome.code == 0
    assert {folder.name for folder in tmp_path.iterdir()} == {"run", "run.seed-7", "run.seed-8"}
    seeds = [json.loads((tmp_path / f"run.seed-{seed}" / "summary.json").read_text()) for seed in (7, 8)]
    summary = json.loads((path / "summary.json").read_text())
    assert summary["n_calls"] == sum(seed["n_calls"] for seed in seeds)
    assert min(s["log_z"] for s in seeds) < summary["log_z"] < max(s["log_z"] for s in seeds)
    assert summary["diagnostics"]["seeds"] == 2.0
    assert summary["diagnostics"]["ln Z spread p-value"] > 1e-4
    request.getfixturevalue("seeds_here")  # they are finished
    again = alpfit("run", file, "--output", path, "--repeat", "2", "--seed", "7", "--resume")
    assert again.out == outcome.out
    assert alpfit("run", file, "--output", path, "--repeat", "2", "--seed", "7").code == 2


def test_a_seed_that_fails_is_told(alpfit, file, tmp_path):
    (tmp_path / "run.seed-1").write_text("in the way")
    outcome = alpfit("run", file, "--output", tmp_path / "run", "--repeat", "2")
    assert outcome.code == 2
    assert f"seed 1: {tmp_path / 'run.seed-1'} is a file" in outcome.err
    assert not (tmp_path / "run").exists()


def test_run_does_not_replace_a_run_without_being_told(alpfit, file, finished_run):
    path, _ = finished_run
    before = {file.name: file.read_bytes() for file in path.iterdir()}
    outcome = alpfit("run", file, "--output", path)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"alpfit: {path} holds a run already: replace it with --overwrite")
    assert {file.name: file.read_bytes() for file in path.iterdir()} == before


def test_plot_draws_the_figures_anew_and_lists_them(alpfit, finished_run, tmp_path):
    path, _ = finished_run
    only = [argument for name in PLOTTED for argument in ("--only", name)]
    outcome = alpfit("plot", path, "--output", tmp_path / "figures", *only)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines() == [str(tmp_path / "figures" / name) for name in FIGURES]
    assert {file.name for file in (tmp_path / "figures").iterdir()} == set(FIGURES)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            ["--only", "plan"],
            "--only plan: there is no such figure: did you mean 'plane'? allowed: corner, evolution, ",
        ),
        (["--only", "spectrum"], "there is no figure 'spectrum' of small: none of the run's likelihoods is binned"),
        (
            ["--only", "plane", "--at", "g_ach=1"],
            "--at g_ach: not a parameter of this scenario: did you mean 'g_achi'?",
        ),
        (["--only", "plane", "--at", "m_a=1"], "--at m_a: it is an axis of the plane: give --range m_a=LOW:HIGH"),
        (["--at", "r=x"], "--at r=x: write it as NAME=VALUE with numbers"),
        (["--at", "r=0.4", "--at", "r=0.4"], "--at r=0.4: r is given already"),
        (["--only", "plane", "--range", "r=0.4:0.5"], "--range r: not an axis of the plane: allowed: g_agg, m_a"),
        (["--range", "m_a=1"], "--range m_a=1: write it as NAME=LOW:HIGH with numbers"),
        (["--only", "plane", "--range", "m_a=2:1"], "--range m_a = 2, 1: give two positive numbers, the smaller first"),
        (["--with", "nowhere"], "nowhere is not a run folder: it has no manifest.json"),
    ],
)
def test_plot_says_what_it_cannot_draw(alpfit, finished_run, tmp_path, arguments, complaint):
    outcome = alpfit("plot", finished_run[0], "--output", tmp_path / "figures", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"alpfit: {complaint}")
    assert outcome.err.count("\n") == 1


def test_compare_prints_the_table_and_writes_it(alpfit, finished_run, tmp_path):
    path, _ = finished_run
    outcome = alpfit("compare", path, path, "--output", tmp_path / "compare")
    assert (outcome.code, outcome.err) == (0, "")
    table = (tmp_path / "compare" / "compare.txt").read_text()
    assert outcome.out.startswith(table)
    written = ["compare.txt", "compare.json", "corner.png", "corner.pdf", "marginals.png", "marginals.pdf"]
    assert outcome.out.splitlines()[-6:] == [str(tmp_path / "compare" / name) for name in written]
    runs = json.loads((tmp_path / "compare" / "compare.json").read_text())["runs"]
    assert runs[1]["log_bayes"] == 0.0
    assert alpfit("compare", path, path).out == table


def test_compare_needs_two_runs(alpfit, finished_run):
    outcome = alpfit("compare", finished_run[0])
    assert (outcome.code, outcome.err) == (2, "alpfit: a comparison needs two run folders or more\n")


def test_the_best_fit_can_be_evaluated(alpfit, finished_run):
    path, _ = finished_run
    point = json.loads(alpfit("evaluate", path / "best_fit.toml", "--json").out)
    stored = json.loads((path / "summary.json").read_text())["best_fit"]
    assert point["log_likelihood_total"] == pytest.approx(stored["log_likelihood_total"], rel=1e-9)


def test_the_best_fit_can_be_checked(alpfit, finished_run):
    path, _ = finished_run
    outcome = alpfit("check", path / "best_fit.toml")
    assert (outcome.code, outcome.err) == (0, "")
    best = json.loads((path / "summary.json").read_text())["best_fit"]["parameters"]
    fixed = {"m_a": 1.0, "r": 0.48}
    assert tomllib.loads(outcome.out)["parameters"] == pytest.approx({**fixed, **best}, rel=1e-12, abs=0.0)


def test_likelihoods_checks_an_entry_of_ones_own(alpfit, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    original = data_folder() / "l3_zgammainv_1997" / "likelihood.toml"
    (folder / "likelihood.toml").write_text(original.read_text())
    assert alpfit("likelihoods", folder).out.startswith("mine: ")
    (folder / "likelihood.toml").write_text(original.read_text().replace("BR(Z->gamma a(inv))", "BR(Z->nothing)"))
    outcome = alpfit("likelihoods", folder)
    assert outcome.code == 2
    assert "'mine' needs BR(Z->nothing), which the scenario 'invisible' does not predict" in outcome.err
    assert outcome.err.count("\n") == 1


def test_cite_prints_bibtex_of_a_file_and_of_a_run(alpfit, file):
    outcome = alpfit("cite", file)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.count("@article{") >= 3
    assert "@article{Belle-II:2023esi," in outcome.out
    assert "eprint = {2311.14647}" in outcome.out


def test_cite_says_that_there_is_no_such_file(alpfit):
    outcome = alpfit("cite", "nowhere.toml")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == "alpfit: nowhere.toml does not exist\n"


EXPLAINED = """\
scenario = "displaced"
likelihoods = ["belle2_bknunu_2023", "na62_kpix_2025"]

[parameters]
m_a = 0.05
g_agg = { prior = "log-uniform", min = 1e-7, max = 1e-3 }
"""


def test_explain_says_what_speaks_against_an_excess(alpfit, tmp_path):
    path = tmp_path / "explained.toml"
    path.write_text(EXPLAINED)
    answer = json.loads(alpfit("explain", path, "--json").out)
    assert answer["wanting"] == ["belle2_bknunu_2023"]
    assert next(iter(answer["losses"])) == "na62_kpix_2025"
    text = alpfit("explain", path).out
    assert text.splitlines()[0].split() == ["ln", "L", "no", "signal", "best", "fit", "explained"]
    assert f"The best fit gains {answer['gain']:.3f} in ln L over no signal." in text
    assert f"most of it ({-answer['losses']['na62_kpix_2025']:.3f}) to na62_kpix_2025." in text


def test_explain_needs_a_parameter_to_vary(alpfit, tmp_path):
    path = tmp_path / "fixed.toml"
    path.write_text(EXPLAINED.replace('{ prior = "log-uniform", min = 1e-7, max = 1e-3 }', "1e-5"))
    outcome = alpfit("explain", path)
    assert outcome.code == 2
    assert outcome.err == "alpfit: [parameters] all are fixed: give at least one of them a prior\n"
