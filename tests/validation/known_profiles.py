"""Profiles that are known exactly on their grids, for what is made of them."""

import numpy as np

from alpfit.inference.priors import LogUniform, Uniform
from alpfit.inference.profiling import Profile

PRIORS = {
    "x": Uniform(prior="uniform", min=-5.0, max=5.0),
    "g": LogUniform(prior="log-uniform", min=float(np.exp(-5.0)), max=float(np.exp(5.0))),
}


def known(log_l, names=("x",), n=60, span=5.0, converged=True, refined=True):
    """The profile of a function of x and ln g at points off the centres of their bins."""
    edges, points = [], []
    rng = np.random.default_rng(7)
    inner = np.linspace(-span, span, n + 1)
    shape = (n,) * len(names)
    index = np.meshgrid(*[np.arange(n)] * len(names), indexing="ij")
    for name, place in zip(names, index, strict=True):
        points.append(inner[place] + (inner[1] - inner[0]) * rng.uniform(0.2, 0.8, shape))
        edges.append(np.exp(inner) if name == "g" else inner)
    values = log_l(*points)
    columns = {name: np.exp(p) if name == "g" else p for name, p in zip(names, points, strict=True)}
    columns = {name: np.where(np.isfinite(values), column, np.nan) for name, column in columns.items()}
    logarithmic = tuple(name == "g" for name in names)
    flags = np.full(shape, converged) & np.isfinite(values)
    return Profile(names, logarithmic, tuple(edges), values, flags, columns, {}, {"only": values}, refined)


def parabola(x):
    return -0.5 * ((x - 0.3) / 0.8) ** 2


def ellipse(x, y):
    """Correlated, with standard deviations 0.8 and 1.0."""
    return -0.5 * ((x / 0.8) ** 2 - 1.2 * (x / 0.8) * y + y**2) / (1.0 - 0.36)
