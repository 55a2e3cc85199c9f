"""Exports are put in place whole, or not at all."""

import dataclasses

import pytest

from alpfit.chains.exports import EXPORTS, export
from alpfit.errors import ConfigurationError, RunFolderError


def contents_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", EXPORTS)
def test_the_files_are_named_after_the_run_in_a_folder_named_after_the_format(kind, weighted, tmp_path):
    written = export("fit", kind, weighted, tmp_path)
    assert {path.parent for path in written} == {tmp_path / kind}
    assert all(path.name.startswith("fit.") for path in written)
    assert set(written) == set((tmp_path / kind).iterdir())


def test_an_unknown_format_is_refused_with_a_hint(weighted, tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        export("fit", "anaesthetic", weighted, tmp_path)
    assert str(caught.value) == (
        "format = anaesthetic: there is no such export: did you mean 'anesthetic'? "
        "allowed: anesthetic, csv, getdist, hdf5, parquet"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", EXPORTS)
def test_an_earlier_export_is_replaced_whole(kind, weighted, chains, tmp_path):
    export("fit", kind, weighted, tmp_path / "once")
    export("fit", kind, chains, tmp_path / "twice")
    export("fit", kind, weighted, tmp_path / "twice")
    assert contents_of(tmp_path / "twice").keys() == contents_of(tmp_path / "once").keys()
    if kind != "hdf5":  # which has the time in it
        assert contents_of(tmp_path / "twice") == contents_of(tmp_path / "once")


def test_the_export_of_another_run_stays(weighted, chains, tmp_path):
    export("fit.old", "getdist", weighted, tmp_path)
    before = contents_of(tmp_path)
    export("fit", "getdist", chains, tmp_path)
    export("fit", "getdist", weighted, tmp_path)
    assert before.items() <= contents_of(tmp_path).items()


@pytest.mark.parametrize(
    ("trouble", "raised"), [(OSError(28, "No space left"), RunFolderError), (KeyError(), KeyError)]
)
def test_what_fails_leaves_the_earlier_export_and_no_half_file(trouble, raised, weighted, tmp_path, monkeypatch):
    export("fit", "getdist", weighted, tmp_path)
    before = contents_of(tmp_path)

    def fail(path, contents):
        raise trouble

    monkeypatch.setattr("alpfit.chains.exports.getdist.write_paramnames", fail)
    with pytest.raises(raised):
        export("fit", "getdist", dataclasses.replace(weighted, quantities={}), tmp_path)
    with pytest.raises(raised):
        export("fit", "getdist", weighted, tmp_path / "new")
    assert contents_of(tmp_path) == before
    assert not list((tmp_path / "getdist").glob(".*"))


def test_a_place_that_cannot_be_written_is_named(weighted, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunFolderError) as caught:
        export("fit", "csv", weighted, tmp_path / "file")
    assert str(caught.value) == (
        f"{tmp_path / 'file' / 'csv'} cannot be written: Not a directory; choose another with output=DIR"
    )


@pytest.mark.parametrize(("first", "second"), [("fit", "fit_2"), ("fit_2", "fit")])
def test_runs_that_getdist_would_mix_up_are_kept_apart(first, second, weighted, chains, tmp_path):
    export(first, "getdist", weighted, tmp_path)
    before = contents_of(tmp_path)
    with pytest.raises(RunFolderError) as caught:
        export(second, "getdist", chains, tmp_path)
    assert str(caught.value) == (
        f"{tmp_path / 'getdist'} holds an export of {first}: fit_2 would be read as a chain of fit; choose another "
        "with output=DIR"
    )
    assert contents_of(tmp_path) == before
    export("fit_b", "getdist", chains, tmp_path)
