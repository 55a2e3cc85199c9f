"""A run that is under way: one process at a time, and continued only as what it was begun."""

import json
import math
import os
import pwd
import subprocess
import sys
from contextlib import suppress

import pytest

from alpfit import Run
from alpfit.chains.unfinished import (
    StatusFile,
    UnfinishedRun,
    is_finished,
    not_finished,
    replacing,
    under_way,
    what_is_left,
)
from alpfit.errors import RunFolderError
from alpfit.inference.progress import NoProgress, ProgressReport
from alpfit.inference.session import Session

IDENTITY = {"configuration": {"sampler": {"n_live": 400, "seed": 1}}, "code": {"digest": "abc"}}

HOLD = """\
import sys
from alpfit.chains.unfinished import under_way
from alpfit.inference.progress import NoProgress
from pathlib import Path
with under_way(Path(sys.argv[1]), {}, NoProgress()) as checkpoints:
    checkpoints.save(b"theirs")
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run"


def begin(path, identity=IDENTITY, state=b"state", **choices):
    """A run that is interrupted after a checkpoint."""
    with under_way(path, identity, NoProgress(), **choices) as checkpoints:
        found = checkpoints.load()
        if state:
            checkpoints.save(state)
    return found


def refusal(path, identity=IDENTITY, **choices):
    return refused(under_way(path, identity, NoProgress(), **choices))


def refused(block):
    with pytest.raises(RunFolderError) as caught, block:
        pytest.fail("the block was entered")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_run_without_a_checkpoint_leaves_nothing_behind(path):
    begin(path, state=None)
    assert not path.exists()
    assert what_is_left(path) == "there was nothing yet to keep"


def test_an_unfinished_run_is_named_with_both_ways_out(path):
    begin(path)
    message = refusal(path)
    assert message.startswith(
        f"{path} holds an unfinished run (an unknown number of likelihood calls): continue it with resume=True"
    )
    assert message.endswith("or begin anew with overwrite=True")
    assert what_is_left(path) == f"continue {path} with resume=True"


def test_it_is_continued_with_its_last_checkpoint(path):
    begin(path)
    assert begin(path, resume=True) == b"state"


def test_it_is_begun_anew_without_its_checkpoints(path):
    begin(path)
    assert begin(path, overwrite=True) is None


def test_where_there_is_none_a_run_that_is_to_be_continued_begins(path):
    assert begin(path, resume=True) is None


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        (
            {"configuration": {"sampler": {"n_live": 500, "seed": 1}}, "code": {"digest": "abc"}},
            "n_live = 400, which is 500",
        ),
        ({"configuration": {"sampler": {"n_live": 400}}, "code": {"digest": "abc"}}, "seed = 1, which is None"),
        ({**IDENTITY, "code": {"digest": "xyz"}}, "code.digest = abc, which is xyz"),
        ({**IDENTITY, "likelihoods": {"planck": "123"}}, "likelihoods.planck = None, which is 123"),
    ],
)
def test_what_has_changed_since_is_told_and_refused_unless_forced(path, changed, named):
    begin(path)
    message = refusal(path, changed, resume=True)
    assert named in message
    assert message.endswith("or continue nevertheless with force=True")
    assert begin(path, changed, resume=True, force=True) == b"state"


def test_a_finished_run_stays_until_its_replacement_is_complete(path):
    path.mkdir()
    (path / "manifest.json").write_text("finished")
    assert refusal(path).startswith(f"{path} holds a run already")
    begin(path, overwrite=True)
    assert (path / "manifest.json").read_text() == "finished"
    assert not is_finished(path)
    assert begin(path, resume=True) == b"state"


def test_a_finished_run_is_recognised(path):
    assert not is_finished(path)
    path.mkdir()
    (path / "manifest.json").write_text("finished")
    assert is_finished(path)
    assert what_is_left(path) == f"{path} is complete but for its figures: alpfit plot {path}"


def test_a_second_process_is_refused_and_the_first_is_seen_to_run(path):
    unfinished = UnfinishedRun(path)
    assert not unfinished.is_running()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "held\n"
        for choices in ({}, {"resume": True}, {"overwrite": True}):
            assert refusal(path, **choices).startswith(f"{path} is being written by another process")
        assert unfinished.is_running()
        assert len(unfinished.checkpoints()) == 1  # and nothing of it was touched
        other.communicate("done\n")
    assert not unfinished.is_running()


def test_a_killed_process_holds_nothing(path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        other.stdout.readline()
        other.kill()
    assert begin(path, {}, resume=True) == b"theirs"


def test_a_run_that_was_just_being_replaced_comes_back(path):
    replaced = path.with_name(f".{path.name}.0a1b2c3d.replaced")
    replaced.mkdir()
    (replaced / "manifest.json").write_text("finished")
    assert refusal(path).startswith(f"{path} holds a run already")
    assert (path / "manifest.json").read_text() == "finished"


def test_an_identity_that_cannot_be_read_is_told(path):
    begin(path)
    UnfinishedRun(path).identity.write_text("{")
    assert refusal(path, resume=True).startswith(f"{UnfinishedRun(path).identity} cannot be read: ")


def test_the_status_says_how_far_the_run_is(path):
    begin(path)
    unfinished, report = UnfinishedRun(path), ProgressReport(1200, {"ln Z": -3.5}, 0.25)
    assert unfinished.last_status() is None
    StatusFile(unfinished, NoProgress()).update(report)
    status = json.loads(unfinished.status.read_text())
    assert (status["n_calls"], status["values"], status["fraction_left"]) == (1200, {"ln Z": -3.5}, 0.25)
    times = {name: status[name] for name in ("begun", "updated")}
    assert unfinished.last_status().model_dump(mode="json") | times == status
    assert unfinished.last_status().share_done == 0.8
    assert refusal(path).startswith(f"{path} holds an unfinished run (1200 likelihood calls)")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    assert "cannot be written" in refusal(tmp_path / "file" / "run")


def test_somebody_elses_checkpoints_are_read_only_on_demand(path, monkeypatch):
    begin(path)
    owner = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    for what in ("run", "profile"):
        message = refusal(path, resume=True, what=what)
        assert f"belongs to another user ({pwd.getpwuid(owner).pw_name})" in message
        assert "force=True" in message
    assert begin(path, resume=True, force=True) == b"state"
    begin(path, overwrite=True)  # nothing of theirs is read


def test_a_profile_that_was_begun_with_something_else_is_not_continued_by_force(path):
    profile = {**IDENTITY, "profile": {"grid": "5"}}
    begin(path, profile, what="profile")
    message = refusal(path, {**profile, "code": {"digest": "def"}}, resume=True, force=True, what="profile")
    assert "was begun with code.digest = abc, which is def now" in message


def test_what_is_unfinished_is_no_run_yet_and_it_is_said_how_to_continue_it(path):
    assert not_finished(path) == f"{path} is not a run folder: it has no manifest.json"
    begin(path)
    assert f"unfinished run, with nothing to read yet: continue it with alpfit run FILE --output {path} --resume" in (
        not_finished(path)
    )
    with pytest.raises(RunFolderError, match="holds an unfinished run"):
        Run.read(path)
    profile = path.with_name("profile")
    begin(profile, {"profile": {"grid": "5"}}, what="profile")
    assert "holds an unfinished profile, not a run" in not_finished(profile)


def test_a_status_without_an_estimate_is_json_and_read_back(path):
    unfinished = UnfinishedRun(path)
    with under_way(path, IDENTITY, NoProgress()):
        StatusFile(unfinished, NoProgress()).update(ProgressReport(3, {"ln Z": -math.inf}, math.inf))
        text = unfinished.status.read_text()
        assert json.loads(text, parse_constant=pytest.fail)["fraction_left"] is None
        assert unfinished.last_status().share_done == 0.0


ODD = {
    "a list": "[1]",
    "no JSON": "{",
    "words": '{"n_calls": "many"}',
    "negative": '{"n_calls": -1, "values": {}, "fraction_left": -3.0, "begun": "", "updated": "", "process": 1}',
    "for the terminal": '{"host": "\\u001b[2J"}',
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_a_status_that_no_run_wrote_is_none(path, content):
    begin(path)
    unfinished = UnfinishedRun(path)
    StatusFile(unfinished, NoProgress()).update(ProgressReport(3, {"ln Z": -1.0}, 0.5))
    written = json.loads(unfinished.status.read_text())
    with suppress(ValueError, TypeError):
        content = json.dumps({**written, **json.loads(content)})
    unfinished.status.write_text(content)
    assert unfinished.last_status() is None
    assert "unknown number of likelihood calls" in refusal(path)


@pytest.mark.parametrize("content", [None, "[]", "{", "\0"])
def test_without_knowing_what_was_begun_nothing_is_deleted_and_nothing_continued(path, content):
    begin(path)
    unfinished = UnfinishedRun(path)
    unfinished.identity.unlink()
    if content is not None:
        unfinished.identity.write_text(content)
    before = {file: file.read_bytes() for file in unfinished.checkpoints()}
    assert "continue it with resume=True, or begin anew with overwrite=True" in refusal(path)
    assert "identity.json cannot be read: " in (said := refusal(path, resume=True))
    assert said.endswith("begin anew with overwrite=True, or continue nevertheless with force=True")
    assert {file: file.read_bytes() for file in unfinished.checkpoints()} == before
    assert begin(path, resume=True, force=True) == b"state"


def test_a_state_of_another_program_is_told_and_kept(path):
    begin(path, state=b"cnowhere\nnothing\n.")
    with under_way(path, IDENTITY, NoProgress(), resume=True, force=True) as checkpoints:
        with pytest.raises(
            RunFolderError, match=r"of another program \(ModuleNotFoundError: .* begin anew with overwrite=True"
        ):
            Session(None, store=checkpoints)
        assert checkpoints.load()


def test_a_lock_that_cannot_be_read_is_told(path):
    begin(path)
    lock = UnfinishedRun(path).path / "lock"
    assert not UnfinishedRun(path).is_running()
    lock.unlink()
    assert not UnfinishedRun(path).is_running()
    lock.symlink_to("/etc/hostname")
    with pytest.raises(RunFolderError, match="lock cannot be read"):
        UnfinishedRun(path).is_running()
    assert "cannot be written" in refusal(path, resume=True)


def test_whether_it_runs_is_seen_without_touching_anything(path):
    with under_way(path, IDENTITY, NoProgress()):
        before = sorted(file.name for file in UnfinishedRun(path).path.iterdir())
        assert UnfinishedRun(path).is_running()
        assert sorted(file.name for file in UnfinishedRun(path).path.iterdir()) == before


def test_what_cannot_be_continued_takes_the_lock_too_and_destroys_no_unfinished_run(path):
    begin(path)
    before = [file.read_bytes() for file in UnfinishedRun(path).checkpoints()]
    assert "replace it with overwrite=True, or keep it with output=DIR" in refused(replacing(path, overwrite=False))
    assert [file.read_bytes() for file in UnfinishedRun(path).checkpoints()] == before
    other = path.with_name("other")
    with replacing(other, overwrite=False):
        assert UnfinishedRun(other).is_running()
        assert "is being written by another process" in refused(replacing(other, overwrite=True))
    assert not other.exists()


HOLD_REPLACED = """\
import sys
from alpfit.chains.unfinished import writing
from pathlib import Path
path = Path(sys.argv[1])
with writing(path):
    path.rename(path.with_name(f".{path.name}.0a1b2c3d.replaced"))
    print("held", flush=True)
    sys.stdin.readline()
    path.with_name(f".{path.name}.0a1b2c3d.replaced").rename(path)
"""


def test_what_another_process_is_replacing_is_left_to_it(path):
    path.mkdir()
    (path / "manifest.json").write_text("finished")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_REPLACED, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "held\n"
        for block in (under_way(path, IDENTITY, NoProgress(), overwrite=True), replacing(path, overwrite=True)):
            assert refused(block).startswith(f"{path} is being written by another process")
        assert not path.exists()
        other.communicate("done\n")
    assert other.returncode == 0
    begin(path, overwrite=True)


def a_folder(place):
    place.unlink(missing_ok=True)
    place.mkdir()


PLANTED = {
    "lock": (
        lambda path: a_folder(UnfinishedRun(path).path / "lock"),
        "lock cannot be written: it is no ordinary file",
    ),
    "a pipe": (
        lambda path: ((UnfinishedRun(path).path / "lock").unlink(), os.mkfifo(UnfinishedRun(path).path / "lock")),
        "lock cannot be written: it is no ordinary file",
    ),
    "identity": (lambda path: a_folder(UnfinishedRun(path).identity), "identity.json cannot be"),
    "unfinished": (
        lambda path: (UnfinishedRun(path).path.rename(path / "away"), UnfinishedRun(path).path.write_text("")),
        "unfinished cannot be written: it is no folder",
    ),
}


@pytest.mark.parametrize(("plant", "said"), PLANTED.values(), ids=PLANTED)
@pytest.mark.parametrize("choices", [{"resume": True}, {"overwrite": True}], ids=str)
def test_what_was_planted_in_its_place_is_named_with_a_way_out(path, plant, said, choices):
    path.mkdir()
    (path / "manifest.json").write_text("finished")
    begin(path, overwrite=True)
    plant(path)
    message = refusal(path, **{"overwrite": True, **choices})
    assert said in message
    assert any(
        way_out in message for way_out in ("remove it, or choose another", "remove what is in its place", "anew")
    )


@pytest.mark.parametrize("digits", ["9" * 18, "9" * 19, "1" + "0" * 30])
def test_however_large_the_number_of_a_checkpoint_the_next_one_is_seen(path, digits):
    begin(path)
    (UnfinishedRun(path).path / f"checkpoint-{digits}.bin").write_bytes(b"planted")
    begin(path, state=b"newer", resume=True)
    assert begin(path, resume=True) == b"newer"
