"""The bins of profiles as CSV."""

import csv

import pytest

from alpfit.chains.profiles.tables import write_bins
from alpfit.inference.profiling import Plan, sampled_profiles


@pytest.fixture
def read(tmp_path, samples):
    """Writes the profile of quantities and reads it again: header and rows."""

    def rows(*names):
        path = tmp_path / "profile.csv"
        n = len(names)
        found = sampled_profiles(samples, [Plan(names, (True,) * n, (15,) * n)], {})
        write_bins(path, found, float(samples.log_l.max()))
        with path.open(newline="") as stream:
            reader = csv.DictReader(stream)
            return list(reader.fieldnames), list(reader)

    return rows


POINT = [
    "log_likelihood",
    "minus_two_delta_log_likelihood",
    "converged",
    "steps",
    "m_a",
    "g_agg",
    "BR(B+->K+ a(inv))",
    "g_agg*sqrt(P_inv)",
    "log_likelihood:belle2_bknunu_2023",
    "log_likelihood:planck_relic_2018",
]


def test_one_dimension_has_one_quantity_and_the_whole_point(read):
    header, rows = read("m_a")
    assert header == ["quantity", "lower", "upper", "centre", "position", *POINT]
    assert len(rows) == 15
    assert {row["quantity"] for row in rows} == {"m_a"}


def test_two_dimensions_have_two_quantities_and_the_whole_point(read):
    header, rows = read("m_a", "g_agg")
    axes = [f"{key}_{axis}" for axis in "xy" for key in ("quantity", "lower", "upper", "centre", "position")]
    assert header == [*axes, *POINT]
    assert {(row["quantity_x"], row["quantity_y"]) for row in rows} == {("m_a", "g_agg")}


def test_each_row_is_a_sample(read, samples):
    known = {value: i for i, value in enumerate(samples.log_l)}
    rows = read("m_a", "g_agg")[1]
    assert len({row["log_likelihood"] for row in rows}) == len(rows) > 1
    for row in rows:
        i = known[float(row["log_likelihood"])]
        for name in (*samples.parameters, *samples.derived):
            assert float(row[name]) == samples.column(name)[i]
        for name, log_l in samples.log_l_by_entry.items():
            assert float(row[f"log_likelihood:{name}"]) == log_l[i]


def test_each_point_is_in_its_bin(read):
    rows = read("m_a", "g_agg")[1]
    assert rows
    for row in rows:
        for name, axis in (("m_a", "_x"), ("g_agg", "_y")):
            assert float(row[f"lower{axis}"]) <= float(row[name]) <= float(row[f"upper{axis}"])
            assert row[f"position{axis}"] == row[name]


def test_the_difference_is_against_the_best_sample(read, samples):
    rows = read("m_a")[1]
    for row in rows:
        expected = 2.0 * (samples.log_l.max() - float(row["log_likelihood"]))
        assert float(row["minus_two_delta_log_likelihood"]) == pytest.approx(expected, abs=1e-5)
    assert min(float(row["minus_two_delta_log_likelihood"]) for row in rows) == 0.0


def test_profiles_follow_each_other_in_one_table(tmp_path, samples):
    plans = [Plan((name,), (True,), (15,)) for name in ("m_a", "g_agg")]
    write_bins(tmp_path / "both.csv", sampled_profiles(samples, plans, {}), 0.0)
    with (tmp_path / "both.csv").open(newline="") as stream:
        named = [row["quantity"] for row in csv.DictReader(stream)]
    assert named == ["m_a"] * 15 + ["g_agg"] * 15


def test_without_profiles_there_is_no_file(tmp_path):
    write_bins(tmp_path / "profile.csv", [], 0.0)
    assert list(tmp_path.iterdir()) == []
