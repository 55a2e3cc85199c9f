"""The manifest: what a run was made with."""

import json
import sys
from importlib import metadata

from alpfit.chains.provenance import git_revision, manifest
from alpfit.version import __version__


def test_it_names_the_versions_that_were_used():
    facts = manifest()
    assert facts["alpfit"] == __version__
    assert facts["python"] == ".".join(map(str, sys.version_info[:3]))
    for name in ("numpy", "numba", "dynesty"):
        assert facts["packages"][name] == metadata.version(name)


def test_it_keeps_the_facts_of_the_run():
    facts = manifest(seed=7, likelihoods={"planck_relic_2018": "abc"})
    assert facts["seed"] == 7
    assert facts["likelihoods"] == {"planck_relic_2018": "abc"}


def test_it_can_be_written_as_json():
    facts = manifest(seed=7)
    assert json.loads(json.dumps(facts)) == facts


def test_outside_of_a_checkout_there_is_no_revision(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_revision(tmp_path) is None


def test_without_git_there_is_no_revision(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_revision(tmp_path) is None
