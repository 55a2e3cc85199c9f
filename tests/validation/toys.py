"""Problems whose evidence is known, among them one as hard as a relic density: thin, curved, walled, in three modes.

All are made of module-level classes, so that they can be pickled, and take many points at once.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import erf, logsumexp

from alpfit.inference.priors import LogUniform, Uniform
from alpfit.inference.problem import Problem
from alpfit.scenarios import Predictions, Quantity


@dataclass(frozen=True)
class Entry:
    """A measurement whose ln L is a prediction."""

    name: str

    @property
    def observables(self):
        return (self.name,)


@dataclass(frozen=True)
class Sum:
    """The likelihood whose entries are the predictions ``names``."""

    names: tuple[str, ...]

    @property
    def measurements(self):
        return tuple(Entry(name) for name in self.names)

    @property
    def observables(self):
        return self.names

    def loglike_by_entry(self, predictions):
        return {name: predictions[name] for name in self.names}


class Toy:
    """A scenario that predicts its own ln L by name; ``terms`` gives them, and where there is a prediction."""

    names: tuple[str, ...]
    entries: tuple[str, ...]
    headline: tuple[str, ...] = ()
    optional: Mapping[str, Quantity] = {}

    @property
    def parameters(self):
        return {name: Quantity(name, "", name) for name in self.names}

    @property
    def observables(self):
        return {name: Quantity(name, "", name) for name in self.entries}

    def predict(self, points):
        terms, works = self.terms(*(points[name] for name in self.names))
        values = {name: np.where(works, term, np.nan) for name, term in zip(self.entries, terms, strict=True)}
        return Predictions(values, tuple("" if good else "nothing works there" for good in works))


@dataclass(frozen=True)
class Gaussian(Toy):
    """Independent Gaussians around ``MEAN`` of ``WIDTH`` in x and ln y; nothing where x > ``wall``."""

    wall: float = np.inf
    names = ("x", "y")
    entries = ("first", "second")
    MEAN, WIDTH = (0.2, -0.3), (0.1, 0.2)

    def terms(self, x, y):
        first = -0.5 * ((x - self.MEAN[0]) / self.WIDTH[0]) ** 2
        return (first, -0.5 * ((np.log(y) - self.MEAN[1]) / self.WIDTH[1]) ** 2), x < self.wall


@dataclass(frozen=True)
class Shipped(Gaussian):
    """The same, and notes in the folder ``receipts`` each process that unpacks it."""

    receipts: str = ""

    def __setstate__(self, state):
        vars(self).update(state)
        with (Path(self.receipts) / str(os.getpid())).open("a") as stream:
            stream.write("unpacked\n")


@dataclass(frozen=True)
class Line(Toy):
    """One parameter, and a Gaussian around 0.2 of width 0.1."""

    names = ("x",)
    entries = ("only",)

    def terms(self, x):
        return (-0.5 * ((x - 0.2) / 0.1) ** 2,), np.full(x.shape, True)


@dataclass(frozen=True)
class Mesa(Toy):
    """ln L = 0 within ``RADIUS`` of the origin, and a steep Gaussian slope of width ``SLOPE`` outside."""

    names = ("x", "y")
    entries = ("mesa",)
    RADIUS, SLOPE = 0.3, 0.05

    def terms(self, x, y):
        beyond = np.maximum(np.hypot(x, y) - self.RADIUS, 0.0)
        return (-0.5 * (beyond / self.SLOPE) ** 2,), np.full(x.shape, True)


@dataclass(frozen=True)
class Shelf(Toy):
    """ln L = 0 where x > ``edge``, and falls with ``steepness`` below."""

    edge: float = -1.0
    steepness: float = 20.0
    names = ("x", "y")
    entries = ("shelf",)

    def terms(self, x, y):
        return (np.minimum(self.steepness * (x - self.edge), 0.0),), np.full(x.shape, True)


@dataclass(frozen=True)
class Crescents(Toy):
    """Two modes on a parabola y = x^2 - 1, WIDTH wide, at x = -0.9 and 1.1."""

    names = ("x", "y")
    entries = ("parabola", "place")
    WIDTH = 0.08
    MODES = ((0.65, -0.9, 0.2), (0.35, 1.1, 0.15))  # w, m, s

    def terms(self, x, y):
        parabola = -0.5 * ((y - x**2 + 1.0) / self.WIDTH) ** 2
        modes = [np.log(w / (s * np.sqrt(2.0 * np.pi))) - 0.5 * ((x - m) / s) ** 2 for w, m, s in self.MODES]
        return (parabola, np.logaddexp(*modes)), np.full(x.shape, True)

    def evidence(self, n=4001):
        """ln Z and the share of x > 0, by sums over a grid on the prior, -2 to 2 in both."""
        x = np.linspace(-2.0, 2.0, n)
        grid = np.exp(sum(self.terms(x[:, None], x[None, ::8])[0]))
        cell = (x[1] - x[0]) ** 2 * 8
        by_x = grid.sum(axis=1) * cell
        return float(np.log(by_x.sum() / 16.0)), float(by_x[x > 0.0].sum() / by_x.sum())


@dataclass(frozen=True)
class Ridges(Toy):
    r"""Three stretches of a thin curved ridge in four dimensions, one of them cut by a wall.

    With a = log10 g, the ridge is at :math:`a = x^2 - 1` and :math:`v = \cos(3u) + x/2`, WIDTH wide in both, where the
    prior is 4 wide; along it :math:`\ln L = \ln\sum_k w_k N(x; m_k, s_k) - u^2/(2 \cdot 0.5^2)`. There is nothing
    where :math:`u > 0.5 - 0.4 x`. The integral over a and v gives error functions, that over x and u is left.
    """

    names = ("x", "g", "u", "v")
    entries = ("ridge", "place")
    WIDTH, HEIGHT = 0.03, 20.0
    MODES = ((0.5, -1.1, 0.15), (0.45, 1.2, 0.25), (0.05, 0.1, 0.06))  # w, m, s
    SPREAD = 0.5
    BORDERS = (-2.0, -0.4, 0.5, 2.0)
    """The modes from left to right lie between these x: the first, the third and the second of MODES."""

    def terms(self, x, g, u, v):
        ridge = -0.5 * ((np.log10(g) - x**2 + 1.0) ** 2 + (v - np.cos(3.0 * u) - 0.5 * x) ** 2) / self.WIDTH**2
        return (ridge, self.HEIGHT + self._place(x, u)), u <= 0.5 - 0.4 * x

    def _place(self, x, u):
        w, m, s = (np.reshape(column, (3,) + (1,) * x.ndim) for column in zip(*self.MODES, strict=True))
        modes = logsumexp(np.log(w / (s * np.sqrt(2.0 * np.pi))) - 0.5 * ((x - m) / s) ** 2, axis=0)
        return modes - 0.5 * (u / self.SPREAD) ** 2

    def evidence(self, n=2001):
        """ln Z and the fractions of the modes from left to right: a sum over cells in x, each with exact ends in u."""
        edges = np.linspace(-2.0, 2.0, 2 * n)
        x, step = 0.5 * (edges[1:] + edges[:-1]), edges[1] - edges[0]
        nodes, weights = np.polynomial.legendre.leggauss(200)
        top = np.minimum(1.0, 0.5 - 0.4 * x)
        u = -1.0 + 0.5 * (top[:, None] + 1.0) * (nodes + 1.0)
        at = np.broadcast_to(x[:, None], u.shape)
        density = np.exp(self._place(at, u)) * self._inside(at**2 - 1.0) * self._inside(np.cos(3.0 * u) + 0.5 * at)
        by_x = np.sum(density * weights, axis=1) * 0.5 * (top + 1.0) * step
        by_mode = np.histogram(x, bins=self.BORDERS, weights=by_x)[0]
        volume = 4.0 * 4.0 * 2.0 * 4.0
        return self.HEIGHT + np.log(by_mode.sum() / volume), by_mode / by_mode.sum()

    def _inside(self, centre):
        """Integral of the ridge's Gaussian around ``centre`` over the prior, -2 to 2."""
        scale = np.sqrt(2.0) * self.WIDTH
        return 0.5 * np.sqrt(np.pi) * scale * (erf((2.0 - centre) / scale) + erf((2.0 + centre) / scale))


@dataclass(frozen=True)
class Correlated(Toy):
    """A Gaussian around ``MEAN`` in x, ln g and u with covariance ``COVARIANCE``; nothing where x > ``wall``."""

    wall: float = np.inf
    names = ("x", "g", "u")
    entries = ("only",)
    MEAN = np.array([0.2, -1.0, 0.1])
    COVARIANCE = np.array([[0.04, 0.03, 0.01], [0.03, 0.09, -0.02], [0.01, -0.02, 0.0225]])

    def terms(self, x, g, u):
        away = np.stack([x, np.log(g), u], axis=-1) - self.MEAN
        return (-0.5 * np.sum(away @ np.linalg.inv(self.COVARIANCE) * away, axis=-1),), x <= self.wall

    def minus_two_delta(self, *axes):
        """-2 Delta ln L of the profile at coordinates by the index of their axis: ``((0, x), (2, u))``."""
        index = [axis for axis, _ in axes]
        away = np.stack([values for _, values in axes], axis=-1) - self.MEAN[index]
        return np.sum(away @ np.linalg.inv(self.COVARIANCE[np.ix_(index, index)]) * away, axis=-1)


@dataclass(frozen=True)
class Twins(Toy):
    """Two ridges along x at y = -1 and 1, of which one is best on the left and the other on the right."""

    names = ("x", "y")
    entries = ("only",)

    def terms(self, x, y):
        left = -0.5 * ((y + 1.0) / 0.1) ** 2 - 2.0 * (x + 0.5) ** 2
        right = -0.5 * ((y - 1.0) / 0.1) ** 2 - 2.0 * (x - 0.5) ** 2
        return (np.maximum(left, right),), np.full(x.shape, True)

    def profile(self, x):
        """The largest ln L at ``x``."""
        return -2.0 * (np.abs(x) - 0.5) ** 2


@dataclass(frozen=True)
class Hidden(Toy):
    """A wide Gaussian, and a narrow maximum of ln L = ``HEIGHT`` with most of the evidence and a wide, low foot."""

    names = ("x", "y")
    entries = ("only",)
    WIDTH, HEIGHT, STEEPNESS, TOP = 0.1, 9.0, 400.0, 1e-3

    def terms(self, x, y):
        wide = -0.5 * ((x + 0.5) ** 2 + (y + 0.4) ** 2) / self.WIDTH**2
        away = np.sqrt((x - 0.5) ** 2 + (y - 0.4) ** 2 + self.TOP**2) - self.TOP
        return (np.logaddexp(wide, self.HEIGHT - self.STEEPNESS * away),), np.full(x.shape, True)

    def log_z(self):
        """The integrals of both over the plane, the narrow one with r dr = s ds for s^2 = r^2 + TOP^2."""
        narrow = np.exp(self.HEIGHT) * (self.TOP / self.STEEPNESS + self.STEEPNESS**-2)
        return float(np.log(2.0 * np.pi * (self.WIDTH**2 + narrow) / 4.0))


@dataclass(frozen=True)
class Rough(Toy):
    """A Gaussian in x, and in y one with teeth that no gradient describes."""

    names = ("x", "y")
    entries = ("only",)

    def terms(self, x, y):
        return (-0.5 * (x / 0.3) ** 2 - 0.5 * (y / 0.3) ** 2 + np.sin(1e12 * y),), np.full(x.shape, True)


def _uniform(low, high):
    return Uniform(prior="uniform", min=low, max=high)


def _log_uniform(low, high):
    return LogUniform(prior="log-uniform", min=low, max=high)


def gaussian(wall=np.inf):
    """x uniform in -1 to 1 and y log-uniform in exp(-2) to exp(2), :class:`Gaussian`."""
    toy = Gaussian(wall)
    return Problem(toy, Sum(toy.entries), {"x": _uniform(-1.0, 1.0), "y": _log_uniform(np.exp(-2.0), np.exp(2.0))})


GAUSSIAN_LOG_Z = float(np.log(2.0 * np.pi * 0.1 * 0.2 / 8.0))


def line():
    """x uniform in -1 to 1, :class:`Line`."""
    return Problem(Line(), Sum(Line.entries), {"x": _uniform(-1.0, 1.0)})


def correlated(wall=np.inf):
    """x and u uniform in -1 to 1 and g log-uniform in exp(-3) to exp(1), :class:`Correlated`."""
    priors = {"x": _uniform(-1.0, 1.0), "g": _log_uniform(np.exp(-3.0), np.exp(1.0)), "u": _uniform(-1.0, 1.0)}
    return Problem(Correlated(wall), Sum(Correlated.entries), priors)


def twins():
    """x and y uniform in -2 to 2, :class:`Twins`."""
    return Problem(Twins(), Sum(Twins.entries), {"x": _uniform(-2.0, 2.0), "y": _uniform(-2.0, 2.0)})


def hidden():
    """x and y uniform in -1 to 1, :class:`Hidden`."""
    return Problem(Hidden(), Sum(Hidden.entries), {"x": _uniform(-1.0, 1.0), "y": _uniform(-1.0, 1.0)})


def rough():
    """x and y uniform in -1 to 1, :class:`Rough`."""
    return Problem(Rough(), Sum(Rough.entries), {"x": _uniform(-1.0, 1.0), "y": _uniform(-1.0, 1.0)})


def mesa():
    """x and y uniform in -1 to 1, :class:`Mesa`."""
    return Problem(Mesa(), Sum(Mesa.entries), {"x": _uniform(-1.0, 1.0), "y": _uniform(-1.0, 1.0)})


def mesa_log_z():
    """The top, and the slope: 2 pi (R s sqrt(pi/2) + s^2)."""
    r, s = Mesa.RADIUS, Mesa.SLOPE
    return float(np.log((np.pi * r**2 + 2.0 * np.pi * (r * s * np.sqrt(np.pi / 2.0) + s**2)) / 4.0))


def shelf(edge=-1.0 / 3.0):
    """x and y uniform in -1 to 1, :class:`Shelf`: a plateau of two thirds of the prior; of all of it for edge = -1."""
    return Problem(Shelf(edge), Sum(Shelf.entries), {"x": _uniform(-1.0, 1.0), "y": _uniform(-1.0, 1.0)})


def shelf_log_z(edge=-1.0 / 3.0):
    """The plateau, and an exponential slope down to x = -1."""
    return float(np.log(0.5 * (1.0 - edge - np.expm1(-Shelf.steepness * (edge + 1.0)) / Shelf.steepness)))


def crescents():
    """x and y uniform in -2 to 2, :class:`Crescents`."""
    return Problem(Crescents(), Sum(Crescents.entries), {"x": _uniform(-2.0, 2.0), "y": _uniform(-2.0, 2.0)})


def ridges():
    """:class:`Ridges`; x and v uniform in -2 to 2, u in -1 to 1, g log-uniform in 0.01 to 100."""
    priors = {
        "x": _uniform(-2.0, 2.0),
        "g": _log_uniform(0.01, 100.0),
        "u": _uniform(-1.0, 1.0),
        "v": _uniform(-2.0, 2.0),
    }
    return Problem(Ridges(), Sum(Ridges.entries), priors)


def ridges_by_importance(n, rng):
    """ln Z and mode fractions of :func:`ridges` from its ln L alone, at points drawn around the ridge."""
    toy, problem = Ridges(), ridges()
    mixture = rng.choice(3, size=n, p=[0.4, 0.4, 0.2])
    m, s = np.array(toy.MODES)[mixture, 1], 1.3 * np.array(toy.MODES)[mixture, 2]
    x, u = rng.normal(m, s), rng.uniform(-1.0, 1.0, n)
    a, v = rng.normal(x**2 - 1.0, 1.2 * toy.WIDTH), rng.normal(np.cos(3.0 * u) + 0.5 * x, 1.2 * toy.WIDTH)
    theta = np.stack([x, 10.0**a, u, v], axis=1)
    inside = (np.abs(x) < 2.0) & (np.abs(a) < 2.0) & (np.abs(v) < 2.0)
    log_l = np.full(n, -np.inf)
    log_l[inside] = problem.evaluate(theta[inside]).log_l
    places = [(w, m, 1.3 * s) for w, (_, m, s) in zip((0.4, 0.4, 0.2), toy.MODES, strict=True)]
    density = sum(w / s * np.exp(-0.5 * ((x - m) / s) ** 2) for w, m, s in places) / np.sqrt(2.0 * np.pi)
    thin = ((a - x**2 + 1.0) ** 2 + (v - np.cos(3.0 * u) - 0.5 * x) ** 2) / (1.2 * toy.WIDTH) ** 2
    density *= 0.5 * np.exp(-0.5 * thin) / (2.0 * np.pi * (1.2 * toy.WIDTH) ** 2)
    weights = np.exp(log_l) / density / 128.0
    by_mode = np.histogram(x, bins=toy.BORDERS, weights=weights)[0]
    return float(np.log(weights.mean())), by_mode / by_mode.sum()


class Memory:
    """A store of checkpoints: keeps all, and gives back the last of them, or the one that it was made with."""

    def __init__(self, state=None):
        self.saved, self.state = [], state

    def load(self):
        return self.saved[-1] if self.saved else self.state

    def save(self, state):
        self.saved.append(state)
