"""What it takes from a run to a paper: profiles, reweighting, figures, the report; a part of `make bench`.

No assertion is about a time. The run is the committed one.
"""

import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from matplotlib.layout_engine import ConstrainedLayoutEngine

import alpfit
from alpfit import Run, profile, reweight
from alpfit.figures import FIGURES, QUICK, figure_files, figures, rendered
from alpfit.likelihoods import load

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "chains" / "reference" / "invisible"
INVISIBLE = ROOT / "examples" / "invisible.toml"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "invisible"
    shutil.copytree(REFERENCE, path)
    return Run.read(path)


@pytest.mark.parametrize(("names", "grid"), [(("m_a",), "50"), (("m_a", "g_agg"), "15x15")], ids=["1d", "2d"])
def test_a_refined_profile(report, run, tmp_path, names, grid):
    calls = []

    class Counter:
        def update(self, progress):
            calls.append(progress.n_calls)

        def note(self, sentence):
            pass

    start = time.perf_counter()
    made = profile(run, names, grid=grid, refine=True, output=tmp_path / "profile", progress=Counter())
    seconds = time.perf_counter() - start
    n_bins = sum(profile.log_l.size for profile in made.profiles)
    report(
        f"refined profile of {', '.join(names)}, {n_bins} bins", "150 calls a bin", f"{calls[-1] / n_bins:.0f} calls"
    )
    report(f"refined profile of {', '.join(names)}, {n_bins} bins", "-", f"{seconds:.0f} s")
    assert made.top >= run.samples.log_l.max()


def test_reweighting(report, run, tmp_path):
    start = time.perf_counter()
    new = reweight(run, add=["fermi_lines_2015"], drop=["fermi_lines_r16_2015"], output=tmp_path / "new")
    report(f"reweighting {run.samples.log_l.size} samples", "-", f"{time.perf_counter() - start:.1f} s")
    assert new.samples.n_eff > 100.0


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure(report, run, name):
    start = time.perf_counter()
    (drawn,) = figures(run, [name])
    report(f"figure {name}", "-", f"{time.perf_counter() - start:.1f} s")
    assert drawn.caption


def test_the_figures_of_a_run_as_files(report, run, monkeypatch):
    """Each is laid out once for both of its files; the corner plot lays itself out."""
    layouts, lay_out = [], ConstrainedLayoutEngine.execute

    def counted(self, figure):
        layouts.append(figure)
        return lay_out(self, figure)

    monkeypatch.setattr(ConstrainedLayoutEngine, "execute", counted)
    start = time.process_time()
    files = sum(len(made.files) for made in figure_files(run, QUICK))
    seconds = time.process_time() - start
    assert files == 2 * len(QUICK)
    assert len(layouts) == len(QUICK) - 1
    report(f"figures {', '.join(QUICK)} as PNG and PDF", "2 s", f"{seconds:.1f} s")


def test_comparing_a_posterior_with_a_binned_measurement(report):
    """The fits of nuisances that it takes to find the best branching ratio beside each point."""
    form, n, fitted = load("belle2_bknunu_q2_2025").form, 50, []
    rng = np.random.default_rng(1)
    points = {form.observable: 10.0 ** rng.uniform(-7.0, -5.0, n), form.abscissa: rng.uniform(0.6, 4.7, n)}
    fit = type(form).fit_nuisances

    def counted(self, events, start):
        fitted.append(len(events))
        return fit(self, events, start)

    form.compare(points)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(form), "fit_nuisances", counted)
        form.compare(points)
    report("comparison with the binned measurement, a point", "45 fits", f"{sum(fitted) / n:.0f} fits")


def processor_time(*arguments):
    """Of the program with these arguments, the least of three [s]."""
    seconds = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "alpfit.cli.main", *arguments], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(seconds)


def test_the_catalogue(report):
    version, listed, checked = (
        processor_time(*a) for a in (["--version"], ["likelihoods"], ["likelihoods", "--check"])
    )
    report("alpfit likelihoods", "0.3 s", f"{listed:.2f} s")
    report("    against alpfit --version", "", f"{listed / version:.1f} x")
    report("    against alpfit likelihoods --check", "", f"{listed / checked:.2f} x")
    assert listed < checked


def test_the_report(report, run, tmp_path, monkeypatch):
    """How much of it the figures are, and of these what matplotlib makes files of what was calculated."""
    spent = {"figures": 0.0, "files": 0.0}

    def timed_figures(*args, **kwargs):
        start = time.process_time()
        made = list(figure_files(*args, **kwargs))
        spent["figures"] += time.process_time() - start
        return made

    def timed_file(*args):
        start = time.process_time()
        file = rendered(*args)
        spent["files"] += time.process_time() - start
        return file

    monkeypatch.setattr("alpfit.fit.report.figure_files", timed_figures)
    monkeypatch.setattr("alpfit.figures.files.rendered", timed_file)
    start, begun = time.perf_counter(), time.process_time()
    path = alpfit.report(run, tmp_path / "report.html")
    seconds, processor = time.perf_counter() - start, time.process_time() - begun
    report("report, of libraries that are loaded", "-", f"{seconds:.1f} s, {processor:.1f} s of processors")
    report("    of that its figures", "", f"{spent['figures'] / processor:.2f}")
    report("    of that their files", "", f"{spent['files'] / processor:.2f}")
    assert path.stat().st_size > 100_000


def test_starting(report):
    """What a command imports and reads of machine code before it can answer, beside the smallest one."""
    point = [f"--at={name}={value}" for name, value in {"m_a": 2.1, "r": 0.48, "g_agg": 1e-4, "g_achi": 1e-3}.items()]
    small, whole = processor_time("--version"), processor_time("evaluate", str(INVISIBLE), *point)
    report("alpfit evaluate", "-", f"{whole:.1f} s")
    report("    against alpfit --version", "", f"{whole / small:.1f} x")
    assert small < whole
