"""The files of a profile likelihood: what they hold is what was profiled."""

import csv
import dataclasses
import json

import numpy as np
import pytest
import xarray
import yaml
from submissions import hepdata_complaint

from alpfit.chains.profiles import ProfileFolder, read_profiles, write_all
from alpfit.chains.profiles.text import as_text
from alpfit.errors import RunFolderError


@pytest.fixture
def folder(contents, tmp_path):
    folder = ProfileFolder(tmp_path)
    write_all(folder, contents)
    return folder


def rows(path):
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_there_is_a_table_for_each_profile_with_a_row_for_each_bin(folder, contents):
    for stem, profile in zip(("m_a-g_agg", "m_a", "g_agg"), contents.profiles, strict=True):
        table, known = rows(folder.table(stem)), profile.known
        assert len(table) == known.sum() == profile.log_l.size - 1
        assert [float(row["log_likelihood"]) for row in table] == profile.log_l[known].tolist()
        assert [float(row["minus_two_delta_log_likelihood"]) for row in table] == (
            8.0 - 2.0 * profile.log_l[known]
        ).tolist()
        assert [int(row["converged"]) for row in table] == profile.converged[known].astype(int).tolist()
        for name in ("m_a", "g_agg", "BR(B+->K+ a(inv))"):
            assert [float(row[name]) for row in table] == profile.column(name)[known].tolist()
        planck = profile.log_l_by_entry["planck_relic_2018"][known].tolist()
        assert [float(row["log_likelihood:planck_relic_2018"]) for row in table] == planck


def test_each_row_says_where_its_bin_is(folder):
    table = rows(folder.table("m_a-g_agg"))
    assert len({(row["lower_x"], row["lower_y"]) for row in table}) == len(table) > 1
    for row in table:
        assert (row["quantity_x"], row["quantity_y"]) == ("m_a", "g_agg")
        for axis, name in (("x", "m_a"), ("y", "g_agg")):
            assert float(row[f"lower_{axis}"]) < float(row[f"position_{axis}"]) < float(row[f"upper_{axis}"])
            assert row[f"position_{axis}"] == row[name]


def test_each_row_has_the_centre_of_its_bin(folder):
    table = rows(folder.table("m_a-g_agg"))
    assert table
    for row in table:
        for axis in "xy":
            lower, centre, upper = (float(row[f"{key}_{axis}"]) for key in ("lower", "centre", "upper"))
            assert centre == pytest.approx(np.sqrt(lower * upper)) or centre == pytest.approx(0.5 * (lower + upper))


CALLED = ["x", "y", "centre_x", "edges_y", "converged", "quantity", "position", "log_likelihood"]


@pytest.mark.parametrize("name", CALLED)
def test_a_parameter_may_be_called_as_the_files_own_columns(contents, tmp_path, name):
    def called(values):
        return {name if key == "m_a" else key: column for key, column in values.items()}

    profiles = tuple(
        dataclasses.replace(
            profile,
            names=tuple(name if key == "m_a" else key for key in profile.names),
            parameters=called(profile.parameters),
        )
        for profile in contents.profiles
    )
    renamed = dataclasses.replace(
        contents, profiles=profiles, contours=(), quantities=called(contents.quantities), best=called(contents.best)
    )
    folder = ProfileFolder(tmp_path / "renamed")
    folder.path.mkdir()
    write_all(folder, renamed)
    for one, other in zip(read_profiles(folder.profiles)[0], profiles, strict=True):
        assert one.names == other.names
        np.testing.assert_array_equal(one.log_l, other.log_l)
        np.testing.assert_array_equal(one.parameters[name], other.parameters[name])
    table = rows(folder.table(name if name != "quantity" else "quantity"))
    assert [float(row["log_likelihood"]) for row in table] == profiles[1].log_l[profiles[1].known].tolist()


def test_contours_are_polylines_with_their_levels(folder, contents):
    table = rows(folder.contours)
    assert {row["level"] for row in table} == {"68.3 %", "95.4 %"}
    for number, line in enumerate(contents.contours):
        own = [row for row in table if row["polyline"] == str(number)]
        assert [float(row["x"]) for row in own] == line.x.tolist()
        assert [float(row["y"]) for row in own] == line.y.tolist()
        assert {row["closed"] for row in own} == {str(int(line.closed))}


def test_profiles_come_back_as_they_were(folder, contents):
    profiles, top = read_profiles(folder.profiles)
    assert top == 4.0
    for one, other in zip(profiles, contents.profiles, strict=True):
        assert (one.names, one.logarithmic, one.refined) == (other.names, other.logarithmic, other.refined)
        for name in ("log_l", "converged"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        for mine, yours in zip(one.edges, other.edges, strict=True):
            np.testing.assert_array_equal(mine, yours)
        for group in ("parameters", "derived", "log_l_by_entry"):
            mine, yours = getattr(one, group), getattr(other, group)
            assert list(mine) == list(yours)
            for name in mine:
                np.testing.assert_array_equal(mine[name], yours[name])


def test_what_xarray_has_written_is_read_as_well(folder, contents, tmp_path):
    with xarray.open_datatree(folder.profiles, engine="h5netcdf") as tree:
        tree.to_netcdf(tmp_path / "again.nc", engine="h5netcdf")
    profiles, top = read_profiles(tmp_path / "again.nc")
    assert top == 4.0
    for one, other in zip(profiles, contents.profiles, strict=True):
        assert (one.names, one.logarithmic, list(one.derived)) == (other.names, other.logarithmic, list(other.derived))
        np.testing.assert_array_equal(one.log_l, other.log_l)


def test_arrays_have_units_and_labels(folder):
    with xarray.open_datatree(folder.profiles, engine="h5netcdf") as tree:
        pair = tree["m_a-g_agg"]
        assert pair["m_a"].attrs["units"] == "GeV"
        assert pair["edges_y"].attrs == {**pair["g_agg"].attrs, "quantity": "g_agg"}
        assert pair["m_a"].attrs["long_name"] == "m_a"
        assert int(np.isnan(pair["log_likelihood"].values).sum()) == 1


def test_a_file_that_is_none_is_told(tmp_path):
    (tmp_path / "profiles.nc").write_bytes(b"damaged")
    with pytest.raises(RunFolderError, match=r"profiles\.nc cannot be read: .*; make it anew with alpfit profile"):
        read_profiles(tmp_path / "profiles.nc")


def test_intervals_are_those_of_the_profiles(folder, contents):
    limits = json.loads(folder.intervals.read_text())
    assert limits["best_fit"] == {"log_likelihood_total": 4.0, "parameters": {"m_a": 2.1, "g_agg": 6e-5}}
    assert [tuple(record["names"]) for record in limits["profiles"]] == [p.names for p in contents.profiles]
    for record, expected in zip(limits["profiles"], contents.confidences, strict=True):
        assert tuple(record["notes"]) == expected.notes
        for interval, own in zip(record["intervals"], expected.intervals, strict=True):
            assert interval["level"] == own.level
            assert [piece["upper"] for piece in interval["pieces"]] == [piece.upper for piece in own.pieces]


def test_the_table_for_humans_has_a_row_a_profile_and_all_notes(contents):
    text = as_text(contents.confidences, 4.0, {c.names for c in contents.confidences})
    for c in contents.confidences:
        assert sum(line.startswith(f"{', '.join(c.names)}  ") for line in text.splitlines()) == 1
        assert all(f"{', '.join(c.names)}: {note}" in text for note in c.notes)
    assert "bins within 95.4 % have not converged" in text


# HEPData


def test_hepdata_takes_the_submission(folder):
    assert hepdata_complaint(folder.hepdata) == ""
    (folder.hepdata / "m_a.yaml").write_text("independent_variables: []\n")
    assert hepdata_complaint(folder.hepdata)


def test_hepdata_tables_hold_the_profiles(folder, contents):
    _, *entries = yaml.safe_load_all((folder.hepdata / "submission.yaml").read_text())
    assert len(entries) == len(contents.profiles)
    for entry, profile in zip(entries, contents.profiles, strict=True):
        table = yaml.safe_load((folder.hepdata / entry["data_file"]).read_text())
        delta, inner, outer, converged = table["dependent_variables"]
        expected = profile.minus_two_delta(4.0)[profile.known]
        values = [cell["value"] for cell in delta["values"]]
        np.testing.assert_allclose(values, expected, rtol=1e-6, atol=1e-12)
        thresholds = (2.30, 6.18) if len(profile.names) == 2 else (1.0, 4.0)
        for region, threshold in zip((inner, outer), thresholds, strict=True):
            assert [cell["value"] for cell in region["values"]] == [int(value <= threshold) for value in expected]
        assert sum(cell["value"] for cell in converged["values"]) == profile.converged.sum()
        assert delta["qualifiers"][0] == {"name": "likelihoods", "value": "belle2_bknunu_2023, planck_relic_2018"}
        for variable, position in zip(table["independent_variables"], profile.positions, strict=True):
            assert [cell["value"] for cell in variable["values"]] == pytest.approx(position[profile.known], rel=1e-7)
            assert all(cell["low"] < cell["value"] < cell["high"] for cell in variable["values"])
        units = [variable["header"]["units"] for variable in table["independent_variables"]]
        assert units == [contents.quantities[name].unit for name in profile.names]
