"""What is written comes into its own place: through no link in a run folder, and over nothing that it did not make."""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest

import alpfit
from alpfit import Fit, Run
from alpfit.chains.exports import EXPORTS
from alpfit.cli.main import main
from alpfit.errors import RunFolderError
from alpfit.figures import QUICK
from alpfit.inference.interrupts import Interrupted

pytestmark = pytest.mark.usefixtures("light_figures", "short_reports")


def profiled(run, output=None, **choices):
    return alpfit.profile(run, ("m_a",), grid="4", output=output, **choices)


def sample(project, output, **choices):
    return Fit.from_file(project.file).run(output, **choices)


def reweight(project, output, **choices):
    return alpfit.reweight(project.run, drop=["na62_kpix_2025"], output=output, **choices)


INTO_A_FOLDER = {
    **{kind: (kind, lambda project, kind=kind: alpfit.export(project.run, kind)) for kind in EXPORTS},
    "profile": ("profile", lambda project: profiled(project.run)),
    "profile --overwrite": ("profile", lambda project: profiled(project.run, overwrite=True)),
    "run": ("again", lambda project: sample(project, project.run_path / "again", overwrite=True)),
    "reweight": ("again", lambda project: reweight(project, project.run_path / "again", overwrite=True)),
    "plot": ("figures", lambda project: alpfit.plot(project.run, QUICK, project.run_path / "figures")),
    "report": ("pages", lambda project: alpfit.report(project.run, project.run_path / "pages" / "report.html")),
}
"""Whoever writes, the folder in the run folder that it writes to, and how."""


@pytest.fixture
def elsewhere(tmp_path):
    """Somebody's folder, with a finished run in it."""
    return tmp_path / "elsewhere"


def everything(path):
    return {file.relative_to(path): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


@pytest.mark.parametrize("target", ["a run", "a folder"])
@pytest.mark.parametrize("verb", INTO_A_FOLDER)
def test_nothing_is_written_or_removed_through_a_link_in_a_run_folder(project, elsewhere, verb, target):
    name, write = INTO_A_FOLDER[verb]
    if target == "a run":
        shutil.copytree(project.run_path, elsewhere)
    else:
        (elsewhere / "deep").mkdir(parents=True)
        (elsewhere / "deep" / "keep.txt").write_text("keep me")
    before = everything(elsewhere)
    (project.run_path / name).symlink_to(elsewhere)
    with pytest.raises(RunFolderError, match=rf"{name} is a link to .*elsewhere.*: remove it, or choose another"):
        write(project)
    assert everything(elsewhere) == before
    assert (project.run_path / name).is_symlink()


@pytest.mark.parametrize(
    "begin",
    [
        lambda project, path: sample(project, path, resume=True),
        lambda project, path: sample(project, path, overwrite=True),
        reweight,
        lambda project, path: profiled(project.run, path),
    ],
    ids=["run --resume", "run --overwrite", "reweight", "profile"],
)
def test_what_is_under_way_is_not_elsewhere(project, elsewhere, begin):
    path = project.run_path / "another"
    path.mkdir()
    elsewhere.mkdir()
    (elsewhere / "status.json").write_text("keep me")
    (path / "unfinished").symlink_to(elsewhere)
    with pytest.raises(RunFolderError, match=r"unfinished cannot be written: it is no folder; remove it, or choose"):
        begin(project, path)
    assert everything(elsewhere) == {Path("status.json"): b"keep me"}


def test_a_folder_that_the_user_names_may_be_a_link(project, elsewhere, tmp_path):
    elsewhere.mkdir()
    (tmp_path / "mine").symlink_to(elsewhere)
    assert alpfit.export(project.run, "csv", tmp_path / "mine")
    profiled(project.run, tmp_path / "mine" / "profile")
    assert {path.name for path in elsewhere.iterdir()} == {"csv", "profile"}
    (tmp_path / "run").symlink_to(project.run_path)
    profiled(Run.read(tmp_path / "run"))
    assert (project.run_path / "profile" / "manifest.json").exists()


def test_a_run_and_a_profile_do_not_take_each_others_place(project, tmp_path):
    made = profiled(project.run, tmp_path / "profile").folder.path
    before = everything(project.run_path), everything(made)
    for overwrite in (False, True):
        with pytest.raises(RunFolderError, match="holds a run, not a profile: choose another folder"):
            profiled(project.run, project.run_path, overwrite=overwrite)
        for write in (sample, reweight):
            with pytest.raises(RunFolderError, match="holds a profile, not a run: choose another folder"):
                write(project, made, overwrite=overwrite)
    assert (everything(project.run_path), everything(made)) == before
    assert profiled(project.run, made, overwrite=True)


def test_nor_do_unfinished_ones(project, tmp_path):
    for path, identity in ((tmp_path / "run", '{"configuration": {}}'), (tmp_path / "profile", '{"profile": {}}')):
        (path / "unfinished").mkdir(parents=True)
        (path / "unfinished" / "identity.json").write_text(identity)
        (path / "unfinished" / "checkpoint-000001.bin").write_bytes(b"hours of work")
    before = everything(tmp_path)
    with pytest.raises(RunFolderError, match="holds an unfinished run, not a profile"):
        profiled(project.run, tmp_path / "run", overwrite=True)
    for write in (sample, reweight):
        with pytest.raises(RunFolderError, match="holds an unfinished profile, not a run"):
            write(project, tmp_path / "profile", overwrite=True)
    assert {name: content for name, content in everything(tmp_path).items() if name in before} == before


def test_somebody_elses_manifest_is_no_run(project, tmp_path):
    (tmp_path / "extension").mkdir()
    (tmp_path / "extension" / "manifest.json").write_text('{"manifest_version": 3, "name": "mine"}')
    with pytest.raises(RunFolderError, match="holds something that is not a run"):
        sample(project, tmp_path / "extension", overwrite=True)


def test_a_report_replaces_nothing_but_a_report(project, tmp_path):
    before = everything(project.run_path)
    for name in before:
        with pytest.raises(RunFolderError, match="is no report, and is not replaced by one"):
            alpfit.report(project.run, project.run_path / name)
    (tmp_path / "page.html").write_text("<!DOCTYPE html><title>mine</title>")
    with pytest.raises(RunFolderError, match="is no report"):
        alpfit.report(project.run, tmp_path / "page.html")
    assert everything(project.run_path) == before
    for _ in range(2):
        alpfit.report(project.run)


@contextmanager
def standard_output_to(path):
    """What this process writes to its first stream, also by its number."""
    kept = os.dup(1)
    with path.open("w") as stream:
        os.dup2(stream.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def test_a_report_goes_to_standard_output_wherever_that_leads(project, tmp_path, monkeypatch, capfd):
    monkeypatch.setattr("sys.argv", ["alpfit", "report", str(project.run_path), "--output", "/dev/stdout"])
    with standard_output_to(tmp_path / "page.html"), pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0, capfd.readouterr().err
    assert "<!DOCTYPE html>" in (tmp_path / "page.html").read_text()
    assert Path("/dev/stdout").is_symlink()


def test_figures_do_not_come_into_the_folder_of_another_run(project, elsewhere):
    shutil.copytree(project.run_path, elsewhere)
    (elsewhere / "corner.png").write_text("another's")
    with pytest.raises(RunFolderError, match="holds another run"):
        alpfit.plot(project.run, ["corner"], elsewhere)
    assert (elsewhere / "corner.png").read_text() == "another's"


@pytest.mark.parametrize("length", [201, 235, 255])
def test_a_name_may_be_as_long_as_the_file_system_lets_it(project, tmp_path, length):
    path = tmp_path / ("n" * length)
    assert reweight(project, path).folder.path == path
    assert reweight(project, path, overwrite=True)
    assert profiled(Run.read(path))
    assert not [left for left in tmp_path.iterdir() if left.name.startswith(".")]


class Interrupting:
    """Ends the run when its first checkpoint could be written."""

    def note(self, sentence):
        pass

    def update(self, report):
        os.kill(os.getpid(), 15)


STRAYS = {"zz": "stray", "manifest.txt": "stray", "summary.txt": "a name that the run wants, too"}


def test_what_lies_beside_an_unfinished_run_is_kept(project, tmp_path):
    path = tmp_path / "run"
    with pytest.raises(Interrupted):
        sample(project, path, progress=Interrupting())
    for name, text in STRAYS.items():
        (path / name).write_text(text)
    (path / "notes").mkdir()
    (path / "notes" / "more").write_text("more")
    with pytest.raises(
        RunFolderError, match=r"that is not a run \('manifest.txt', 'notes', 'summary.txt' and 1 more\)"
    ):
        sample(project, path, overwrite=True)
    run = sample(project, path, resume=True)
    assert run.samples.n_calls == project.run.samples.n_calls
    assert (path / "zz").read_text() == (path / "manifest.txt").read_text() == "stray"
    assert (path / "notes" / "more").read_text() == "more"
    assert (path / "summary.txt").read_text() != STRAYS["summary.txt"]
    assert (path / "summary.txt.1").read_text() == STRAYS["summary.txt"]
