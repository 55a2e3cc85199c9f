"""What it takes from a run to a paper: profiles, reweighting, figures, the report; a part of `make bench`.

No assertion is about a time. The run is the committed one.
"""

import shutil
import time
from pathlib import Path

import pytest

from alpfit import Run, profile, reweight
from alpfit.figures import FIGURES, figures

REFERENCE = Path(__file__).parents[2] / "chains" / "reference" / "invisible"


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


def test_the_report(report, run, tmp_path):
    start = time.perf_counter()
    path = report(run, tmp_path / "report.html")
    report("report", "-", f"{time.perf_counter() - start:.1f} s")
    assert path.stat().st_size > 100_000
