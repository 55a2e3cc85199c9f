"""The manifest: what a run was made with."""

import json
import sys
from importlib import metadata

import pytest

from alpfit.chains.provenance import code_digest, damaged, git_revision, read_manifest, write_manifest
from alpfit.errors import RunFolderError
from alpfit.version import __version__

FACTS = {"finished": "2026-11-28T08:00:00+00:00", "likelihoods": {"planck_relic_2018": "abc"}}


@pytest.fixture
def path(tmp_path):
    """A manifest beside two files."""
    (tmp_path / "one.txt").write_text("one")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "two.txt").write_text("two")
    write_manifest(tmp_path / "manifest.json", **FACTS, seed=7)
    return tmp_path / "manifest.json"


def test_it_names_the_versions_that_were_used(path):
    facts = json.loads(path.read_text())
    assert facts["alpfit"] == __version__
    assert facts["code"] == code_digest()
    assert facts["python"] == ".".join(map(str, sys.version_info[:3]))
    for name in ("numpy", "numba", "dynesty"):
        assert facts["packages"][name] == metadata.version(name)


def test_it_keeps_the_facts_of_the_run(path):
    manifest = read_manifest(path)
    assert manifest.likelihoods == {"planck_relic_2018": "abc"}
    assert manifest.model_dump()["seed"] == 7


def test_it_has_the_digest_of_every_file_beside_it(path):
    files = read_manifest(path).files
    assert set(files) == {"one.txt", "deep/two.txt"}
    assert damaged(path.parent, files) == {}
    (path.parent / "deep" / "two.txt").write_text("Two")
    (path.parent / "one.txt").unlink()
    assert damaged(path.parent, files) == {
        "deep/two.txt": "is not as it was written",
        "one.txt": "cannot be read (No such file or directory)",
    }


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "it is no JSON"),
        ("{", "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ("[1]", "it holds no table"),
        ("{}", "alpfit is missing"),
        ('{"alpfit": "1", "finished": "now", "likelihoods": []}', "likelihoods = []"),
        ('{"alpfit": "1", "finished": "now", "likelihoods": {"a": 1}}', "likelihoods.a = 1"),
        ('{"alpfit": 1, "finished": "now", "likelihoods": {}}', "alpfit = 1"),
    ],
)
def test_a_damaged_manifest_is_named(path, text, fault):
    path.write_text(text)
    with pytest.raises(RunFolderError) as caught:
        read_manifest(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert fault in message
    assert message.endswith("restore the file, or run anew")


def test_outside_of_a_checkout_there_is_no_revision(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_revision(tmp_path) is None


def test_without_git_there_is_no_revision(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_revision(tmp_path) is None
