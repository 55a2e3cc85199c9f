"""What runs and figures take of memory at their peak, whole processes with all their libraries; a part of `make bench`.

A run of nine parameters, its figures and its report take at most 400 MB, and not much more than those of four. What
compiling takes, once on a machine, is not among it: a report peaks at 0.7 GB then.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from alpfit.figures import FIGURES

EXAMPLE = Path(__file__).parents[2] / "examples" / "invisible.toml"
NUISANCES = ("f0_scale", "A0_scale", "vtb_vts_scale", "K_to_pi_scale")
OTHERS = "".join(f'{name} = "published"\n' for name in NUISANCES)
FIVE_MORE = f'cB_over_cW = {{ prior = "uniform", min = 0.5, max = 2.0 }}\n{OTHERS}'

SAMPLERS = {
    "nautilus": ("n_live = 1000", "n_eff = 4000"),
    "dynesty": ("n_live = 500", "dlogz = 1.0"),
    "emcee": ("n_walkers = 64", "max_steps = 500"),
    "minuit": (),
}
TEN_TIMES = {
    "nautilus": ("n_live = 500\nn_eff = 3000", "n_live = 500\nn_eff = 40000"),
    "dynesty": ("n_live = 100\ndlogz = 1.0", "n_live = 1000\ndlogz = 1.0"),
    "emcee": ("n_tau = 1e6\nmax_steps = 400", "n_tau = 1e6\nmax_steps = 4000"),
}
"""Options with which a sampler makes so many calls, and ten times as many."""

MOST = 400.0
"""Of a process with nine parameters [MB], most of it libraries."""

LARGEST_PER_CALL = 2.0
"""More memory for each call [kB]: parameters, predictions and ln L by entry, 30 numbers or so, and in a checkpoint."""

LARGEST = 1.25
"""Of a process with 36 pairs of parameters over one with 6: also the samples have more columns."""


def peak(*arguments):
    """The largest resident set of a process `alpfit ...` [MB], libraries and all."""
    process = subprocess.Popen(
        [sys.executable, "-m", "alpfit.cli.main", *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 3), arguments  # 3: a target was missed, as with so few samples it may
    return used.ru_maxrss / 1024.0


def run_of(folder, sampler, parameters):
    """A run of ``sampler`` with four parameters, or nine, in ``folder``, and its peak."""
    beginning = EXAMPLE.read_text().partition("[sampler]")[0]
    text = beginning + (FIVE_MORE if parameters == 9 else "")
    return run_with(folder / f"{sampler}_{parameters}", text, (f'name = "{sampler}"', *SAMPLERS[sampler]))


def run_with(output, text, options):
    """A run of the input ``text`` with the sampler's ``options``, to ``output``, and its peak."""
    path, lines = output.with_suffix(".toml"), "\n".join((*options, "seed = 1"))
    path.write_text(f"{text}\n[sampler]\n{lines}\n")
    return output, peak("run", path, "--output", output)


@pytest.fixture(scope="module", autouse=True)
def compiled(tmp_path_factory):
    """All that runs and reports compile is in the cache, so that no peak is the compiler's."""
    peak("report", run_of(tmp_path_factory.mktemp("compiled"), "minuit", 4)[0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("memory")


@pytest.fixture(scope="module", params=SAMPLERS)
def runs(request, folder):
    return request.param, [run_of(folder, request.param, parameters) for parameters in (4, 9)]


def test_a_run_of_nine_parameters_takes_about_as_much_as_one_of_four(runs, report):
    sampler, ((_, four), (_, nine)) = runs
    report(f"alpfit run, sampler {sampler}, nine parameters: peak", f"{MOST:.0f} MB", f"{nine:.0f} MB")
    report(f"alpfit run, sampler {sampler}, nine parameters over four", "1.0 x", f"{nine / four:.2f} x")
    assert nine < min(MOST, LARGEST * four)


@pytest.mark.parametrize("sampler", TEN_TIMES)
def test_a_run_of_ten_times_the_calls_takes_no_more_than_the_points_it_keeps(sampler, folder, report):
    """Of the rate's likelihood, which is faster: some minutes."""
    text = EXAMPLE.with_name("invisible_rate.toml").read_text().partition("[sampler]")[0]
    calls, peaks = [], []
    for options in TEN_TIMES[sampler]:
        run, most = run_with(folder / f"{sampler}_of_{len(calls)}", text, (f'name = "{sampler}"', options))
        calls.append(json.loads((run / "summary.json").read_text())["n_calls"])
        peaks.append(most)
    first, then = peaks
    per_call = 1024.0 * (then - first) / (calls[1] - calls[0])
    report(
        f"alpfit run, sampler {sampler}, {calls[1] / calls[0]:.0f} x the calls: peak", "1.0 x", f"{then / first:.2f} x"
    )
    report("    more for each call", "0 kB", f"{per_call:.2f} kB")
    assert per_call < LARGEST_PER_CALL


@pytest.fixture(scope="module")
def chains(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chains")
    return [run_of(folder, "emcee", parameters)[0] for parameters in (4, 9)]


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_of_nine_parameters_takes_about_as_much_as_one_of_four(name, chains, folder, report):
    four, nine = (peak("plot", run, "--only", name, "--output", folder / "figures") for run in chains)
    report(f"alpfit plot --only {name}, nine parameters: peak", f"{MOST:.0f} MB", f"{nine:.0f} MB")
    assert nine < min(MOST, LARGEST * four)


def test_the_report_of_nine_parameters(chains, folder, report):
    four, nine = (peak("report", run, "--output", folder / "report.html") for run in chains)
    report("alpfit report, nine parameters: peak", f"{MOST:.0f} MB", f"{nine:.0f} MB")
    assert nine < min(MOST, LARGEST * four)
