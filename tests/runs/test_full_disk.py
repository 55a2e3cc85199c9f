"""A disk that takes no more: a sentence, nothing half written, and no end of the process in HDF5."""

import resource
from contextlib import contextmanager

import pytest

import alpfit
from alpfit import Fit
from alpfit.chains.exports import EXPORTS
from alpfit.errors import RunFolderError

SMALL = 4096
"""Bytes that a file may have: less than samples, figures or tables take."""


@contextmanager
def files_of_at_most(size):
    """As on a disk that is full: what is written fails in the midst of it (Python ignores SIGXFSZ)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def reweight(run, output):
    alpfit.reweight(run, drop=["na62_kpix_2025"], output=output)


WRITERS = {
    "run": lambda run, output: Fit(run.configuration, "run").run(output),
    "reweight": reweight,
    "profile": lambda run, output: alpfit.profile(run, grid="6", output=output),
    "plot": lambda run, output: alpfit.plot(run, ["corner"], output),
    "report": lambda run, output: alpfit.report(run, output / "report.html"),
    **{kind: lambda run, output, kind=kind: alpfit.export(run, kind, output) for kind in EXPORTS},
}


@pytest.mark.parametrize("verb", WRITERS)
def test_whoever_writes_says_that_it_cannot_and_leaves_nothing_half_done(project, tmp_path, verb, request):
    request.getfixturevalue("short_reports" if verb in {"plot", "report"} else "light_figures")
    run, output = project.run, tmp_path / "output"
    before = {path: path.read_bytes() for path in run.folder.path.rglob("*") if path.is_file()}
    with files_of_at_most(SMALL), pytest.raises(RunFolderError, match="cannot be written") as caught:
        WRITERS[verb](run, output)
    assert "File too large" in str(caught.value)
    left = [path for path in output.rglob("*") if path.is_file() and "unfinished" not in path.parts]
    assert left == []
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert {path: path.read_bytes() for path in run.folder.path.rglob("*") if path.is_file()} == before


@pytest.mark.usefixtures("light_figures")
def test_the_run_goes_on_when_there_is_room_again(project, tmp_path):
    fit = Fit.from_file(project.file)
    with files_of_at_most(SMALL), pytest.raises(RunFolderError, match="continue with resume=True"):
        fit.run(tmp_path / "output")
    assert fit.run(tmp_path / "output", resume=True).samples.n_calls == project.run.samples.n_calls
