"""The files of a likelihood are read once for each run, however often they are asked for."""

from collections import Counter

import pytest

import alpfit
from alpfit import Fit
from alpfit.likelihoods import catalogue


@pytest.fixture
def read(monkeypatch):
    """How often each entry was read."""
    count, load = Counter(), catalogue.load_folder

    def counted(folder, options=None):
        count[folder.name] += 1
        return load(folder, options)

    monkeypatch.setattr(catalogue, "load_folder", counted)
    return count


def test_a_run_reads_each_entry_once(project, tmp_path, read):
    Fit.from_file(project.file).run(tmp_path / "again")
    assert read == {"invented": 1, "na62_kpix_2025": 1}


@pytest.mark.usefixtures("short_reports")
def test_a_verb_reads_each_entry_once(project, tmp_path, read):
    verbs = {
        "evaluate": lambda run: alpfit.evaluate(run, {"m_a": 2.0, "g_agg": 1e-5}),
        "profile": lambda run: alpfit.profile(run, ["m_a"], grid="3", refine=True, output=tmp_path / "profile"),
        "report": lambda run: alpfit.report(run, tmp_path / "report.html"),
        "cite": alpfit.cite,
        "explain": alpfit.explain,
    }
    for name, verb in verbs.items():
        read.clear()
        verb(alpfit.read_run(project.run_path))
        assert read == {"invented": 1, "na62_kpix_2025": 1}, name
