"""Run folders with damaged files: the file is named, nothing wrong comes out, and what is whole can still be used."""

import json
import os
from pathlib import Path

import h5py
import numpy as np
import pytest

import alpfit
from alpfit import Fit, Run
from alpfit.chains.provenance import seal
from alpfit.errors import AlpfitError
from alpfit.figures import QUICK
from alpfit.runs.profile import RunProfile

pytestmark = pytest.mark.usefixtures("light_figures")


def reweight(run, output):
    return alpfit.reweight(run, drop=["na62_kpix_2025"], output=output / "new")


QUICK_READERS = {
    "status": lambda run, _: run.headline,
    "warnings": lambda run, _: run.warnings,
    "export": lambda run, output: alpfit.export(run, "csv", output),
    "compare": lambda run, _: alpfit.compare([run, run]).as_text(),
}

READERS = QUICK_READERS | {
    "plot": lambda run, output: alpfit.plot(run, QUICK, output),
    "report": lambda run, output: alpfit.report(run, output / "report.html"),
    "reweight": reweight,
    "profile": lambda run, output: alpfit.profile(run, grid="5", output=output / "profile"),
}

DAMAGES = {
    "truncated": lambda content: content[: len(content) // 2],
    "empty": lambda _: b"",
    "garbled": lambda content: bytes(255 - byte for byte in content),
    "one letter": lambda content: content[:-20] + bytes([content[-20] ^ 1]) + content[-19:],
    "a list": lambda _: b"[1, 2]",
    "a table": lambda _: b"{}",
}

FILES = ("run.toml", "manifest.json", "summary.json", "posterior.nc", "likelihoods/invented/table.csv")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_named_and_what_is_whole_can_be_used(project, tmp_path, file, damage):
    path = project.run_path / file
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    refusals = {}
    readers = READERS if damage == "truncated" else QUICK_READERS
    for verb, read in readers.items():
        try:
            read(project.run, tmp_path / verb)
        except AlpfitError as error:
            refusals[verb] = str(error)
    assert all(path.name in said or "invented" in said for said in refusals.values()), refusals
    used = set(readers) - set(refusals)
    if file in {"run.toml", "posterior.nc"}:
        assert used == set()
        return
    assert set(readers) & {"status", "warnings", "export", "plot"} <= used
    if (file, damage) != ("manifest.json", "one letter"):  # which may be a digit of the time
        assert any(path.name in sentence for sentence in project.run.warnings)
        assert "report" not in used


@pytest.mark.parametrize("file", FILES[:4])
def test_a_missing_file_is_named(project, file):
    (project.run_path / file).unlink()
    with pytest.raises(AlpfitError, match=file):
        alpfit.compare([project.run, project.run])


def test_a_bit_that_flips_anywhere_is_found_and_changes_no_number(project):
    rng, before = np.random.default_rng(14), project.run.samples
    alpfit.profile(project.run, grid="4")
    drawn = {".pdf", ".png"}  # figures are made after the manifest, again on demand, and never read
    files = sorted(path for path in project.run_path.rglob("*") if path.is_file() and path.suffix not in drawn)
    assert len(files) > 15
    for path in files:
        content = path.read_bytes()
        for bit in rng.integers(0, 8 * len(content), 4):
            flipped = bytearray(content)
            flipped[bit // 8] ^= 1 << (bit % 8)
            path.write_bytes(flipped)
            if project.run_path / "profile" in path.parents:
                with pytest.raises(AlpfitError, match=path.name):
                    RunProfile.read(project.run_path / "profile")
                continue
            if path.name in {"run.toml", "posterior.nc"}:
                with pytest.raises(AlpfitError, match=path.name):
                    Run.read(project.run_path)
                continue
            run = project.run
            assert any(path.name in sentence for sentence in run.warnings), bit
            np.testing.assert_array_equal(run.samples.log_l, before.log_l)
        path.write_bytes(content)
    assert project.run.warnings == ()


def edited(change):
    """What changes ``posterior.nc``, sealed anew as if the run had written it so."""

    def apply(path):
        with h5py.File(path / "posterior.nc", "r+") as file:
            change(file["nested_samples"], file)
        manifest = path / "manifest.json"
        seal(manifest, json.loads(manifest.read_text()))

    return apply


def put(name, value, at=0):
    def change(samples, _):
        samples[name][at] = value

    return change


def replaced(name, values):
    def change(samples, _):
        del samples[name]
        samples[name] = values(samples["log_weight"].size)

    return change


def attribute(name, value):
    def change(_, file):
        file.attrs[name] = value

    return change


def shifted(samples, _):
    samples["log_likelihood"][...] += 100.0


IMPOSSIBLE = {
    "a parameter is NaN": (put("m_a", np.nan), "m_a is nan in sample 0"),
    "a parameter is infinite": (put("g_agg", np.inf, 3), "g_agg is inf in sample 3"),
    "a parameter is outside of its prior": (put("m_a", 7.0), "m_a, outside of its prior is 7"),
    "a prediction is NaN": (put("Gamma_a", np.nan), "Gamma_a is nan"),
    "ln L is NaN": (put("log_likelihood", np.nan), "ln L is nan"),
    "ln L is infinite": (put("log_likelihood", np.inf), "ln L is inf"),
    "ln L is raised": (shifted, "is not the sum of the measurements'"),
    "ln L of an entry is raised": (put("log_likelihood:invented", 5.0), "is not the sum of the measurements'"),
    "a weight is NaN": (put("log_weight", np.nan), "ln of the weights is nan"),
    "a weight is infinite": (put("log_weight", np.inf), "ln of the weights is inf"),
    "the weights do not add up": (put("log_weight", 1.0), "the weights add up to"),
    "a column is of words": (replaced("m_a", lambda n: ["x"] * n), "m_a holds something that is no number"),
    "a column is of whole numbers": (replaced("m_a", lambda n: np.ones(n, int)), "m_a is no column of"),
    "a column is short": (replaced("m_a", lambda n: np.full(n - 1, 2.0)), "m_a"),
    "a column is a table": (replaced("m_a", lambda n: np.full((n, 2), 2.0)), "m_a"),
    "ln Z is NaN": (attribute("log_z", np.nan), "ln Z = nan"),
    "the error of ln Z is negative": (attribute("log_z_error", -1.0), "the error of ln Z is -1"),
    "no calls": (attribute("n_calls", 0), "0 calls"),
    "calls in words": (attribute("n_calls", "many"), "invalid literal"),
    "another parameter": (attribute("parameters", ["m_a"]), "but the run samples m_a, g_agg"),
    "chains that do not divide": (attribute("n_chains", 10**6), "chains"),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_numbers_that_no_run_writes_are_refused_also_where_the_digests_say_nothing(project, name):
    change, expected = IMPOSSIBLE[name]
    edited(change)(project.run_path)
    with pytest.raises(AlpfitError) as caught:
        Run.read(project.run_path)
    assert str(caught.value).startswith(f"{project.run_path / 'posterior.nc'} cannot be read: ")
    assert expected in str(caught.value)


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda s: s.pop("parameters"), "parameters"),
        (lambda s: s["parameters"]["m_a"].pop("median"), "median"),
        (lambda s: s["parameters"]["m_a"].update(median="two"), "m_a"),
        (lambda s: s.update(best_fit=[]), "best_fit"),
        (lambda s: s["diagnostics"].update(acceptance="x"), "diagnostics.acceptance"),
        (lambda s: s["diagnostics"].update(a=[1]), "diagnostics.a"),
        (lambda s: s.update(diagnostics=[]), "diagnostics"),
        (lambda s: s["failures"].update({"a reason": "often"}), "failures.a reason"),
        (lambda s: s.update(n_calls=None), "n_calls"),
        (lambda s: s.update(n_calls=True), "n_calls"),
        (lambda s: s.update(run_time_s=10**4000), "run_time_s"),
        (lambda s: s.update(n_eff=None), "n_eff"),
        (lambda s: s.update(log_z=1.0, log_z_error=None), "log_z_error"),
        (lambda s: s["best_fit"].update(log_likelihood_total="much"), "best_fit.log_likelihood_total"),
        (lambda s: s["best_fit"].update(log_likelihood_total=None), "best_fit.log_likelihood_total"),
        (lambda s: s["best_fit"]["log_likelihood"].pop("invented"), "best_fit.log_likelihood.invented"),
        (lambda s: s["best_fit"]["parameters"].update(m_a=None), "best_fit.parameters.m_a"),
        (lambda s: s["parameters"].update(more=s["parameters"]["m_a"]), "parameters.more"),
        (lambda s: s["derived"].clear(), "derived"),
        (lambda s: s.update(shortfalls=[3]), "shortfalls"),
        (lambda s: s.update(shortfalls="none"), "shortfalls"),
        (lambda s: s.update(reweighted_from=3), "reweighted_from"),
        (lambda s: s.update(reweighted_from={"run": "x"}), "reweighted_from"),
        (lambda s: s.update(failures=3), "failures"),
        (lambda s: s.update(n_eff="many"), "n_eff"),
    ],
)
def test_a_summary_of_another_shape_is_refused(project, change, key, early):
    path = project.run_path / "summary.json"
    summary = json.loads(path.read_text())
    change(summary)
    path.write_text(json.dumps(summary))
    manifest = project.run_path / "manifest.json"
    if early:  # without digests
        record = json.loads(manifest.read_text())
        manifest.write_text(json.dumps({name: record[name] for name in record if name not in {"files", "digest"}}))
    else:
        project.seal()
    with pytest.raises(AlpfitError, match=f"summary.json is no summary of this run, see .*{key}"):
        _ = project.run.summary


@pytest.mark.parametrize("file", ["manifest.json", "profiles.nc", "intervals.txt"])
@pytest.mark.parametrize("damage", ["truncated", "empty", "garbled", "a list", "a table"])
def test_a_damaged_profile_is_named(project, tmp_path, file, damage):
    made = alpfit.profile(project.run, ("m_a",), grid="5", output=tmp_path / "profile")
    path = made.folder.path / file
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    with pytest.raises(AlpfitError, match=file):
        RunProfile.read(made.folder.path)


def test_what_to_cite_is_read_from_the_input_alone(project):
    (project.run_path / "posterior.nc").write_bytes(b"")
    assert alpfit.cite(project.run_path)


@pytest.mark.parametrize("file", ["run.toml", "summary.json", "manifest.json", "posterior.nc"])
@pytest.mark.parametrize("kind", ["pipe", "device", "link to itself", "folder"])
def test_what_is_no_ordinary_file_is_named_and_not_waited_for(project, file, kind):
    path = project.run_path / file
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if kind == "device" else file)
    with pytest.raises(AlpfitError) as caught:
        _ = project.run.summary, project.run.manifest
    assert file in str(caught.value)


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_an_input_that_is_no_ordinary_file_is_refused(tmp_path, kind):
    path = tmp_path / "fit.toml"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path = Path("/dev/zero")
    with pytest.raises(AlpfitError, match=f"{path} cannot be read: it is no ordinary file"):
        Fit.from_file(path)


def test_an_entry_whose_table_is_a_link_to_itself_is_refused(project):
    project.table.unlink()
    project.table.symlink_to(project.table.name)
    with pytest.raises(AlpfitError, match=r"table\.csv"):
        Fit.from_file(project.file)


def test_a_copy_of_an_entry_that_is_missing_is_named_before_anything_is_evaluated(project, tmp_path):
    (project.run_path / "likelihoods" / "invented" / "table.csv").unlink()
    assert project.run.changed_entries == []
    with pytest.raises(AlpfitError, match=r"invented.table\.csv"):
        alpfit.report(project.run, tmp_path / "report.html")
