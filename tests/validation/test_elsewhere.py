"""The examples with other programs: their own samplers find the posterior that the likelihood has on a grid."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import yaml

from alpfit import Fit

ELSEWHERE = Path(__file__).parents[2] / "examples" / "elsewhere"
TWO_BODY = ELSEWHERE.parent / "two_body"
AT = (0.16, 0.5, 0.84)

pytestmark = pytest.mark.filterwarnings("ignore")  # those of the other programs


@dataclass(frozen=True)
class Known:
    """ln Z, and for mass and rate edges and the probability below them."""

    log_z: float
    edges: tuple[np.ndarray, np.ndarray]
    below: tuple[np.ndarray, np.ndarray]

    def quantiles(self):
        """Of the probabilities ``AT``: (2, 3)."""
        return np.array([np.interp(AT, below, edges) for edges, below in zip(self.edges, self.below, strict=True)])


@pytest.fixture(scope="module")
def posterior():
    """Of a flat prior, on a grid."""
    fit = Fit.from_file(TWO_BODY / "two_body.toml")
    mass, rate = 0.1 + 4.6 * (np.arange(115) + 0.5) / 115, 2e-5 * (np.arange(50) + 0.5) / 50
    theta = np.stack(np.meshgrid(mass, rate, indexing="ij"), axis=-1).reshape(-1, 2)
    log_l = fit.problem.evaluate(theta).log_l
    density = np.exp(log_l - log_l.max()).reshape(mass.size, rate.size)
    in_mass, in_rate = (np.append(0.0, np.cumsum(density.sum(axis=axis))) / density.sum() for axis in (1, 0))
    log_z = float(np.log(density.mean()) + log_l.max())
    return Known(log_z, (np.linspace(0.1, 4.7, 116), np.linspace(0.0, 2e-5, 51)), (in_mass, in_rate))


WORTH = {"bilby": 100, "cobaya": 100, "emcee": 250}
"""Independent samples that scatter as much as those found here.

The last digits of ln L differ between processors, of which samplers make another sample, as of another seed. With 30
seeds of bilby and of cobaya and 21 of emcee the probability below the 16, 50 and 84 % that were found had deviations of
0.025 to 0.051, and of 0.018 to 0.027 with emcee; the farthest was 3.1 of the standard deviations that follow.
"""


def assert_same(found, posterior, worth):
    """The probability below the quantiles (2, 3) ``found``, to five standard deviations of ``worth`` samples."""
    below = [np.interp(values, *known) for values, *known in zip(found, posterior.edges, posterior.below, strict=True)]
    sigma = np.sqrt(np.multiply(AT, np.subtract(1.0, AT)) / worth)
    np.testing.assert_array_less(np.abs(np.subtract(below, AT)) / sigma, 5.0)


@pytest.mark.parametrize("parameter", [0, 1])
@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_half_of_the_width_to_the_side_is_too_far(posterior, parameter, side):
    found = posterior.quantiles()
    found[parameter] += 0.5 * side * (found[parameter, 2] - found[parameter, 0])
    with pytest.raises(AssertionError):
        assert_same(found, posterior, min(WORTH.values()))


def module(name):
    spec = importlib.util.spec_from_file_location(name, ELSEWHERE / f"{name}.py")
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_cobayas_own_sampler(posterior, monkeypatch):
    import cobaya.mpi
    from cobaya.run import run

    monkeypatch.setattr(cobaya.mpi, "_mpi", None)
    monkeypatch.chdir(ELSEWHERE)
    info = yaml.safe_load((ELSEWHERE / "two_body.yaml").read_text())
    del info["output"]
    info["sampler"]["mcmc"] |= {"Rminus1_stop": 0.05, "Rminus1_cl_stop": 0.5, "max_samples": 600}
    _, sampler = run(info)
    samples = sampler.products(skip_samples=0.2)["sample"]
    found = [weighted_quantiles(samples[name].to_numpy(), samples["weight"].to_numpy()) for name in ("m_X", "BR")]
    assert_same(np.array(found), posterior, WORTH["cobaya"])


def test_emcee_itself(posterior):
    assert_same(np.quantile(module("with_emcee").main(400), AT, axis=0).T, posterior, WORTH["emcee"])


def test_bilby_with_its_dynesty(posterior, tmp_path):
    result = module("with_bilby").main(str(tmp_path), n_live=60)
    found = np.array([np.quantile(result.posterior[name], AT) for name in ("m_X", "BR")])
    assert_same(found, posterior, WORTH["bilby"])
    # of 30 seeds the farthest was 2.5 errors away
    assert result.log_evidence == pytest.approx(posterior.log_z, abs=5.0 * result.log_evidence_err)


def weighted_quantiles(values, weights):
    order = np.argsort(values)
    below = np.cumsum(weights[order])
    return np.interp(AT, below / below[-1], values[order])


def test_flavio_predicts_and_judges_beside_belle_ii(flavio):
    """Rates by flavio, ln L of its measurement by flavio, and the spectrum by the published likelihood."""
    problem = Fit.from_file(ELSEWHERE / "flavio_nunu.toml").problem
    theta = np.array([[0.0, 0.0], [3.0, 7.0], [-2.0, -4.0]])
    found = problem.evaluate(theta)
    scenario = problem.scenario.inner
    flavio_at = type(scenario).predict.__globals__["flavio_at"]
    for name, theirs in (("BR(B+->K+ nu nu)", "BR(B+->Knunu)"), ("BR(B0->K*0 nu nu)", "BR(B0->K*nunu)")):
        directly = [flavio_at(theirs, *point) for point in theta]
        np.testing.assert_allclose(found.predictions[name], directly, rtol=1e-5)
        assert found.predictions[name][0] == pytest.approx(flavio.sm_prediction(theirs), rel=1e-5)
    measured = flavio.Measurement["Belle B->hnunu SL 2017"]
    theirs = [measured.get_logprobability_single("BR(B0->K*nunu)", v) for v in found.predictions["BR(B0->K*0 nu nu)"]]
    np.testing.assert_allclose(found.log_l_by_entry["belle_kstar_flavio"], theirs, rtol=1e-9)
    best = problem.evaluate(np.array([[13.35, 6.8]])).log_l_by_entry["belle2_bknunu_q2_2025"][0]
    assert best > found.log_l_by_entry["belle2_bknunu_q2_2025"][0] + 2.0
