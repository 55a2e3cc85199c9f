"""Samples of a problem at points of one's own, and profiles of them."""

import numpy as np
import pytest

from alpfit.inference.samples import Samples


def evaluated(problem, theta):
    """The points ``theta`` as samples of equal weight."""
    point = problem.evaluate(theta)
    good = np.isfinite(point.log_l)
    n = int(good.sum())
    return Samples(
        parameters={name: theta[good, i] for i, name in enumerate(problem.names)},
        derived={name: point.predictions[name][good] for name in problem.derived},
        log_l_by_entry={name: values[good] for name, values in point.log_l_by_entry.items()},
        log_l=point.log_l[good],
        log_weights=np.full(n, -np.log(n)),
        log_z=None,
        log_z_error=None,
        n_calls=len(theta),
    )


@pytest.fixture(scope="session")
def samples_at():
    return evaluated


@pytest.fixture(scope="session")
def samples_from_prior():
    """Samples of a problem at ``n`` points of its prior."""

    def draw(problem, n=2000, seed=1):
        return evaluated(problem, problem.prior_transform(np.random.default_rng(seed).random((n, problem.n_dim))))

    return draw
