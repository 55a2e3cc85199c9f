"""A posterior in up to nine parameters of the missing-energy scenario, ready to be drawn."""

from functools import cache
from itertools import combinations

import numpy as np
import pytest

from alpfit.inference.profiling import Plan, sampled_profiles
from alpfit.inference.samples import Samples
from alpfit.plots.style import axis
from alpfit.scenarios import SCENARIOS

LOGARITHMIC = {"m_a": True, "r": False, "g_agg": True, "g_achi": True}
OPTIONAL = ("cB_over_cW", "f0_scale", "A0_scale", "vtb_vts_scale", "K_to_pi_scale")
LOGARITHMIC |= dict.fromkeys(OPTIONAL, False)


class Drawing:
    """Samples of the first ``n`` parameters, their axes, pairs of axes, and profiles."""

    def __init__(self, n: int):
        rng = np.random.default_rng(4)
        size = 800
        columns = {
            "m_a": 10.0 ** rng.normal(0.2, 0.1, size),
            "r": rng.uniform(0.44, 0.499, size),
            "g_agg": 10.0 ** rng.normal(-4.0, 0.2, size),
            "g_achi": 10.0 ** rng.normal(-3.0, 0.8, size),
            **{name: rng.normal(1.0, 0.1, size) for name in OPTIONAL},
        }
        log_l = -0.5 * ((np.log10(columns["m_a"]) - 0.2) / 0.1) ** 2 - 0.5 * ((columns["r"] - 0.47) / 0.01) ** 2
        log_weights = log_l - np.logaddexp.reduce(log_l)
        self.names = list(LOGARITHMIC)[:n]
        parameters = {name: columns[name] for name in self.names}
        self.samples = Samples(parameters, {}, {}, log_l, log_weights, log_z=1.0, log_z_error=0.1, n_calls=10_000)
        scenario = SCENARIOS["invisible"]()
        known = {**scenario.parameters, **scenario.optional}
        self.axes = [axis(self.samples, name, known[name], LOGARITHMIC[name]) for name in self.names]
        self.pairs = list(combinations(self.axes, 2))

    @property
    def profiles_1d(self):
        plans = [Plan((name,), (LOGARITHMIC[name],), (25,)) for name in self.names]
        return list(sampled_profiles(self.samples, plans, {}))

    def profile_2d(self, x, y):
        """The profile in the plane of two axes."""
        plan = Plan((x.name, y.name), (x.logarithmic, y.logarithmic), (20, 20))
        return next(sampled_profiles(self.samples, [plan], {}))


@pytest.fixture(scope="session")
def draw():
    """The drawing of ``n`` parameters, made once for each ``n``."""
    return cache(Drawing)


@pytest.fixture(params=[1, 2, 4], ids=lambda n: f"{n} parameters", scope="session")
def drawing(request, draw):
    return draw(request.param)
