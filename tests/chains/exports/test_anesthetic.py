"""anesthetic reads our files, finds our numbers, and recomputes the evidence."""

import dataclasses
import sys
import warnings

import numpy as np
import pytest

from alpfit.chains.exports import to_anesthetic
from alpfit.chains.exports.names import plain_names
from alpfit.errors import ConfigurationError

with warnings.catch_warnings():  # at import, of the packages below
    warnings.simplefilter("ignore")
    import anesthetic


@pytest.fixture
def load(exported):
    """Samples as anesthetic reads them, which tries all formats on the same root."""
    return lambda contents: anesthetic.read_chains(str(exported("anesthetic", contents)))


def test_anesthetic_finds_our_means_and_widths(load, contents, mean_and_width):
    read = load(contents)
    samples = contents.samples
    for name, plain in plain_names([*samples.parameters, *samples.derived]).items():
        expected, spread = mean_and_width(samples, name)
        mean = np.average(read[plain].to_numpy(), weights=read.get_weights())
        width = np.sqrt(np.average((read[plain].to_numpy() - mean) ** 2, weights=read.get_weights()))
        assert mean == pytest.approx(expected, rel=1e-6, abs=1e-6 * spread), name
        assert width == pytest.approx(spread, rel=1e-6), name


def test_its_likelihoods_are_ours(load, contents):
    np.testing.assert_allclose(load(contents).logL, contents.samples.log_l, rtol=1e-13)


def test_nested_sampling_stays_nested_sampling(load, nested):
    read = load(nested)
    assert isinstance(read, anesthetic.NestedSamples)
    np.testing.assert_array_equal(read.logL_birth.to_numpy(), nested.samples.log_l_birth)
    assert set(read.nlive[:5000]) == {500}


def test_anesthetic_recomputes_the_evidence(load, nested, log_evidence):
    read = load(nested)
    np.random.seed(1)  # noqa: NPY002 - anesthetic draws from the global generator
    error = float(read.logZ(200).std())
    assert 0.05 < error < 0.1
    assert abs(float(read.logZ()) - log_evidence) < error
    assert float(read.logZ()) == pytest.approx(nested.samples.log_z, abs=1e-6)


def test_markov_chains_stay_apart(load, chains):
    read = load(chains)
    assert isinstance(read, anesthetic.MCMCSamples)
    assert read["chain"].tolist() == [1] * 200 + [2] * 200 + [3] * 200
    assert not read.isweighted() or set(read.get_weights()) == {1}


def test_quantities_have_labels(load, contents):
    labels = load(contents).get_labels_map()
    for name, plain in plain_names([*contents.samples.parameters, *contents.samples.derived]).items():
        assert labels[plain] == f"${contents.label(name)}$"


def test_an_export_of_another_kind_leaves_none_of_the_old_files(load, nested, exported):
    load(nested)
    weighted = dataclasses.replace(nested, samples=dataclasses.replace(nested.samples, log_l_birth=None))
    assert not isinstance(load(weighted), anesthetic.NestedSamples)
    assert [path.name for path in exported("anesthetic", weighted).parent.iterdir()] == ["fit.csv"]


def test_in_memory_it_is_what_anesthetic_reads(load, contents):
    read, made = load(contents), to_anesthetic(contents)
    assert list(made.columns) == list(read.columns)
    assert made.get_labels_map().to_dict() == read.get_labels_map().to_dict()
    np.testing.assert_allclose(made.to_numpy(), read.to_numpy(), rtol=1e-11)  # it reads tables to no more digits
    np.testing.assert_allclose(made.get_weights(), read.get_weights(), rtol=1e-11)


def test_in_memory_each_kind_of_samples_has_its_class(weighted, chains, nested):
    kinds = [type(to_anesthetic(contents)).__name__ for contents in (weighted, chains, nested)]
    assert kinds == ["Samples", "MCMCSamples", "NestedSamples"]


def test_the_evidence_in_memory_is_that_of_the_files(load, nested):
    made = to_anesthetic(nested)
    assert float(made.logZ()) == float(load(nested).logZ())
    assert float(made.logZ()) == pytest.approx(nested.samples.log_z, abs=1e-6)


def test_without_anesthetic_it_says_what_to_install(weighted, monkeypatch):
    monkeypatch.setitem(sys.modules, "anesthetic.samples", None)
    with pytest.raises(ConfigurationError, match=r"^to_anesthetic needs anesthetic: pip install alpfit\[anesthetic\]$"):
        to_anesthetic(weighted)
