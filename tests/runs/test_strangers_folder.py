"""A run folder from anybody leads nowhere: what each path and address in it may do, and no more."""

import json
import pickle
import re
import socket
import subprocess
import sys
import threading
import tomllib
from contextlib import contextmanager, suppress
from pathlib import Path

import h5py
import numpy as np
import pytest
import tomli_w

import alpfit
from alpfit import Fit, Run
from alpfit.chains.provenance import seal
from alpfit.config import POINTERS
from alpfit.errors import AlpfitError, ConfigurationError
from alpfit.fit.profile import with_workers
from alpfit.inference.progress import NoProgress
from alpfit.runs.profile import RunProfile

pytestmark = pytest.mark.usefixtures("light_figures")


class Notes(NoProgress):
    """Keeps what is said."""

    def __init__(self):
        self.said = []

    def note(self, sentence):
        self.said.append(sentence)


def rewritten(project, **tables):
    """The run's input with other tables in it."""
    path = project.run_path / "run.toml"
    path.write_text(tomli_w.dumps({**tomllib.loads(path.read_text()), **tables}))
    project.seal()


@contextmanager
def listening():
    """A server on this machine, and whether anybody has come."""
    came = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def wait():
            with suppress(OSError):
                server.accept()
                came.set()

        threading.Thread(target=wait, daemon=True).start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}", came


def workers(project, tmp_path):
    """Nothing: no verb goes where the folder says, unless it is said again."""
    with listening() as (address, came):
        rewritten(project, parallel={"executor": "dask", "scheduler": address})
        run = project.run
        alpfit.profile(run, ("m_a",), grid="4", refine=True, output=tmp_path / "profile")
        alpfit.reweight(run, drop=["na62_kpix_2025"], output=tmp_path / "reweighted")
        notes = Notes()
        Fit.from_file(project.run_path).run(tmp_path / "again", progress=notes)
        assert any("[parallel] executor = 'dask', which counts in an input of your own" in said for said in notes.said)
        assert not came.is_set()
        chosen = with_workers(run, ["parallel.executor=dask", f"parallel.scheduler={address}"])
        assert chosen.configuration.parallel.scheduler == address


def start(project, tmp_path):
    other = project.run_path.with_name("other")
    rewritten(project, sampler={"name": "emcee", "n_walkers": 8, "max_steps": 10, "start": str(other)})
    with pytest.raises(ConfigurationError, match=re.escape(f"overrides=['sampler.start={other}']")):
        Fit.from_file(project.run_path).run(tmp_path / "again")
    assert project.run.samples.n_eff > 1.0  # what only reads does
    chosen = Fit.from_file(project.run_path, ["sampler.start=prior"])
    chosen.run(tmp_path / "again")


def likelihoods(project, tmp_path):
    elsewhere = [str(project.table.parent), "na62_kpix_2025"]
    rewritten(project, likelihoods=elsewhere)  # a path elsewhere is one to the copy
    assert str(project.run_path) in project.run.configuration.likelihoods[0]
    copy, elsewhere = project.run_path / "likelihoods" / "invented", tmp_path / "elsewhere"
    copy.rename(elsewhere)
    copy.symlink_to(elsewhere)
    with pytest.raises(ConfigurationError, match="leads out of the folder, where nothing is read"):
        _ = project.run


OWN = """
from pathlib import Path

from alpfit.scenarios import Parameter, Scenario

(Path(__file__).parent / "has run").touch()


class Own(Scenario):
    parameters = {"BR": Parameter("B", range=(1e-9, 1e-3))}

    def predict(self, points):
        return {"BR(B+->K+ a(inv))": points["BR"]}
"""


def own_run(tmp_path):
    """A run with a scenario of one's own, whose folder comes from somebody else: nobody here has named the code."""
    from alpfit.scenarios import trusted

    (tmp_path / "own.py").write_text(OWN)
    tables = {
        "parameters": {"BR": {"prior": "uniform", "min": 1e-6, "max": 2e-5}},
        "likelihoods": ["belle2_bknunu_2023"],
    }
    sampler = {"name": "dynesty", "n_live": 25, "dlogz": 3.0}
    document = {"scenario": str(tmp_path / "own.py"), **tables, "sampler": sampler}
    path = alpfit.run(document, output=tmp_path / "run").folder.path
    trusted._named.clear()
    for named in (trusted._folder()).iterdir():
        named.unlink()
    (tmp_path / "has run").unlink()
    return path


def scenario(_, tmp_path):
    path = own_run(tmp_path)
    run = Run.read(path)
    alpfit.plot(run, ["corner"])
    assert run.configuration.theory.parameters["BR"].label == "B"
    assert not (path / "scenario" / "has run").exists()
    text = (path / "run.toml").read_text()
    (path / "run.toml").write_text(text.replace("./scenario/own.py", str(tmp_path / "own.py")))
    manifest = path / "manifest.json"
    seal(manifest, json.loads(manifest.read_text()))
    assert Run.read(path).configuration.scenario == str(path.resolve() / "scenario" / "quantities.json")
    assert not (tmp_path / "has run").exists()


def code(_, tmp_path):
    path = own_run(tmp_path)
    copy = path / "scenario" / "own.py"
    with pytest.raises(ConfigurationError, match=r"own.py is code that came with the run, and is run only once"):
        alpfit.evaluate(path, {"BR": 1e-5})
    assert not (path / "scenario" / "has run").exists()
    alpfit.check_scenario(copy)
    assert np.isfinite(alpfit.evaluate(path, {"BR": 1e-5}).log_l)
    copy.write_text(OWN.replace("1e-9", "1e-8"))
    with pytest.raises(ConfigurationError, match="is not the scenario that the run was made with"):
        alpfit.evaluate(path, {"BR": 1e-5})
    record = path / "scenario" / "quantities.json"
    record.write_text(record.read_text().replace('"own.py"', '"../../own.py"'))
    manifest = path / "manifest.json"
    seal(manifest, json.loads(manifest.read_text()))
    with pytest.raises(ConfigurationError, match="leads out of the folder"):
        Run.read(path)


def table(project, _):
    entry = project.run_path / "likelihoods" / "invented"
    (entry / "table.csv").unlink()
    (entry / "table.csv").symlink_to("/etc/hostname")
    with pytest.raises(AlpfitError, match="is a link to /etc/hostname"):
        _ = project.run.configuration.likelihood


def files(project, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("nobody's business")
    manifest = project.run_path / "manifest.json"
    for name in (str(secret), "../../secret"):
        record = json.loads(manifest.read_text())
        seal(manifest, record)
        record = json.loads(manifest.read_text())
        record["files"][name] = "0" * 64
        del record["digest"]
        manifest.write_text(json.dumps(record))
        assert [said for said in project.run.warnings if said.endswith("is not in the folder")]


def originals(project, _):
    manifest = project.run_path / "manifest.json"
    record = json.loads(manifest.read_text())
    record["originals"]["invented"] = "/dev"
    seal(manifest, record)
    run = project.run
    assert run.changed_entries == ["invented"]
    assert "/dev" not in " ".join(run.warnings)


def origin(project, tmp_path):
    run = project.run
    alpfit.reweight(run, drop=["na62_kpix_2025"], output=tmp_path / "new")
    summary = tmp_path / "new" / "summary.json"
    record = json.loads(summary.read_text())
    assert record["reweighted_from"]["run"]
    record["reweighted_from"]["run"] = "/dev/zero"
    summary.write_text(json.dumps(record))
    manifest = tmp_path / "new" / "manifest.json"
    seal(manifest, json.loads(manifest.read_text()))
    assert Run.read(tmp_path / "new").summary["reweighted_from"]["run"] == "/dev/zero"


def secret_column(file, samples, path):
    name = path.with_name("secret.bin")
    name.write_bytes(np.arange(samples["m_a"].size, dtype=float).tobytes())
    size = samples["m_a"].size
    del samples["m_a"]
    samples.create_dataset("m_a", (size,), float, external=[(str(name), 0, 8 * size)])


def virtual_column(file, samples, path):
    size = samples["m_a"].size
    with h5py.File(path.with_name("other.h5"), "w") as other:
        other["x"] = np.full(size, 2.0)
    layout = h5py.VirtualLayout((size,), float)
    layout[:] = h5py.VirtualSource(str(path.with_name("other.h5")), "x", (size,))
    del samples["m_a"]
    samples.create_virtual_dataset("m_a", layout)


def linked_column(file, samples, path):
    del samples["m_a"]
    samples["m_a"] = h5py.ExternalLink(str(path.with_name("other.h5")), "/x")


def soft_link(file, samples, path):
    del samples["m_a"]
    samples["m_a"] = h5py.SoftLink("/nested_samples/g_agg")


def circle(file, samples, path):
    samples["again"] = file["/"]


def packed(file, samples, path):
    size = samples["m_a"].size
    del samples["m_a"]
    samples.create_dataset("m_a", (size,), float, chunks=(size,), compression="gzip")[...] = 2.0


def promised(file, samples, path):
    del samples["m_a"]
    samples.create_dataset("m_a", (2**31,), float)


def texts_without_end(file, samples, path):
    file.attrs.create("parameters", ["m_a"] * 100_000, dtype=h5py.string_dtype())


def texts_of_a_column(file, samples, path):
    samples["m_a"].attrs.create("units", ["GeV"] * 100_000, dtype=h5py.string_dtype())


def one_long_text(file, samples, path):
    samples["m_a"].attrs["description"] = "GeV" * 2**22


def texts_in_a_table(file, samples, path):
    kind = np.dtype([("name", h5py.string_dtype()), ("number", "i4")])
    file.attrs.create("parameters", np.array([("m_a", 1)] * 3, dtype=kind), dtype=kind)


def lists_of_lists(file, samples, path):
    kind = h5py.vlen_dtype(h5py.vlen_dtype("f8"))
    number = h5py.h5t.py_create(kind, logical=True)
    space = h5py.h5s.create_simple((4,))
    h5py.h5a.create(file.id, b"lists", number, space)


def texts_as_numbers(file, samples, path):
    size = samples["m_a"].size
    del samples["m_a"]
    samples.create_dataset("m_a", data=["x"] * size, dtype=h5py.string_dtype())


HOSTILE = {
    texts_without_end: "texts may be longer than those of any run",
    texts_of_a_column: "texts may be longer than those of any run",
    one_long_text: "texts may be longer than those of any run",
    texts_in_a_table: "has an attribute 'parameters' of a kind that no run writes",
    lists_of_lists: "has an attribute 'lists' of a kind that no run writes",
    texts_as_numbers: "holds something that is no number",
    secret_column: "is taken from other files",
    virtual_column: "is taken from other files",
    linked_column: "is a link",
    soft_link: "is a link",
    circle: "is in it twice",
    packed: "is packed",
    promised: "promises 17179869184 bytes and has 0",
}


def posterior(project, _):
    path = project.run_path / "posterior.nc"
    good = path.read_bytes()
    for change, expected in HOSTILE.items():
        path.write_bytes(good)
        with h5py.File(path, "r+") as file:
            change(file, file["nested_samples"], path)
        project.seal()
        with pytest.raises(AlpfitError, match=f"posterior.nc cannot be read: .*{expected}"):
            _ = project.run
    path.write_bytes(good)
    project.seal()
    made = alpfit.profile(project.run, grid="3", output=project.run_path / "profile").folder
    good = made.profiles.read_bytes()
    for name in ("log_likelihood", "converged", "m_a", "edges_x"):
        made.profiles.write_bytes(good)
        with h5py.File(made.profiles, "r+") as file:
            first = next(group for group in file.values() if "m_a" in group)
            del first[name]
            first.create_dataset(name, (1_000_000,), float)
            first[name].attrs["NAME"] = np.bytes_("This is a netCDF dimension but not a netCDF variable.   1000000")
        seal(made.manifest, json.loads(made.manifest.read_text()))
        with pytest.raises(AlpfitError, match=f"profiles.nc cannot be read: .*{name} is a dimension and has no numb"):
            RunProfile.read(made.path)
    made.profiles.write_bytes(good)
    with h5py.File(made.profiles, "r+") as file:
        first = next(iter(file.values()))
        del first["log_likelihood"]
        first["log_likelihood"] = h5py.ExternalLink("other.h5", "/x")
    seal(made.manifest, json.loads(made.manifest.read_text()))
    with pytest.raises(AlpfitError, match=r"profiles.nc cannot be read: .* is a link"):
        RunProfile.read(made.path)


def profile_files(project, tmp_path):
    made = alpfit.profile(project.run, grid="3", output=tmp_path / "profile").folder
    record = json.loads(made.manifest.read_text())
    record["files"]["../fit.toml"] = "0" * 64
    del record["digest"]
    made.manifest.write_text(json.dumps(record))
    with pytest.raises(AlpfitError, match="is not in the folder"):
        RunProfile.read(made.path)


def unfinished_profile(project, tmp_path):
    from alpfit.cli.commands.status import _to_continue

    unfinished = tmp_path / "profile" / "unfinished"
    unfinished.mkdir(parents=True)
    wanted = {"parameters": ["m_a; touch /tmp/here", "$(id)"], "grid": None, "refine": True}
    (unfinished / "identity.json").write_text(json.dumps({"profile": wanted}))
    assert "'m_a; touch /tmp/here' '$(id)'" in _to_continue(tmp_path / "profile")


class Trap:
    """What is run when it is unpickled."""

    sprung = False

    def __reduce__(self):
        return setattr, (Trap, "sprung", True)


def checkpoint(project, tmp_path):
    from alpfit.chains.checkpoints import Checkpoints

    unfinished = project.run_path / "unfinished"
    unfinished.mkdir()
    Checkpoints(unfinished, print).save(pickle.dumps(Trap()))
    (unfinished / "identity.json").write_text("{}")
    run = project.run
    assert alpfit.export(run, "csv", tmp_path)
    assert run.warnings == ()
    alpfit.profile(run, grid="3", output=tmp_path / "profile")
    with pytest.raises(AlpfitError):
        Fit.from_file(project.file).run(project.run_path, resume=True)  # it was begun with something else
    assert not Trap.sprung


def link(project, tmp_path):
    mine = tmp_path / "mine"
    mine.write_text("keep me")
    for name in ("corner.pdf", "corner.png", "report.html"):
        (project.run_path / name).unlink(missing_ok=True)
        (project.run_path / name).symlink_to(mine)
    run = project.run
    alpfit.plot(run, ["corner"])
    alpfit.report(run)
    assert mine.read_text() == "keep me"
    assert not (project.run_path / "report.html").is_symlink()


def folder_link(project, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    made = alpfit.profile(project.run, grid="3", output=tmp_path / "profile")
    (project.run_path / "profile").symlink_to(made.folder.path)
    (project.run_path / "csv").symlink_to(elsewhere)
    assert RunProfile.read(project.run_path / "profile").text == made.text
    with pytest.raises(AlpfitError, match="nothing is written through a link in a run folder"):
        alpfit.export(project.run, "csv")
    with pytest.raises(AlpfitError, match="nothing is written through a link in a run folder"):
        alpfit.profile(project.run, grid="3", overwrite=True)
    assert list(elsewhere.iterdir()) == []
    assert made.folder.profiles.exists()


def settings(project, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (project.run_path / ".numba_config.yaml").write_text(f"cache_dir: {elsewhere}\ncache_locator_classes: planted\n")
    (project.run_path / "matplotlibrc").write_text("backend: module://planted\nfigure.hooks: planted:run\n")
    (project.run_path / "arvizrc").write_text("no setting\n")
    for verb in (["status", "."], ["plot", ".", "--only", "corner"]):
        command = [sys.executable, "-P", "-m", "alpfit.cli.main", *verb]
        told = subprocess.run(command, cwd=project.run_path, capture_output=True, text=True, check=False)
        assert (told.returncode, told.stderr) == (0, "")
    assert not elsewhere.exists()


CASES = {
    ("run.toml, best_fit.toml", "[parallel] executor, scheduler"): workers,
    ("run.toml, best_fit.toml", "[sampler] start"): start,
    ("run.toml, best_fit.toml", "scenario, where it is a file or in a package"): scenario,
    ("scenario/quantities.json", "code"): code,
    ("run.toml, best_fit.toml", "likelihoods"): likelihoods,
    ("likelihoods/NAME/likelihood.toml", "[data] table"): table,
    ("manifest.json", "files"): files,
    ("manifest.json", "originals"): originals,
    ("summary.json", "reweighted_from: run"): origin,
    ("posterior.nc", "links, external and virtual data sets"): posterior,
    ("profile/manifest.json", "files"): profile_files,
    ("unfinished/identity.json", "profile"): unfinished_profile,
    ("unfinished/checkpoint-N.bin", "all of it, a pickle"): checkpoint,
    (".numba_config.yaml, matplotlibrc, arvizrc", "all of it, in the working directory"): settings,
    ("any file", "a symbolic link in its place"): link,
    ("any folder", "a symbolic link in its place"): folder_link,
}


def test_all_that_leads_elsewhere_is_tried():
    assert set(CASES) == {(pointer.file, pointer.place) for pointer in POINTERS}


def test_the_list_for_users_is_the_same():
    page = (Path(__file__).resolve().parents[2] / "examples" / "README.md").read_text()
    for pointer in POINTERS:
        assert f"| {pointer.file} | {pointer.place} | {pointer.may} |" in page


@pytest.mark.parametrize("pointer", POINTERS, ids=lambda pointer: f"{pointer.file}: {pointer.place}")
def test_it_does_what_it_may_and_no_more(project, tmp_path, pointer):
    (tmp_path / "out").mkdir()
    CASES[pointer.file, pointer.place](project, tmp_path / "out")
