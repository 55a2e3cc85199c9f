"""What every sampler returns, and the statistics that everybody reads from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import in_one_line

Array = NDArray[np.float64]

LOST = "ln Z that bounds may lose"
"""The diagnostic that says how much of an error of ln Z has one sign, and does not get less with more seeds."""

MISSED = "ln Z that a search finds outside of bounds"
"""The diagnostic that says how much of it is for a maximum that no bound holds; zero where none was found."""


def kish(weights: Array) -> float:
    """How many samples of equal weights these ``(n,)`` are worth: L. Kish, Survey Sampling (1965)."""
    return float(np.sum(weights) ** 2 / np.sum(weights**2))


@dataclass(frozen=True, eq=False, repr=False)
class Samples:
    """Weighted samples of the posterior.

    ``parameters``, ``derived`` and ``log_l_by_entry`` map names to arrays ``(n,)``; ``log_weights`` are normalised
    so that the weights sum to one. ``log_z`` is ln of the evidence, with its error, both None from a sampler that has
    none. ``n_calls`` counts the points at which the likelihood was evaluated.

    ``log_l_birth``, where nested sampling with live points has it, is the ln L above which each sample was drawn, -inf
    for those drawn from the whole prior. ``n_chains`` is the number of Markov chains, whose samples follow each other,
    all of the same length, and ``autocorrelation`` their integrated autocorrelation time. ``diagnostics`` are measures
    of trust by their names; ``shortfalls`` are sentences, one for each target of its own that the run has not met.
    """

    parameters: Mapping[str, Array]
    derived: Mapping[str, Array]
    log_l_by_entry: Mapping[str, Array]
    log_l: Array
    log_weights: Array
    log_z: float | None
    log_z_error: float | None
    n_calls: int
    log_l_birth: Array | None = None
    n_chains: int = 1
    autocorrelation: float = 1.0
    diagnostics: Mapping[str, float] = field(default_factory=dict)
    shortfalls: tuple[str, ...] = ()

    def __repr__(self) -> str:
        evidence = "" if self.log_z is None else f"; ln Z = {self.log_z:.2f}"
        missed = "".join(f"; target missed: {sentence}" for sentence in self.shortfalls)
        names = ", ".join(self.parameters)
        return in_one_line(f"<Samples of {names}: {self.log_l.size}, worth {self.n_eff:.0f}{evidence}{missed}>")

    @property
    def weights(self) -> Array:
        """Posterior weights ``(n,)``, summing to one."""
        return np.exp(self.log_weights)

    @property
    def n_eff(self) -> float:
        """Effective number of independent samples: Kish's, over the autocorrelation time."""
        return kish(self.weights) / self.autocorrelation

    @property
    def best(self) -> int:
        """Index of the sample with the largest ln L."""
        return int(np.argmax(self.log_l))

    def column(self, name: str) -> Array:
        """Parameter or derived quantity ``name``."""
        return self.parameters[name] if name in self.parameters else self.derived[name]

    def theta(self, names: Sequence[str]) -> Array:
        """Parameters ``names`` as points, ``(n, n_dim)``."""
        return np.stack([self.parameters[name] for name in names], axis=1)

    def quantiles(self, name: str, probabilities: Array) -> Array:
        """Weighted quantiles of parameter or derived quantity ``name``."""
        values = self.column(name)
        order = np.argsort(values)
        cumulative = np.cumsum(self.weights[order])
        centred = (cumulative - 0.5 * self.weights[order]) / cumulative[-1]
        return np.interp(probabilities, centred, values[order])

    def equally_weighted(self, rng: np.random.Generator, n: int | None = None) -> NDArray[np.int64]:
        """Indices of ``n`` samples of equal weights, by systematic resampling: about ``n_eff`` where none is given."""
        n = max(1, int(self.n_eff)) if n is None else n
        cumulative = np.cumsum(self.weights)
        positions = (rng.random() + np.arange(n)) / n * cumulative[-1]
        return np.asarray(np.minimum(np.searchsorted(cumulative, positions), self.log_l.size - 1), dtype=np.int64)
