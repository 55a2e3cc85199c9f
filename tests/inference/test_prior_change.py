"""Reweighting to another prior: the ratio of the densities, in other variables with the Jacobian."""

import tomllib

import numpy as np
import pytest
from inputs import MINIMAL

import alpfit
from alpfit.errors import ConfigurationError
from alpfit.inference.problem import Problem

pytestmark = pytest.mark.usefixtures("light_figures")

DELTA = "parameters.delta={ prior = 'log-uniform', min = 0.019, max = 0.11 }"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of r and one coupling, without a relic density: ln L does not depend on r."""
    document = tomllib.loads(MINIMAL)
    document["parameters"] = {
        "m_a": 2.1,
        "g_achi": 3e-4,
        "r": {"prior": "uniform", "min": 0.445, "max": 0.49},
        "g_agg": {"prior": "uniform", "min": 2e-5, "max": 2e-4},
    }
    document |= {"likelihoods": ["belle2_bknunu_2023"], "relic": {"engine": "nbe"}}
    document["sampler"] = {"name": "dynesty", "n_live": 300, "dlogz": 0.1}
    return alpfit.run(document, output=tmp_path_factory.mktemp("source") / "run")


@pytest.fixture
def no_calls(monkeypatch):
    """Nothing may be evaluated but the samples that are looked at to see whether the run is fresh."""
    calls = []
    evaluate = Problem.evaluate
    monkeypatch.setattr(Problem, "evaluate", lambda self, theta: calls.append(len(theta)) or evaluate(self, theta))
    return calls


def test_the_same_variable_with_another_density_needs_no_likelihood(run, tmp_path, no_calls):
    new = alpfit.reweight(
        run,
        overrides=["parameters.g_agg={ prior = 'log-uniform', min = 2e-5, max = 2e-4 }"],
        output=tmp_path / "new",
    )
    assert sum(no_calls) <= 4
    before, after = run.samples, new.samples
    g_agg = before.parameters["g_agg"]
    factor = (1.8e-4 / np.log(10.0)) / g_agg  # of the normalised densities
    expected = before.weights * factor
    np.testing.assert_allclose(after.weights, expected / expected.sum(), rtol=1e-9)
    assert after.log_z - before.log_z == pytest.approx(np.log(expected.sum()), abs=1e-9)
    assert new.configuration.priors["g_agg"].logarithmic
    np.testing.assert_array_equal(after.log_l, before.log_l)
    assert after.diagnostics["effective samples before"] == before.n_eff


def test_another_variable_has_its_jacobian(run, tmp_path, no_calls):
    """delta = 1 - 2r log-uniform: the density in r goes as 1/(1 - 2r)."""
    new = alpfit.reweight(run, overrides=["parameters.r=(1 - delta)/2", DELTA], output=tmp_path / "new")
    assert sum(no_calls) <= 4
    r = run.samples.parameters["r"]
    np.testing.assert_allclose(new.samples.parameters["delta"], 1.0 - 2.0 * r, rtol=1e-9)
    np.testing.assert_allclose(new.samples.derived["r"], r, rtol=1e-12)
    density = 2.0 / ((1.0 - 2.0 * r) * np.log(0.11 / 0.019))
    expected = run.samples.weights * density * 0.045
    np.testing.assert_allclose(new.samples.weights, expected / expected.sum(), rtol=1e-6)
    ratio = np.exp(new.samples.log_z - run.samples.log_z)
    assert ratio == pytest.approx(expected.sum(), rel=1e-6)
    inside = np.log(0.11 / 0.02) / np.log(0.11 / 0.019)  # of the new prior, what the samples reach: r up to 0.49
    error = np.sqrt(np.sum((expected - expected.sum() * run.samples.weights) ** 2))  # about 0.02
    assert new.samples.n_calls == 0
    assert ratio == pytest.approx(inside, abs=5.0 * error)
    assert [said for said in new.samples.shortfalls if "of the new prior lies where the old one had no samples" in said]


def test_another_variable_and_back_are_the_samples_that_there_were(run, tmp_path, no_calls):
    """A parameter is taken out again by setting it to nothing."""
    there = alpfit.reweight(run, overrides=["parameters.r=(1 - delta)/2", DELTA], output=tmp_path / "there")
    same = "parameters.r={ prior = 'uniform', min = 0.445, max = 0.49 }"
    back = alpfit.reweight(there, overrides=["parameters.delta=", same], output=tmp_path / "back").samples
    assert sum(no_calls) <= 8
    assert set(back.parameters) == {"r", "g_agg"}
    np.testing.assert_allclose(back.weights, run.samples.weights, rtol=1e-6)
    assert back.log_z == pytest.approx(run.samples.log_z, abs=1e-6)
    assert not [said for said in back.shortfalls[len(there.samples.shortfalls) :] if "no samples" in said]


def test_samples_beyond_the_new_prior_are_left_out(run, tmp_path, no_calls):
    """As those beyond a narrower prior of the same variable are."""
    narrower = "parameters.delta={ prior = 'log-uniform', min = 0.05, max = 0.11 }"
    new = alpfit.reweight(run, overrides=["parameters.r=(1 - delta)/2", narrower], output=tmp_path / "new").samples
    r = run.samples.parameters["r"]
    inside = r <= 0.475
    assert 0 < inside.sum() < r.size
    np.testing.assert_allclose(new.derived["r"], r[inside], rtol=1e-9)
    expected = run.samples.weights[inside] / (1.0 - 2.0 * r[inside])
    np.testing.assert_allclose(new.weights, expected / expected.sum(), rtol=1e-6)


def test_what_is_derived_is_added_without_a_likelihood(run, tmp_path, no_calls):
    new = alpfit.reweight(run, overrides=["derived.twice=2*m_chi"], output=tmp_path / "new")
    assert sum(no_calls) <= 4
    np.testing.assert_allclose(new.samples.derived["twice"], 2.0 * run.samples.derived["m_chi"])
    np.testing.assert_allclose(new.samples.weights, run.samples.weights, rtol=1e-12)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (["parameters.m_a=2.0"], r"\[parameters\] m_a is another one at the samples: only priors may change here"),
        (["parameters.r=0.47"], r"\[parameters\] 1 would be sampled in place of 2: run anew"),
        (["parameters.r=x*y/2", "parameters.y=1.0", "parameters.z=1.0"], "x, which has no value"),
        (
            ["parameters.r=(1 - delta)/2", "parameters.delta={ prior = 'log-uniform', min = 0.2, max = 0.3 }"],
            "no sample lies where the new prior of delta .* has room: run anew",
        ),
        (["parameters.g_agg.max=1e-30"], "must be below max"),
    ],
)
def test_what_is_more_than_a_prior_is_refused(run, tmp_path, overrides, expected):
    with pytest.raises(ConfigurationError, match=expected):
        alpfit.reweight(run, overrides=overrides, output=tmp_path / "new")
