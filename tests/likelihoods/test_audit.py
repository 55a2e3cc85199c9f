"""The catalogue as a table: complete, and honest about what nobody has seen."""

import csv
import io

import pytest

from alpfit.cli.main import main
from alpfit.likelihoods import load, names
from alpfit.likelihoods.audit import audit
from alpfit.likelihoods.listing import superseded
from alpfit.likelihoods.source import DOUBTFUL, Reference

REFERENCE = {"key": "Nobody:1999abc", "author": "Nobody", "title": "Nothing", "year": 1999}


@pytest.fixture
def told(monkeypatch, capsys):
    """What the command line says to ``arguments``, and its exit code."""

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["alpfit", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        answer = capsys.readouterr()
        return ended.value.code, answer.out, answer.err

    return run


def test_there_is_a_row_for_each_entry_with_its_digest():
    rows = list(audit())
    assert [row["entry"] for row in rows] == list(names())
    assert {row["digest"] for row in rows} == {load(name).digest for name in names()}
    for row in rows:
        assert all(row[column] for column in ("form", "numbers", "quality", "where", "how", "assumes", "references"))


def test_what_is_lacking_or_unchecked_is_named():
    (row,) = (row for row in audit() if row["entry"] == "l3_zgammainv_1997")
    assert row["lacking or unchecked"] == "L3-PLB412-201: no doi and eprint, unchecked key and title"
    (row,) = (row for row in audit() if row["entry"] == "planck_relic_2018")
    assert row["lacking or unchecked"] == ""


def test_what_is_superseded_is_in_the_catalogue_and_not_the_newer_one():
    newer = superseded(map(load, names()))
    assert newer["na62_kpix_2021"] == "na62_kpix_2025"
    assert {*newer, *newer.values()} <= set(names())
    assert all(older != entry for older, entry in newer.items())


def test_the_command_line_prints_it_as_csv(told):
    code, out, _ = told("likelihoods", "--check")
    assert code == 0
    assert [dict(row) for row in csv.DictReader(io.StringIO(out))] == [dict(row) for row in audit()]


def test_the_list_says_what_is_superseded(told):
    assert "na62_kpix_2021 (superseded by na62_kpix_2025)" in told("likelihoods")[1]


def test_one_entry_is_not_the_whole_catalogue(told):
    code, out, err = told("likelihoods", "--check", "na62_kpix_2021")
    assert (code, out) == (2, "")
    assert err == "alpfit: --check is for the whole catalogue: leave the name out\n"


def test_bibtex_says_what_is_unchecked():
    checked, unchecked = Reference(**REFERENCE), Reference(**REFERENCE, unchecked=["key", "title"])
    assert unchecked.bibtex() == f"% unchecked: key, title\n{checked.bibtex()}"


@pytest.mark.parametrize("name", names())
def test_a_key_that_is_none_of_inspires_is_unchecked(name):
    """INSPIRE's are Author:yearabc; a web page or a data record has another."""
    for reference in load(name).references:
        known = ":" in reference.key and reference.key.rpartition(":")[2][:4].isdigit()
        assert known or reference.unchecked or not reference.eprint


def test_numbers_that_are_digitised_or_recalled_are_told_of():
    for name in names():
        source = load(name).source
        assert source.doubt == DOUBTFUL.get(source.quality, "")
    assert load("l3_zgammainv_1997").source.doubt == "recalled, not looked up"
    assert load("babar_bkinv_2013").source.doubt == "digitised by others"
    assert load("planck_relic_2018").source.doubt == ""
