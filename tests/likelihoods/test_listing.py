"""The list of the catalogue says of each entry what the entry says that is loaded, and loads no more than it must."""

import pytest

from alpfit.errors import CatalogueError
from alpfit.likelihoods import FORMS, catalogue, listing, load, names
from alpfit.likelihoods.catalogue import load_folder
from alpfit.likelihoods.listing import LEVELS, listed

SHIPPED = dict(zip(names(), listed(), strict=True))


@pytest.fixture
def list_of(write_entry, monkeypatch):
    """The list of a catalogue of one entry, written with changes, and the entry's folder."""

    def make(*replacements, **files):
        folder = write_entry(*replacements, **files)
        monkeypatch.setattr(listing, "data_folder", lambda: folder.parent)
        monkeypatch.setattr(listing, "names", lambda: (folder.name,))
        return list(listed()), folder

    return make


@pytest.mark.parametrize("name", names())
def test_a_line_is_what_the_loaded_entry_says(name):
    entry, loaded = SHIPPED[name], load(name)
    level = getattr(loaded.form, "confidence_level", None)
    assert (entry.name, entry.experiment, entry.projection) == (loaded.name, loaded.experiment, loaded.projection)
    assert entry.observable == loaded.observables[0]
    assert entry.made_for == loaded.made_for
    assert entry.source == loaded.source
    assert entry.confidence_level == (loaded.source.confidence_level if level is None else f"{100 * level:g} %")


def test_no_form_is_built_for_the_list(monkeypatch):
    built = []
    monkeypatch.setattr(catalogue, "load_folder", built.append)
    assert len(list(listed())) == len(names())
    assert built == []


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_the_text_stands_for_adds_nothing_to_it(name):
    fields = FORMS[name].model_fields
    if name not in LEVELS:
        return
    assert fields["observable"].is_required()
    level = fields.get("confidence_level")
    assert LEVELS[name] == (None if level is None or level.is_required() else level.default)


@pytest.mark.parametrize(
    "change",
    [
        ('observable = "rate"', ""),
        ('form = "limit-curve"', 'form = "limit-line"'),
        ('observable = "rate"', "observable = 1"),
        ("confidence_level = 0.90", "confidence_level = true"),
        ('experiment = "Nobody"', ""),
    ],
)
def test_an_entry_that_does_not_say_what_is_listed_is_refused_as_when_it_is_loaded(list_of, change):
    with pytest.raises(CatalogueError) as listing_it:
        list_of(change)
    with pytest.raises(CatalogueError) as loading_it:
        load_folder(listing.data_folder() / listing.names()[0])
    assert str(listing_it.value) == str(loading_it.value)


def test_a_form_that_the_text_does_not_stand_for_is_asked(list_of, monkeypatch):
    monkeypatch.setattr(listing, "LEVELS", {})
    ((entry,), _) = list_of()
    assert (entry.observable, entry.confidence_level) == ("rate", "90 %")


def test_a_table_that_cannot_be_used_is_for_who_loads_the_entry(list_of):
    ((entry,), folder) = list_of(table=None)
    assert entry.observable == "rate"
    with pytest.raises(CatalogueError, match=r"table\.csv"):
        load_folder(folder)
