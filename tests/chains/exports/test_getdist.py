"""getdist reads our chains and finds our numbers."""

import sys
import warnings

import numpy as np
import pytest

from alpfit.chains.exports import to_getdist
from alpfit.errors import ConfigurationError

with warnings.catch_warnings():  # at import, of packages that it would like to have
    warnings.simplefilter("ignore")
    from getdist import loadMCSamples


@pytest.fixture
def load(exported):
    """Samples as getdist reads them."""
    return lambda contents: loadMCSamples(str(exported("getdist", contents)), no_cache=True)


def test_getdist_finds_our_means_and_widths(load, contents, mean_and_width):
    read = load(contents)
    samples = contents.samples
    names = [*samples.parameters, *samples.derived]
    found = read.getParamNames().list()
    assert [name for name in found[len(names) :] if not name.startswith("log10_")] == []
    means, widths = read.getMeans(), np.sqrt(np.diag(read.getCov()))
    for name, mean, width in zip(names, means, widths, strict=False):
        expected, spread = mean_and_width(samples, name)
        assert mean == pytest.approx(expected, rel=1e-6, abs=1e-6 * spread), name
        assert width == pytest.approx(spread, rel=1e-6), name


def test_its_likelihoods_are_posteriors(load, weighted):
    read = load(weighted)
    samples = weighted.samples
    log_prior = sum(prior.log_density(samples.parameters[name]) for name, prior in weighted.priors.items())
    np.testing.assert_allclose(read.loglikes, -(samples.log_l + log_prior), rtol=1e-14)


def test_what_has_a_logarithmic_prior_has_its_logarithm_too(load, weighted):
    read, g_agg = load(weighted), weighted.samples.parameters["g_agg"]
    (number,) = [i for i, name in enumerate(read.getParamNames().list()) if name == "log10_g_agg"]

    assert read.samples[:, number] == pytest.approx(np.log10(g_agg), rel=1e-14)
    assert read.getParamNames().names[number].label == r"\log_{10}(g_{a\gamma\gamma}/\mathrm{GeV}^{-1})"


def test_derived_quantities_are_marked_and_have_labels(load, weighted):
    names = load(weighted).getParamNames().names
    infos = {info.name: (info.isDerived, info.label) for info in names if not info.name.startswith("log10_")}
    assert infos == {
        "m_a": (False, "m_a"),
        "g_agg": (False, r"g_{a\gamma\gamma}"),
        "BR_Bp_to_Kp_a_inv": (True, r"\mathrm{BR}(B^+\to K^+a)\,P_\mathrm{inv}"),
        "g_agg_sqrt_P_inv": (True, "g_agg*sqrt(P_inv)"),
    }


def test_priors_with_limits_have_them_as_ranges(load, weighted, nested):
    ranges = load(weighted).ranges
    assert [(ranges.getLower(name), ranges.getUpper(name)) for name in ("m_a", "g_agg")] == [(0.6, 4.7), (1e-5, 1e-3)]
    ranges = load(nested).ranges
    assert [(ranges.getLower(name), ranges.getUpper(name)) for name in "xy"] == [(-1.0, 1.0), (None, None)]


def test_markov_chains_stay_apart(load, exported, chains):
    read = load(chains)
    assert read.sampler == "mcmc"
    assert np.diff(read.chain_offsets).tolist() == [200, 200, 200]
    assert set(read.weights) == {1.0}
    assert [path.name for path in sorted(exported("getdist", chains).parent.glob("*.txt"))] == [
        "fit_1.txt",
        "fit_2.txt",
        "fit_3.txt",
    ]


def test_weighted_samples_are_known_to_be_independent(load, weighted):
    read = load(weighted)
    assert read.sampler == "nested"
    assert read.getEffectiveSamplesGaussianKDE("m_a") == pytest.approx(weighted.samples.n_eff, rel=1e-6)


def test_in_memory_it_is_what_getdist_reads(load, contents):
    read, made = load(contents), to_getdist(contents)
    np.testing.assert_array_equal(made.samples, read.samples)
    np.testing.assert_array_equal(made.weights, read.weights)
    np.testing.assert_array_equal(made.loglikes, read.loglikes)
    assert made.sampler == read.sampler
    for info, other in zip(made.getParamNames().names, read.getParamNames().names, strict=True):
        assert (info.name, info.label, info.isDerived) == (other.name, other.label, other.isDerived)
        assert made.ranges.getLower(info.name) == read.ranges.getLower(info.name)
        assert made.ranges.getUpper(info.name) == read.ranges.getUpper(info.name)
    if contents.samples.n_chains > 1:
        assert made.chain_offsets.tolist() == read.chain_offsets.tolist()
    np.testing.assert_allclose(made.getMeans(), read.getMeans(), rtol=1e-14)
    for name in made.getParamNames().list():
        assert made.getEffectiveSamplesGaussianKDE(name) == read.getEffectiveSamplesGaussianKDE(name)


def test_without_getdist_it_says_what_to_install(weighted, monkeypatch):
    monkeypatch.setitem(sys.modules, "getdist", None)
    with pytest.raises(ConfigurationError, match=r"^to_getdist needs getdist: pip install alpfit\[getdist\]$"):
        to_getdist(weighted)
