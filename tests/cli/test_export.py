"""``alpfit export``: which files it writes, and what it says where it cannot."""

import csv
import re
from pathlib import Path

import pytest

from alpfit import Run
from alpfit.chains.exports import EXPORTS

REFERENCE = Path(__file__).resolve().parents[2] / "chains" / "reference" / "invisible"

FILES = {
    "getdist": ["invisible.paramnames", "invisible.properties.ini", "invisible.ranges", "invisible.txt"],
    "anesthetic": ["invisible.csv"],
    "csv": ["invisible.csv"],
    "parquet": ["invisible.parquet"],
    "hdf5": ["invisible.h5"],
}


@pytest.mark.parametrize("kind", EXPORTS)
def test_it_says_which_files_it_wrote(kind, alpfit, tmp_path):
    outcome = alpfit("export", REFERENCE, "--format", kind, "--output", tmp_path)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines() == [str(tmp_path / kind / name) for name in FILES[kind]]
    assert sorted(path.name for path in (tmp_path / kind).iterdir()) == FILES[kind]


def test_without_an_output_the_files_are_in_the_run_folder(alpfit, tmp_path, monkeypatch):
    run = tmp_path / "mine"
    run.mkdir()
    for path in REFERENCE.iterdir():
        (run / path.name).write_bytes(path.read_bytes())
    assert alpfit("export", run, "--format", "csv").out == f"{run / 'csv' / 'mine.csv'}\n"
    monkeypatch.chdir(run)
    assert alpfit("export", ".", "--format", "csv").out == f"{Path('csv') / 'mine.csv'}\n"


def test_labels_and_limits_are_those_of_the_scenario_and_the_priors(alpfit, tmp_path):
    alpfit("export", REFERENCE, "--format", "getdist", "--output", tmp_path)
    labels = (tmp_path / "getdist" / "invisible.paramnames").read_text().splitlines()
    assert labels[:2] == ["m_a\tm_a", "r\tr = m_\\chi/m_a"]
    assert "BR_Bp_to_Kp_a_inv*\t\\mathrm{BR}(B^+\\to K^+a)\\,P_\\mathrm{inv}" in labels
    prior = Run.read(REFERENCE).configuration.priors["g_agg"]
    ranges = (tmp_path / "getdist" / "invisible.ranges").read_text().splitlines()
    assert f"g_agg {prior.min} {prior.max}" in ranges


def test_the_samples_are_those_of_the_run(alpfit, tmp_path):
    alpfit("export", REFERENCE, "--format", "csv", "--output", tmp_path)
    with (tmp_path / "csv" / "invisible.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [float(row["m_a"]) for row in rows] == Run.read(REFERENCE).samples.parameters["m_a"].tolist()


def test_its_help_names_every_format(alpfit):
    words = re.findall(r"\w+", alpfit("export", "--help").out)
    assert set(EXPORTS) <= set(words)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["REFERENCE", "--format", "cvs", "--output", "EMPTY"], "--format cvs: there is no such export: did you mean"),
        (["EMPTY", "--format", "csv"], "is not a run folder"),
        (["REFERENCE", "--format", "csv", "--output", "FILE"], "cannot be written: Not a directory; choose another"),
        (["REFERENCE", "--output", "EMPTY"], "Missing option '--format'"),
    ],
    ids=["unknown format", "folder that is no run", "output that is a file", "no format"],
)
def test_a_wrong_call_is_one_line_on_stderr_and_exit_code_2(arguments, expected, alpfit, file, tmp_path):
    places = {"REFERENCE": REFERENCE, "EMPTY": tmp_path, "FILE": file}
    outcome = alpfit("export", *(places.get(argument, argument) for argument in arguments))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("alpfit: ")
    assert outcome.err.count("\n") == 1
    assert expected in outcome.err
    assert list(tmp_path.iterdir()) == []
