"""Profiles of the missing-energy scenario, one of a pair and two alone, each with a bin of which nothing is known."""

import numpy as np
import pytest

from alpfit.chains.profiles import ProfileContents
from alpfit.inference.priors import LogUniform
from alpfit.inference.profiling import Profile, confidence, contours
from alpfit.scenarios import SCENARIOS

PRIORS = {
    "m_a": LogUniform(prior="log-uniform", min=0.6, max=4.7),
    "g_agg": LogUniform(prior="log-uniform", min=1e-5, max=1e-3),
}


def profile_of(names, n=12):
    edges = {"m_a": np.geomspace(0.6, 4.7, n + 1), "g_agg": np.geomspace(1e-5, 1e-3, n + 1)}
    own = tuple(edges[name] for name in names)
    centres = np.meshgrid(*(np.sqrt(edge[1:] * edge[:-1]) for edge in own), indexing="ij")
    shape = centres[0].shape
    columns = {"m_a": np.full(shape, 2.1), "g_agg": np.full(shape, 6e-5)} | dict(zip(names, centres, strict=True))
    belle2 = -0.5 * (np.log(columns["m_a"] / 2.1) / 0.3) ** 2
    planck = 4.0 - 0.5 * (np.log(columns["g_agg"] / 6e-5) / 0.5) ** 2
    log_l = belle2 + planck
    for values in (log_l, belle2, planck, *columns.values()):
        values.flat[-1] = np.nan
    rate = 1.6e3 * columns["g_agg"] ** 2
    return Profile(
        names,
        (True,) * len(names),
        own,
        log_l,
        np.isfinite(log_l) & (np.arange(log_l.size).reshape(shape) % 5 > 0),
        columns,
        {"BR(B+->K+ a(inv))": rate},
        {"belle2_bknunu_2023": belle2, "planck_relic_2018": planck},
        refined=True,
    )


@pytest.fixture
def contents():
    profiles = tuple(profile_of(names) for names in (("m_a", "g_agg"), ("m_a",), ("g_agg",)))
    scenario = SCENARIOS["invisible"]()
    return ProfileContents(
        profiles,
        {"m_a": 2.1, "g_agg": 6e-5},
        4.0,
        tuple(confidence(profile, 4.0, PRIORS) for profile in profiles),
        tuple(contours(profiles[0], 4.0)),
        {**scenario.parameters, **scenario.optional, **scenario.observables},
        ("belle2_bknunu_2023", "planck_relic_2018"),
    )
