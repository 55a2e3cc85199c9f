"""Contents to export: weighted samples, Markov chains, and nested sampling with birth contours."""

import dataclasses

import numpy as np
import pytest

from alpfit.chains.exports import Contents, export
from alpfit.inference.priors import LogUniform, Normal, TruncatedNormal, Uniform
from alpfit.inference.samples import Samples
from alpfit.scenarios import Quantity

QUANTITIES = {
    "m_a": Quantity("m_a", "GeV", "mass of the ALP"),
    "g_agg": Quantity(r"g_{a\gamma\gamma}", "GeV$^{-1}$", "coupling to photons"),
    "BR(B+->K+ a(inv))": Quantity(r"\mathrm{BR}(B^+\to K^+a)\,P_\mathrm{inv}", "", "branching ratio"),
}
SIGMA = 0.1


@pytest.fixture
def weighted(samples):
    """Weighted samples, of which nobody knows at which contours they were drawn."""
    priors = {
        "m_a": Uniform(prior="uniform", min=0.6, max=4.7),
        "g_agg": LogUniform(prior="log-uniform", min=1e-5, max=1e-3),
    }
    return Contents(samples, QUANTITIES, priors, seed=3)


@pytest.fixture
def chains(weighted):
    """The same as three Markov chains."""
    n = weighted.samples.log_l.size
    samples = dataclasses.replace(
        weighted.samples,
        log_weights=np.full(n, -np.log(n)),
        log_z=None,
        log_z_error=None,
        n_chains=3,
        autocorrelation=4.5,
        diagnostics={"R hat": 1.01, "mean acceptance": 0.3},
        shortfalls=("R hat = 1.01 is above 1.005",),
    )
    return dataclasses.replace(weighted, samples=samples)


@pytest.fixture(scope="session")
def nested():
    """Nested sampling of a Gaussian around the centre of a disc of radius 1, each point drawn exactly."""
    rng, n_live, n_dead = np.random.default_rng(4), 500, 5000
    r2, birth = rng.random(n_live), np.full(n_live, -np.inf)
    rows = []
    for _ in range(n_dead):
        worst = np.argmax(r2)
        rows.append((r2[worst], birth[worst]))
        r2[worst], birth[worst] = rng.random() * r2[worst], -0.5 * r2[worst] / SIGMA**2
    rows += sorted(zip(r2, birth, strict=True), reverse=True)
    r2, birth = np.array(rows).T
    left = np.concatenate([np.full(n_dead, n_live), np.arange(n_live, 0, -1)])
    volume = np.concatenate([[1.0], np.cumprod(left / (left + 1.0)), [0.0]])
    log_l, angle = -0.5 * r2 / SIGMA**2, rng.uniform(0.0, 2.0 * np.pi, r2.size)
    log_weights = log_l + np.log(0.5 * (volume[:-2] - volume[2:]))
    log_z = np.logaddexp.reduce(log_weights)
    samples = Samples(
        parameters={"x": np.sqrt(r2) * np.cos(angle), "y": np.sqrt(r2) * np.sin(angle)},
        derived={"x^2 + y^2": r2},
        log_l_by_entry={"gaussian": log_l},
        log_l=log_l,
        log_weights=log_weights - log_z,
        log_z=float(log_z),
        log_z_error=0.08,
        n_calls=r2.size,
        log_l_birth=birth,
    )
    priors = {
        "x": TruncatedNormal(prior="truncated-normal", mean=0.0, sigma=10.0, min=-1.0, max=1.0),
        "y": Normal(prior="normal", mean=0.0, sigma=10.0),
    }
    return Contents(samples, {"x^2 + y^2": Quantity("r^2", "", "distance squared")}, priors)


LOG_EVIDENCE = np.log(2.0 * SIGMA**2) + np.log1p(-np.exp(-0.5 / SIGMA**2))


@pytest.fixture
def log_evidence():
    """ln Z of what ``nested`` samples: the mean of exp(-r^2/(2 sigma^2)) over the disc."""
    return LOG_EVIDENCE


@pytest.fixture(params=["weighted", "chains", "nested"])
def contents(request):
    """Each kind of contents."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def exported(tmp_path):
    """Exports a run named ``fit`` and gives the root of its files."""

    def write(kind, contents):
        export("fit", kind, contents, tmp_path)
        return tmp_path / kind / "fit"

    return write


@pytest.fixture
def mean_and_width():
    """The weighted mean and standard deviation of a quantity."""

    def moments(samples, name):
        mean = np.average(samples.column(name), weights=samples.weights)
        return mean, np.sqrt(np.average((samples.column(name) - mean) ** 2, weights=samples.weights))

    return moments
