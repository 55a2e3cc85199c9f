"""Texts in a run folder, which may be anybody's: none gives the terminal orders, forges a line or misleads a shell."""

import ast
import json
import os
import re
import shlex
import shutil
import tomllib
from pathlib import Path

import h5py
import pytest
import tomli_w

from alpfit.cli.main import main
from alpfit.errors import AlpfitError, in_one_line, visible
from alpfit.fit.profile import profile

EVIL = "\x1b[2J\x9b31m\r\nalpfit: all is well\u202e; touch /tmp/sh $(id) [link=file:///etc/passwd]here[/link]"
"""Orders for a terminal, a line of its own, a turn of the text, words for a shell, and markup."""

PACKAGE = Path(__file__).resolve().parents[2] / "alpfit"


@pytest.fixture
def alpfit(monkeypatch, capsys):
    """Calls the program: exit code, and what it says on both streams."""

    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["alpfit", *map(os.fspath, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code), *capsys.readouterr()

    return call


def shortfall(project):
    with h5py.File(project.run_path / "posterior.nc", "r+") as file:
        file.attrs.create("shortfalls", [EVIL, "another"], dtype=h5py.string_dtype())
    project.seal()


def name_of_a_file(project):
    manifest = project.run_path / "manifest.json"
    record = json.loads(manifest.read_text())
    record["files"][EVIL] = "0" * 64
    del record["digest"]
    manifest.write_text(json.dumps(record))


def key_of_the_input(project):
    path = project.run_path / "run.toml"
    path.write_text(tomli_w.dumps({**tomllib.loads(path.read_text()), EVIL: 1}))
    project.seal()


def key_of_a_table(project):
    path = project.run_path / "run.toml"
    document = tomllib.loads(path.read_text())
    document["sampler"][EVIL] = 1
    path.write_text(tomli_w.dumps(document))
    project.seal()


def value_of_the_input(project):
    path = project.run_path / "run.toml"
    path.write_text(tomli_w.dumps({**tomllib.loads(path.read_text()), "scenario": EVIL}))
    project.seal()


def executor(project):
    path = project.run_path / "run.toml"
    path.write_text(
        tomli_w.dumps({**tomllib.loads(path.read_text()), "parallel": {"executor": "dask", "scheduler": EVIL}})
    )
    project.seal()


def summary(project):
    (project.run_path / "summary.txt").write_text(EVIL)
    project.seal()


def title_of_an_entry(project):
    path = project.run_path / "likelihoods" / "invented" / "likelihood.toml"
    document = tomllib.loads(path.read_text())
    document["title"] = document["experiment"] = EVIL
    document["references"][0]["title"] = EVIL
    path.write_text(tomli_w.dumps(document))
    project.seal()


def status(project):
    unfinished = project.run_path / "unfinished"
    unfinished.mkdir()
    (unfinished / "identity.json").write_text(
        json.dumps({"profile": {"parameters": [EVIL], "grid": EVIL, "refine": 1}})
    )
    (unfinished / "status.json").write_text(json.dumps({"n_calls": 1, "values": {EVIL: 1.0}, "host": EVIL}))


PLANTED = (
    *(shortfall, name_of_a_file, key_of_the_input, key_of_a_table, value_of_the_input, executor, summary),
    *(title_of_an_entry, status),
)

VERBS = {
    "status": ("status", "RUN"),
    "report": ("report", "RUN", "--output", "PAGE"),
    "plot": ("plot", "RUN", "--only", "corner"),
    "export": ("export", "RUN", "--format", "csv"),
    "compare": ("compare", "RUN", "RUN"),
    "cite": ("cite", "RUN"),
    "explain": ("explain", "RUN", "--force"),
    "profile": ("profile", "RUN", "--parameters", "m_a", "--grid", "3"),
    "reweight": ("reweight", "RUN", "--drop", "invented", "--force"),
    "run": ("run", "FILE", "--output", "RUN", "--resume"),
    "evaluate": ("evaluate", "INPUT", "--at", "m_a=2", "--at", "g_agg=1e-5"),
    "likelihoods": ("likelihoods", "ENTRY"),
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_no_verb_passes_them_on(project, tmp_path, alpfit, plant, request, monkeypatch):
    """Figures are drawn where what was planted stands in figures: those of a report, which are all."""
    if plant in (title_of_an_entry, key_of_the_input):
        monkeypatch.setattr("alpfit.fit.presenting.write_quick_figures", lambda *_, **__: [])
    else:
        request.getfixturevalue("light_figures")
    plant(project)
    places = {
        "RUN": project.run_path,
        "PAGE": tmp_path / "page.html",
        "FILE": project.file,
        "INPUT": project.run_path / "run.toml",
        "ENTRY": project.run_path / "likelihoods" / "invented",
    }
    for verb, words in VERBS.items():
        code, out, err = alpfit(*(places.get(word, word) for word in words))
        assert code in (0, 2, 3), verb
        for said in (out, err):
            assert said == visible(said), verb
        assert not [line for line in err.splitlines() if line.startswith("alpfit: all is well")], verb
        if plant is not title_of_an_entry:  # BibTeX and the description of an entry have lines of their own
            assert not [line for line in out.splitlines() if line.startswith("alpfit: all is well")] or plant is summary
        assert "Traceback" not in err


def test_a_command_that_is_proposed_is_one_command(project, tmp_path, alpfit):
    path = project.run_path / "run.toml"
    start = {"name": "emcee", "n_walkers": 8, "max_steps": 10, "start": "x; touch /tmp/sh $(id)"}
    path.write_text(tomli_w.dumps({**tomllib.loads(path.read_text()), "sampler": start}))
    project.seal()
    _, _, err = alpfit("run", path, "--output", tmp_path / "again")
    proposed = re.search(r"repeat it with (--set .*), or start anew", err).group(1)
    assert shlex.split(proposed) == ["--set", f"sampler.start={start['start']}"]
    odd = tmp_path / "a b; $(id)"
    (odd / "unfinished").mkdir(parents=True)
    _, out, _ = alpfit("status", odd)
    proposed = out.splitlines()[0].removeprefix("interrupted: continue with ")
    assert shlex.split(proposed) == ["alpfit", "run", "FILE", "--output", str(odd), "--resume"]


def test_all_that_is_printed_goes_through_one_door():
    doors = {"print", "typer.echo", "console.print", "self._console.print", "sys.stdout.write", "sys.stderr.write"}
    found = set()
    for path in PACKAGE.rglob("*.py"):
        calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
        if any(ast.unparse(call.func) in doors for call in calls):
            found.add(path.relative_to(PACKAGE).as_posix())
    assert found == {
        "cli/terminal.py",
        "fit/progress.py",
        "inference/parallel/tasks.py",
    }  # the last to its parent alone


OWN_FILES = {
    "fit/cite.py": "a table of the package",
    "chains/provenance.py": "the package's sources",
    "chains/checkpoints.py": "seen to be ordinary in the line before, and of any size",
}
"""Who reads a file without the door for those of others, and what that is."""


def test_all_that_is_read_of_a_folder_goes_through_one_door():
    found = set()
    for part in ("chains", "runs", "figures", "fit", "config", "cli"):
        for path in (PACKAGE / part).rglob("*.py"):
            if re.search(r"\.read_(?:text|bytes)\(", path.read_text()):
                found.add(path.relative_to(PACKAGE).as_posix())
    assert found == set(OWN_FILES)


def test_a_sentence_is_one_line_whatever_is_in_it():
    assert str(AlpfitError(EVIL)) == in_one_line(EVIL)
    assert "\n" not in in_one_line(EVIL)
    assert "\x1b" not in visible(EVIL)
    assert visible("ordinary: äχ → 1 µb, 10⁻³\n\tnext") == "ordinary: äχ → 1 µb, 10⁻³\n\tnext"


@pytest.mark.usefixtures("light_figures")
def test_a_folder_whose_name_is_no_text_is_one_like_any_other(project, tmp_path, alpfit):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff"))
    shutil.copytree(project.path, odd)
    run = odd / "chains" / "run"
    for words in (
        ("status", run),
        ("report", run),
        ("plot", run, "--only", "corner", "--with", project.run_path),
        ("export", run, "--format", "csv"),
        ("compare", run, project.run_path, "--output", odd / "compared"),
        ("profile", run, "--parameters", "m_a", "--grid", "3"),
        ("reweight", run, "--drop", "invented"),
        ("run", odd / "fit.toml", "--output", odd / "again"),
        ("check", odd / "fit.toml"),
        ("cite", run),
    ):
        code, out, err = alpfit(*words)
        assert code in (0, 3), (words, err)
        assert out == visible(out)
    shutil.copytree(run, named := odd / os.fsdecode(b"\xfe"))
    assert alpfit("report", named)[0] == 0
    assert alpfit("export", named, "--format", "getdist")[0] == 0


FOREVER = {"a pipe": os.mkfifo, "a device": lambda path: path.symlink_to("/dev/zero")}


@pytest.mark.usefixtures("light_figures")
@pytest.mark.parametrize(("kind", "early"), [("a pipe", False), ("a pipe", True), ("a device", True)])
def test_no_file_of_a_folder_is_waited_for_or_read_without_end(project, tmp_path, alpfit, kind, early):
    """A test that waits is one that fails: files without which there is no run, and those of its profile.

    Where there are digests each file is read for its own first, through the door that all reading goes through.
    """
    profile(project.run, ("m_a",), grid="3")
    names = [
        path.relative_to(project.run_path)
        for path in project.run_path.rglob("*")
        if path.suffix not in {".png", ".pdf"}
    ]
    for name in names:
        if (project.run_path / name).is_dir():
            continue
        run = tmp_path / "run"
        shutil.copytree(project.run_path, run)
        if early:
            for manifest in (run / "manifest.json", run / "profile" / "manifest.json"):
                record = json.loads(manifest.read_text())
                manifest.write_text(json.dumps({key: record[key] for key in record if key not in {"files", "digest"}}))
        (run / name).unlink()
        FOREVER[kind](run / name)
        for words in (("status", run), ("status", run / "profile"), ("plot", run, "--only", "trace"), ("cite", run)):
            code, _, err = alpfit(*words)
            assert code in (0, 2), (name, words)
            assert "Traceback" not in err
        shutil.rmtree(run)


def test_a_private_file_does_not_get_into_a_report(project, tmp_path, alpfit):
    made = profile(project.run, ("m_a",), grid="3").folder
    (tmp_path / "private").write_text("a secret")
    made.intervals_text.unlink()
    made.intervals_text.symlink_to(tmp_path / "private")
    record = json.loads(made.manifest.read_text())
    for kept in (set(), {"files"}):
        changed = {key: record[key] for key in record if key not in {"files", "digest"} - kept}
        if kept:
            del changed["files"]["intervals.txt"]
        made.manifest.write_text(json.dumps(changed))
        code, _, err = alpfit("report", project.run_path, "--output", tmp_path / "page.html")
        assert code == 2
        assert "is no manifest of a profile" in err
        assert not (tmp_path / "page.html").exists()
