"""A fit in bilby: the same ln L, the same priors, and its own sampler finds the posterior."""

import bilby
import numpy as np
import pytest

from alpfit import Fit
from alpfit.adapters.bilby import FitLikelihood
from alpfit.errors import ConfigurationError
from alpfit.inference.priors import PRIORS

LINE = """
import numpy as np
from alpfit.scenarios import Parameter, Scenario


class Line(Scenario):
    parameters = {"m_X": Parameter("m_X", "GeV", range=(-1e9, 1e9)), "BR": Parameter("B", range=(0.0, 1.0))}

    def predict(self, points):
        return {"m_a": np.abs(points["m_X"]), "BR(B+->K+ a(inv))": points["BR"]}
"""
TABLES = {
    "uniform": {"min": 0.5, "max": 4.0},
    "log-uniform": {"min": 0.5, "max": 4.0},
    "normal": {"mean": 2.0, "sigma": 0.4},
    "log-normal": {"median": 2.0, "sigma": 0.4},
    "truncated-normal": {"mean": 2.0, "sigma": 1.0, "min": 1.0, "max": 2.5},
    "half-normal": {"sigma": 0.7, "min": 0.5},
    "beta": {"a": 2.0, "b": 3.0, "min": 1.0, "max": 3.0},
    "tabulated": {"x": [1.0, 2.0, 4.0], "density": [0.0, 3.0, 1.0]},
}


@pytest.fixture
def document(tmp_path):
    (tmp_path / "line.py").write_text(LINE)
    return {
        "scenario": str(tmp_path / "line.py"),
        "likelihoods": ["belle2_bkx_recast_2025"],
        "parameters": {"m_X": {"prior": "uniform", "min": 0.5, "max": 4.0}, "BR": 8e-6},
    }


def with_prior(document, kind, **table):
    return {**document, "parameters": {"m_X": {"prior": kind, **table}, "BR": 8e-6}}


def test_every_prior_of_the_package_has_a_translation():
    assert set(TABLES) == set(PRIORS)


@pytest.mark.parametrize("kind", TABLES)
def test_a_prior_is_the_same_density_and_the_same_draws(document, kind):
    fit = Fit.from_dict(with_prior(document, kind, **TABLES[kind]))
    ours, theirs = fit.problem.priors["m_X"], FitLikelihood(fit).priors()["m_X"]
    u = np.linspace(0.01, 0.99, 37)
    x = ours.transform(u)
    np.testing.assert_allclose(theirs.rescale(u), x, rtol=2e-3 if kind == "tabulated" else 1e-9)
    np.testing.assert_allclose(theirs.ln_prob(x), ours.log_density(x), atol=1e-6)
    assert (theirs.latex_label, theirs.unit) == ("$m_X$", "GeV")


def test_what_has_no_translation_is_a_sentence(document):
    joint = {"pair": {"parameters": ["m_X", "BR"], "prior": "normal", "mean": [2.0, 8e-6]}}
    joint["pair"]["covariance"] = [[0.04, 0.0], [0.0, 1e-12]]
    shared = {**document, "parameters": {}, "joint": joint}
    with pytest.raises(
        ConfigurationError, match="m_X shares its prior with other parameters, which has no translation"
    ):
        FitLikelihood(shared).priors()


def test_ln_l_is_that_of_the_fit_and_a_missing_parameter_is_named(document):
    fit = Fit.from_dict(document)
    likelihood = FitLikelihood(document)
    assert likelihood.log_likelihood({"m_X": 2.0}) == fit.evaluate({"m_X": 2.0}).log_l
    with pytest.raises(ConfigurationError, match="m_X has no value"):
        likelihood.log_likelihood({})
    with pytest.raises(ConfigurationError, match="m_X = 'heavy' must be a"):
        likelihood.log_likelihood({"m_X": "heavy"})


def test_a_point_without_a_prediction_has_no_likelihood(document):
    text = LINE.replace(
        "        return {", "        if points['m_X'][0] > 3.0:\n            raise ValueError\n        return {"
    )
    with open(document["scenario"], "w") as file:
        file.write(text)
    likelihood = FitLikelihood(document)
    assert likelihood.log_likelihood({"m_X": 3.5}) == -np.inf
    assert np.isfinite(likelihood.log_likelihood({"m_X": 2.5}))


@pytest.mark.filterwarnings("ignore")  # bilby's own
def test_its_sampler_finds_the_evidence(document, tmp_path):
    likelihood = FitLikelihood(document)
    mass = np.linspace(0.5, 4.0, 4001)
    problem = likelihood.fit.problem
    expected = float(np.log(np.mean(np.exp(problem.evaluate(mass[:, None]).log_l))))
    result = bilby.run_sampler(
        likelihood,
        likelihood.priors(),
        sampler="dynesty",
        outdir=str(tmp_path),
        label="line",
        nlive=100,
        sample="unif",
        bound="multi",
        seed=1,
        resume=False,
        print_method="interval-100",
        save=False,
    )
    assert result.log_evidence == pytest.approx(expected, abs=5.0 * result.log_evidence_err)
