"""csv, parquet, hdf5 and pandas: every number comes back exactly."""

import csv
import json
import sys

import h5py
import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest

from alpfit.chains.exports import to_dataframe
from alpfit.chains.exports.base import columns, facts
from alpfit.errors import ConfigurationError


@pytest.fixture
def expected(contents):
    """Column by name."""
    return columns(contents.samples)


def test_the_columns_are_those_of_the_samples(chains, nested):
    assert list(columns(chains.samples)) == [
        "weight",
        "log_weight",
        "log_likelihood",
        "chain",
        "m_a",
        "g_agg",
        "BR(B+->K+ a(inv))",
        "g_agg*sqrt(P_inv)",
        "log_likelihood:belle2_bknunu_2023",
        "log_likelihood:planck_relic_2018",
    ]
    np.testing.assert_array_equal(columns(nested.samples)["log_likelihood_birth"], nested.samples.log_l_birth)


def test_csv_comes_back_exactly(exported, contents, expected):
    with exported("csv", contents).with_suffix(".csv").open(newline="") as stream:
        header, *rows = csv.reader(stream)
    assert header == list(expected)
    for values, column in zip(np.array(rows, dtype=float).T, expected.values(), strict=True):
        np.testing.assert_array_equal(values, column)


def test_the_table_in_memory_is_what_pandas_reads(exported, contents):
    read = pd.read_csv(exported("csv", contents).with_suffix(".csv"), float_precision="round_trip")
    pd.testing.assert_frame_equal(to_dataframe(contents), read, check_exact=True)


def test_the_table_in_memory_has_the_facts_beside_it(contents):
    assert to_dataframe(contents).attrs == facts(contents.samples)


def test_parquet_comes_back_exactly(exported, contents, expected):
    table = pyarrow.parquet.read_table(exported("parquet", contents).with_suffix(".parquet"))
    assert table.column_names == list(expected)
    for name, column in expected.items():
        np.testing.assert_array_equal(table[name].to_numpy(), column)


def test_parquet_has_the_facts_in_its_metadata(exported, chains, nested):
    def facts(contents):
        schema = pyarrow.parquet.read_schema(exported("parquet", contents).with_suffix(".parquet"))
        return json.loads(schema.metadata[b"alpfit"])

    assert facts(nested)["log_z"] == nested.samples.log_z
    assert "log_z" not in facts(chains)
    assert facts(chains)["diagnostics"] == {"R hat": 1.01, "mean acceptance": 0.3}
    assert facts(chains)["shortfalls"] == ["R hat = 1.01 is above 1.005"]


def test_parquet_needs_pyarrow(exported, weighted, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigurationError, match=r"^parquet needs pyarrow: pip install alpfit\[parquet\]$"):
        exported("parquet", weighted)
    assert list(tmp_path.iterdir()) == []


def test_hdf5_comes_back_exactly(exported, contents):
    samples = contents.samples
    with h5py.File(exported("hdf5", contents).with_suffix(".h5")) as stream:
        groups = {
            "parameters": samples.parameters,
            "derived": samples.derived,
            "log_likelihood": samples.log_l_by_entry,
        }
        for group, written in groups.items():
            assert list(stream[group]) == list(written)
            for name, values in written.items():
                np.testing.assert_array_equal(stream[group][name], values)
        np.testing.assert_array_equal(stream["weight"], samples.weights)
        np.testing.assert_array_equal(stream["log_weight"], samples.log_weights)
        np.testing.assert_array_equal(stream["log_likelihood_total"], samples.log_l)
        assert ("log_likelihood_birth" in stream) == (samples.log_l_birth is not None)
        assert ("chain" in stream) == (samples.n_chains > 1)


def test_hdf5_has_the_births_the_chains_and_the_facts(exported, chains, nested):
    with h5py.File(exported("hdf5", nested).with_suffix(".h5")) as stream:
        np.testing.assert_array_equal(stream["log_likelihood_birth"], nested.samples.log_l_birth)
        assert stream.attrs["log_z"] == nested.samples.log_z
        assert list(stream.attrs["shortfalls"]) == []
    with h5py.File(exported("hdf5", chains).with_suffix(".h5")) as stream:
        assert np.bincount(stream["chain"]).tolist() == [200, 200, 200]
        assert "log_z" not in stream.attrs
        assert (stream.attrs["n_chains"], stream.attrs["autocorrelation"]) == (3, 4.5)
        assert dict(stream["diagnostics"].attrs) == {"R hat": 1.01, "mean acceptance": 0.3}
        assert list(stream.attrs["shortfalls"]) == ["R hat = 1.01 is above 1.005"]
