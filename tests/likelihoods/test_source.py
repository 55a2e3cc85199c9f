"""Where numbers come from: a source that can be looked up, and references for BibTeX."""

from dataclasses import FrozenInstanceError

import pytest
from pydantic import ValidationError

from alpfit.errors import validation_sentence
from alpfit.likelihoods.source import Reference, Source

SOURCE = {
    "arxiv": "2103.11769",
    "inspire": "NA62:2021zjw",
    "where": "figure 4",
    "how": "read off",
    "confidence_level": "90 % upper limit",
    "quality": "digitised",
    "assumes": "nothing",
    "recast": "none",
}
REFERENCE = {"key": "Nobody:2000abc", "author": "Nobody, N.", "title": "A Limit on ALPs", "year": 2000}


def refusal(kind, entries):
    with pytest.raises(ValidationError) as caught:
        kind(**entries)
    return validation_sentence(caught.value)


@pytest.mark.parametrize(
    ("arxiv", "inspire", "expected"),
    [
        ("2103.11769", "NA62:2021zjw", "arXiv:2103.11769"),
        ("hep-ex/0505069", "", "arXiv:hep-ex/0505069"),
        ("", "CHARM:1985anb", "CHARM:1985anb"),
        ("", "", "figure 4"),
    ],
)
def test_it_is_identified_by_its_arxiv_number_or_else_its_inspire_key_or_else_its_place(arxiv, inspire, expected):
    assert Source(**{**SOURCE, "arxiv": arxiv, "inspire": inspire}).identifier == expected


@pytest.mark.parametrize("arxiv", ["", "0705.1234", "2103.11769", "hep-ph/9901234", "astro-ph/0001234"])
def test_an_arxiv_number_is_of_the_new_or_of_the_old_kind(arxiv):
    assert Source(**{**SOURCE, "arxiv": arxiv}).arxiv == arxiv


@pytest.mark.parametrize(
    "arxiv", ["arXiv:2103.11769", "2103.117", "21031.1769", "2103.11769v2", "hep-ph/123", "hep ph"]
)
def test_what_is_no_arxiv_number_is_refused(arxiv):
    assert refusal(Source, {**SOURCE, "arxiv": arxiv}).startswith(f"arxiv = '{arxiv}': ")


@pytest.mark.parametrize("inspire", ["", "NA62:2021zjw", "Belle-II:2023esi", "Bjorken:1988as", "CHARM:1985anb"])
def test_an_inspire_key_is_a_name_a_year_and_some_letters(inspire):
    assert Source(**{**SOURCE, "inspire": inspire}).inspire == inspire


@pytest.mark.parametrize("inspire", ["NA62", "NA62:21zjw", "NA62 2021zjw", "NA62:2021", "NA62:2021zjwxy"])
def test_what_is_no_inspire_key_is_refused(inspire):
    assert refusal(Source, {**SOURCE, "inspire": inspire}).startswith(f"inspire = '{inspire}': ")


@pytest.mark.parametrize("quality", ["primary", "transcribed", "digitised", "derived", "recalled"])
def test_the_quality_of_numbers_is_one_of_five(quality):
    assert Source(**{**SOURCE, "quality": quality}).quality == quality


def test_another_quality_is_refused_with_the_five():
    allowed = "must be 'primary', 'transcribed', 'digitised', 'derived' or 'recalled'"
    assert refusal(Source, {**SOURCE, "quality": "good"}) == f"quality = 'good': {allowed}"


@pytest.mark.parametrize("entry", SOURCE)
def test_nothing_about_a_source_may_be_left_out(entry):
    assert refusal(Source, {key: text for key, text in SOURCE.items() if key != entry}) == f"{entry} is missing"


@pytest.mark.parametrize("entry", ["where", "how", "confidence_level", "assumes", "recast"])
def test_nothing_that_is_told_in_words_may_be_empty(entry):
    assert refusal(Source, {**SOURCE, entry: ""}).startswith(f"{entry} = '': ")


def test_an_unknown_entry_is_refused():
    assert refusal(Source, {**SOURCE, "page": "4"}).startswith("page")


def test_a_source_supersedes_nothing_unless_it_says_so():
    assert Source(**SOURCE).supersedes == ""
    assert Source(**SOURCE, supersedes="NA62:2020xlg").supersedes == "NA62:2020xlg"


def test_neither_a_source_nor_a_reference_can_be_changed():
    with pytest.raises(FrozenInstanceError):
        Source(**SOURCE).quality = "primary"
    with pytest.raises(FrozenInstanceError):
        Reference(**REFERENCE).year = 2001


def test_a_reference_is_written_for_bibtex_and_its_title_keeps_its_capitals():
    assert Reference(**REFERENCE).bibtex() == (
        "@misc{Nobody:2000abc,\n    author = {Nobody, N.},\n    title = {{A Limit on ALPs}},\n    year = {2000}\n}"
    )


def test_a_reference_with_everything_has_every_field():
    everything = {"collaboration": "NA62", "journal": "JHEP 06, 093", "doi": "10.1007/x", "eprint": "2103.15389"}
    assert Reference(**REFERENCE, **everything).bibtex() == (
        "@article{Nobody:2000abc,\n"
        "    author = {Nobody, N.},\n"
        "    collaboration = {NA62},\n"
        "    title = {{A Limit on ALPs}},\n"
        "    journal = {JHEP 06, 093},\n"
        "    year = {2000},\n"
        "    doi = {10.1007/x},\n"
        "    eprint = {2103.15389},\n"
        "    archivePrefix = {arXiv}\n"
        "}"
    )


@pytest.mark.parametrize("entry", ["key", "author", "title"])
def test_a_reference_without_key_author_or_title_is_refused(entry):
    assert refusal(Reference, {**REFERENCE, entry: ""}).startswith(f"{entry} = '': ")


def test_the_year_of_a_reference_is_a_number():
    assert refusal(Reference, {**REFERENCE, "year": "in press"}).startswith(
        "year = 'in press': must be a valid integer"
    )
