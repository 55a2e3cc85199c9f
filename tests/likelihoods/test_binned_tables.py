"""Reading the tables of a binned measurement: what is wrong with one is said in a sentence that names the file."""

import pytest
from pydantic import ValidationError

from alpfit.errors import CatalogueError, validation_sentence

# The table, a replacement in it, and what the message says.
BROKEN = {
    "missing": ("bins", None, None, "is missing, but the entry's [data] names it"),
    "empty": ("bins", None, "", "is empty: its first line names the columns"),
    "column": ("samples", "nominal", "nominl", "has no column 'nominal': channel, sample, bin, nominl, stat_error"),
    "cells": ("bins", "S,0,31", "S,0,31,2", "line 2: S,0,31,2 has not the 3 cells of the header"),
    "twice": ("bins", "S,1,16", "S,0,16", "line 3: S, 0 stands in the table twice; drop one"),
    "text": ("bins", "31", "many", "line 2: observed = 'many' is not a finite number"),
    "infinite": ("shapes", "22,19", "inf,19", "line 6: high = 'inf' is not a finite number"),
    "negative count": ("bins", "31", "-31", "line 2: observed = -31 is below 0"),
    "negative nominal": ("samples", "S,background,0,20", "S,background,0,-20", "line 4: nominal = -20 is below 0"),
    "unknown bin": ("samples", "K,background,0", "Q,background,0", "line 6: there is no bin 'Q:0': "),
    "no sample": ("samples", "K,background,0,100,3\n", "", "no sample has events in bin K:0"),
    "error of nothing": ("samples", "0,20,2", "0,0,2", "line 4: stat_error = 2 of no events"),
    "unknown sample": (
        "shapes",
        "tilt,S,background,0",
        "tilt,S,backgrund,0",
        "no sample in a bin 'S:backgrund:0': did",
    ),
    "negative norm": (
        "norms",
        "K,background,1.2",
        "K,background,-1.2",
        "line 3: high = -1.2, low = 0.85 must be positive",
    ),
    "norm of nothing": ("norms", "K,background", "K,backgrund", "there is no sample in a channel 'K:backgrund': did"),
    "signal without events": ("samples", "0,4,0.5", "0,0,0", "the signal sample S:signal:0 has no nominal events"),
    "response without rows": ("response", None, "q2_low [GeV^2],q2_high [GeV^2],S:0\n", "a row for each bin of q2"),
    "response without columns": (
        "response",
        None,
        "q2_low [GeV^2],q2_high [GeV^2]\n0,1\n",
        "needs a column 'channel:bin'",
    ),
    "gap": ("response", "2,3,", "2.5,3,", "line 4: the bin from 2.5 to 3 does not continue at 2"),
    "backwards": ("response", "3,4,", "3,2,", "line 5: the bin from 3 to 2 does not continue at 3"),
    "channel without signal": ("response", "S:1", "K:0", "column K:0, but [data.signal] names no sample there"),
}


@pytest.mark.parametrize(("name", "old", "new", "expected"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_with_a_table_is_said_with_its_path(binned_folder, binned_data, name, old, new, expected):
    from alpfit.likelihoods.forms.binned import Binned

    folder = binned_folder(**({} if old else {name: new}))
    path = folder / f"{name}.csv"
    if old:
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(CatalogueError) as caught:
        Binned.read(binned_data, folder)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert expected in message
    assert "\n" not in message


def test_a_channel_that_is_not_there_is_refused(binned):
    with pytest.raises(CatalogueError, match="channels: there is no channel 's': allowed: K, S"):
        binned({"channels": ["s"]})


def test_only_shapes_can_be_excluded(binned):
    with pytest.raises(CatalogueError, match="exclude_parameters has 'size', but only shapes can be excluded"):
        binned({"exclude_parameters": ["size"]})


AXIS = {"title": "signal", "abscissa": "energy", "bins": ["low", "high"]}


def test_a_channel_with_a_signal_has_words_for_its_bins(binned):
    axis = binned({"axes": {"S": AXIS}}).axes["S"]
    assert (axis.title, axis.abscissa, axis.bins, axis.groups) == ("signal", "energy", ("low", "high"), ())
    assert binned({"axes": {"S": AXIS}, "channels": ["K"]}).axes["S"] == axis  # which is not fitted then
    assert binned().axes == {}


@pytest.mark.parametrize(
    ("axes", "sentence"),
    [
        ({"S": {**AXIS, "bins": ["all"]}}, "axes.S names 1 bins, but the channel has 2"),
        ({"K": AXIS}, "axes: 'K' is no channel with a signal: allowed: S"),
        ({"S": {**AXIS, "groups": ["1", "2", "3"]}}, "axes.S: 3 groups cannot share 2 bins equally"),
        ({"S": {**AXIS, "title": ""}}, "axes.S.title = '': must have at least 1 character"),
        ({"S": {**AXIS, "bins": [1, 2]}}, "axes.S.bins.0 = 1: must be a valid string"),
        ({"S": {**AXIS, "colour": "blue"}}, "axes.S.colour is not known here"),
        ({"S": {"title": "signal", "abscissa": "energy"}}, "axes.S.bins is missing"),
    ],
)
def test_words_that_fit_no_channel_are_refused_with_their_place(binned, axes, sentence):
    with pytest.raises(ValidationError) as caught:
        binned({"axes": axes})
    assert validation_sentence(caught.value) == sentence


@pytest.mark.parametrize("change", [{"line_width": 0.0}, {"standard_model": -1.0}, {"colour": "blue"}, {"signal": "S"}])
def test_data_that_cannot_be_used_is_refused(binned, change):
    with pytest.raises(ValidationError):
        binned(change)


def test_tables_can_have_other_names_and_blank_lines(binned_folder, binned_data):
    from alpfit.likelihoods.forms.binned import Binned

    folder = binned_folder()
    (folder / "counts.csv").write_text((folder / "bins.csv").read_text().replace("\n", "\n\n"))
    (folder / "bins.csv").unlink()
    form = Binned.read({**binned_data, "bins": "counts.csv"}, folder)
    assert form.spectrum.model.observed.tolist() == [31.0, 16.0, 107.0]
