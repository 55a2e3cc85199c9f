"""Prior densities of all parameters together: independent ones, and those that several parameters share."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal, Self, final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, PrivateAttr, model_validator
from scipy.special import logsumexp, ndtr, ndtri

from alpfit.inference.priors import NARROWEST, Finite, Positive, Prior
from alpfit.numerics.fields import Names
from alpfit.numerics.registry import Registry

Array = NDArray[np.float64]

LOG_2_PI = float(np.log(2.0 * np.pi))

FEWEST_CENTRES = 20
"""Samples for each parameter, below which their covariance says little."""

FARTHEST, HALVINGS = 9.0, 52
"""Widths beyond the outermost centre where a quantile is looked for, and how often the interval is halved."""


def transform(priors: Mapping[str, Prior], u: Array) -> Array:
    """Parameters at ``u`` in the unit cube, arrays of shape ``(..., n_dim)``."""
    if not any(prior.joint for prior in priors.values()):
        return np.stack([prior.transform(u[..., i]) for i, prior in enumerate(priors.values())], axis=-1)
    places = {name: i for i, name in enumerate(priors)}
    theta = np.empty_like(u)
    for name, prior in priors.items():
        joint = prior.joint
        if joint is None:
            theta[..., places[name]] = prior.transform(u[..., places[name]])
        elif joint.parameters[0] == name:
            columns = [places[member] for member in joint.parameters]
            theta[..., columns] = joint.transform(u[..., columns])
    return theta


def log_density(priors: Mapping[str, Prior], values: Mapping[str, Any], n: int) -> Array:
    """ln of the density of the sampled parameters, ``(n,)``, at ``values``, name to array ``(n,)``."""
    total = np.zeros(n)
    for name, prior in priors.items():
        joint = prior.joint
        if joint is None:
            total = total + prior.log_density(values[name])
        elif joint.parameters[0] == name:
            total = total + joint.log_density(np.stack([values[member] for member in joint.parameters], axis=-1))
    return total


class JointTable(BaseModel):
    """A density that several ``parameters`` share, as a TOML table ``[joint.NAME]`` whose key ``prior`` is its kind."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    prior: str
    parameters: Names

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, JointTable) and other.model_dump() == self.model_dump()

    def __hash__(self) -> int:
        return hash((type(self), self.parameters))

    @abstractmethod
    def marginal(self, i: int) -> "tuple[Array, float, bool]":
        """Of the ``i``-th parameter means and width of its Gaussians, all of one weight, and whether in ln x."""

    @abstractmethod
    def transform(self, u: Array) -> Array:
        """The parameters at ``u`` in the unit cube, arrays ``(..., k)``."""

    @abstractmethod
    def log_density(self, x: Array) -> Array:
        """ln of the density, normalised, at the parameters ``x (..., k)``."""

    @property
    @abstractmethod
    def in_words(self) -> str:
        """What it is, in a line."""

    @property
    def priors(self) -> "dict[str, Member]":
        """What each of the parameters has of it."""
        return {name: Member(prior=f"joint {self.prior}").of(self, i) for i, name in enumerate(self.parameters)}

    @model_validator(mode="after")
    def _several(self) -> Self:
        if len(self.parameters) < 2 or len(set(self.parameters)) < len(self.parameters):
            raise ValueError("parameters must be two names or more, each once")
        return self


@final
class JointNormal(JointTable):
    """A Gaussian with ``mean (k,)``, and ``covariance (k, k)`` or ``sigma (k,)`` and ``correlation (k, k)``."""

    prior: Literal["normal"]
    mean: list[Finite]
    covariance: list[list[Finite]] | None = None
    sigma: list[Positive] | None = None
    correlation: list[list[Finite]] | None = None

    @model_validator(mode="after")
    def _is_a_covariance(self) -> Self:
        k = len(self.parameters)
        if [self.covariance is None, self.sigma is None, self.correlation is None] not in ([0, 1, 1], [1, 0, 0]):
            raise ValueError("give covariance, or sigma and correlation")
        for name in ("mean", "sigma"):
            if (row := getattr(self, name)) is not None and len(row) != k:
                raise ValueError(f"{name} has {len(row)} numbers for {k} parameters")
        for name in ("covariance", "correlation"):
            if (rows := getattr(self, name)) is not None and (len(rows) != k or any(len(row) != k for row in rows)):
                raise ValueError(f"{name} must have {k} rows of {k} numbers")
        if self.correlation is not None and not np.allclose(np.diag(self.correlation), 1.0):
            raise ValueError("correlation must have ones on its diagonal")
        matrix = self._matrix
        if not np.allclose(matrix, matrix.T, rtol=1e-9, atol=0.0):
            raise ValueError("covariance or correlation is not symmetric")
        if np.linalg.eigvalsh(matrix / np.sqrt(np.outer(np.diag(matrix), np.diag(matrix)))).min() < NARROWEST:
            raise ValueError("covariance or correlation is not positive definite: leave out what follows from the rest")
        return self

    @cached_property
    def _matrix(self) -> Array:
        if self.covariance is not None:
            matrix = np.array(self.covariance)
            if not (np.diag(matrix) > 0.0).all():
                raise ValueError("covariance must be positive on its diagonal")
            return matrix
        return np.asarray(np.outer(self.sigma or (), self.sigma or ()) * np.array(self.correlation))

    @cached_property
    def _root(self) -> Array:
        return np.asarray(np.linalg.cholesky(self._matrix))

    @property
    def in_words(self) -> str:
        """Its parameters."""
        return f"Gaussian of {', '.join(self.parameters)}"

    def marginal(self, i: int) -> tuple[Array, float, bool]:
        """One Gaussian."""
        return np.array([self.mean[i]]), float(np.sqrt(self._matrix[i, i])), False

    def transform(self, u: Array) -> Array:
        """The parameters at ``u`` in the unit cube."""
        return np.asarray(np.array(self.mean) + ndtri(u) @ self._root.T)

    def log_density(self, x: Array) -> Array:
        """ln of the density at ``x``."""
        z = np.linalg.solve(self._root, (x - np.array(self.mean)).reshape(-1, len(self.mean)).T)
        log = -0.5 * np.sum(z**2, axis=0) - np.sum(np.log(np.diag(self._root))) - 0.5 * len(self.mean) * LOG_2_PI
        return np.asarray(log.reshape(x.shape[:-1]))


@final
class Kernels(JointTable):
    """The posterior of another run: Gaussians of one size around ``centres (n, k)``, samples of equal weight.

    Where a parameter is ``logarithmic`` they are Gaussian in its logarithm, and the centres are logarithms. Their size
    is D. W. Scott's (Multivariate Density Estimation, 1992, eq. 6.42) in coordinates without correlation, and the
    centres are drawn together so that mean and covariance stay those of the samples (M. West, J. R. Stat. Soc. B 55
    (1993) 409). ``likelihoods`` are those that the ``run`` has used.
    """

    prior: Literal["kernels"]
    run: str = ""
    likelihoods: list[str] = []
    logarithmic: list[bool]
    centres: list[list[Finite]]

    @model_validator(mode="after")
    def _are_samples(self) -> Self:
        k = len(self.parameters)
        if len(self.logarithmic) != k or any(len(centre) != k for centre in self.centres):
            raise ValueError(f"centres and logarithmic must have {k} columns, one for each parameter")
        if len(self.centres) < FEWEST_CENTRES * k:
            raise ValueError(f"{len(self.centres)} centres are too few: give {FEWEST_CENTRES} for each parameter")
        if not np.linalg.eigvalsh(np.corrcoef(np.array(self.centres).T)).min() > NARROWEST:
            raise ValueError("the centres lie in a plane: leave out parameters that follow from the rest")
        return self

    @cached_property
    def _white(self) -> tuple[Array, Array, Array, float]:
        """Mean and root of the covariance, the centres without correlation, drawn together, and the kernels' width."""
        centres = np.array(self.centres)
        n, k = centres.shape
        mean, root = centres.mean(axis=0), np.linalg.cholesky(np.cov(centres.T))
        width = float(n ** (-1.0 / (k + 4)))
        shrunk = np.linalg.solve(root, (centres - mean).T).T / np.sqrt(1.0 + width**2)
        return mean, root, shrunk, width / np.sqrt(1.0 + width**2)

    @property
    def in_words(self) -> str:
        """Where it comes from."""
        return f"the posterior of {self.run or 'a run'} in {', '.join(self.parameters)}, {len(self.centres)} kernels"

    def marginal(self, i: int) -> tuple[Array, float, bool]:
        """A Gaussian for each centre."""
        mean, root, white, width = self._white
        return mean[i] + white @ root[i], width * float(np.linalg.norm(root[i])), self.logarithmic[i]

    def transform(self, u: Array) -> Array:
        """The parameters at ``u`` in the unit cube: one after the other, given those before."""
        mean, root, white, width = self._white
        flat = u.reshape(-1, u.shape[-1])
        y, log_weights = np.empty_like(flat), np.zeros((len(flat), len(white)))
        for i in range(flat.shape[1]):
            weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
            weights /= weights.sum(axis=1, keepdims=True)
            y[:, i] = quantile_of_gaussians(flat[:, i], white[:, i], width, weights)
            log_weights -= 0.5 * ((y[:, i, None] - white[:, i]) / width) ** 2
        c = mean + y @ root.T
        return np.asarray(np.where(self.logarithmic, np.exp(np.where(self.logarithmic, c, 0.0)), c).reshape(u.shape))

    def log_density(self, x: Array) -> Array:
        """ln of the density at ``x``."""
        mean, root, white, width = self._white
        flat = x.reshape(-1, x.shape[-1])
        good = np.where(self.logarithmic, flat > 0.0, True).all(axis=1)
        logs = np.log(np.where(self.logarithmic & (flat > 0.0), flat, 1.0))
        y = np.linalg.solve(root, (np.where(self.logarithmic, logs, flat) - mean).T).T
        distance = ((y[:, None, :] - white) / width) ** 2
        k = len(mean)
        log = logsumexp(-0.5 * distance.sum(axis=2), axis=1) - np.log(len(white)) - k * (np.log(width) + 0.5 * LOG_2_PI)
        log = log - np.sum(np.log(np.diag(root))) - logs.sum(axis=1)
        return np.asarray(np.where(good, log, -np.inf).reshape(x.shape[:-1]))


def table_around(
    parameters: Sequence[str], samples: Array, logarithmic: Sequence[bool], **facts: Any
) -> dict[str, Any]:
    """The table of :class:`Kernels` around ``samples (n, k)`` of equal weight, with the ``facts`` of their run."""
    centres = np.where(logarithmic, np.log(np.where(logarithmic, samples, 1.0)), samples).tolist()
    return {
        "prior": "kernels",
        "parameters": list(parameters),
        **facts,
        "logarithmic": list(logarithmic),
        "centres": centres,
    }


def quantile_of_gaussians(u: Array, means: Array, width: float, weights: Array) -> Array:
    """Where the sum of Gaussians around ``means (n,)``, of ``weights (m, n)``, has the probability ``u (m,)`` below."""
    low = np.full(u.shape, means.min() - FARTHEST * width)
    high = np.full(u.shape, means.max() + FARTHEST * width)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        below = np.einsum("mn,mn->m", weights, ndtr((middle[:, None] - means) / width)) < u
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(0.5 * (low + high))


@final
class Member(Prior):
    """What one parameter has of a density that it shares: the density integrated over the others."""

    logarithmic: bool = False  # type: ignore[misc]
    _joint: JointTable = PrivateAttr()
    _gaussians: tuple[Array, float] = PrivateAttr()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Member) and (other._joint, other.prior) == (self._joint, self.prior)

    def __hash__(self) -> int:
        return hash(self._joint)

    def of(self, joint: JointTable, i: int) -> "Member":
        """The ``i``-th parameter's of ``joint``."""
        means, width, logarithmic = joint.marginal(i)
        member = self.model_copy(update={"logarithmic": logarithmic})
        member._joint, member._gaussians = joint, (means, width)
        return member

    @property
    def joint(self) -> JointTable:
        """The density that is shared."""
        return self._joint

    @property
    def in_words(self) -> str:
        """That it is shared."""
        return self._joint.in_words

    @property
    def bounds(self) -> tuple[float, float]:
        """None."""
        return -np.inf, np.inf

    def transform(self, u: ArrayLike) -> Array:
        """The parameter at cumulative probability ``u``."""
        means, width = self._gaussians
        flat = np.atleast_1d(np.asarray(u, float)).ravel()
        share = np.full((1, means.size), 1.0 / means.size)
        c = np.where(
            flat <= 0.0, -np.inf, np.where(flat >= 1.0, np.inf, quantile_of_gaussians(flat, means, width, share))
        )
        with np.errstate(over="ignore"):
            return np.asarray((np.exp(c) if self.logarithmic else c).reshape(np.shape(u)))

    def log_density(self, x: ArrayLike) -> Array:
        """ln of the density at ``x``."""
        means, width = self._gaussians
        x = np.asarray(x, float)
        c = np.log(np.where(x > 0.0, x, 1.0)) if self.logarithmic else x
        log = logsumexp(-0.5 * ((c[..., None] - means) / width) ** 2, axis=-1) - np.log(means.size)
        log = log - np.log(width) - 0.5 * LOG_2_PI - (c if self.logarithmic else 0.0)
        return np.asarray(np.where(x > 0.0, log, -np.inf) if self.logarithmic else log)


JOINT: Registry[type[JointTable]] = Registry("joint prior", {"normal": JointNormal, "kernels": Kernels})
"""The densities of several parameters, by the value of the key ``prior`` of their table."""
