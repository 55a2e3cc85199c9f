"""The error of an evidence that is the sum over shells, each the part of a bound that is in no later bound."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

N_RESAMPLED = 200


@dataclass(frozen=True)
class Shell:
    """``n_drawn`` points were drawn uniformly from the bound, of which those with ``log_l`` ``(n,)`` are in the shell.

    ``log_volume`` of the bound follows from ``trials``: pairs of points drawn and rejected, each pair in a larger
    volume that is the smaller one of the pair after it; none where the volume is known.
    """

    log_l: Array
    n_drawn: int
    log_volume: float
    trials: tuple[tuple[int, int], ...]

    @property
    def log_z(self) -> float:
        """ln of its part of the evidence: the volume times the mean of L, zero outside of the shell."""
        return self.log_volume + float(np.logaddexp.reduce(self.log_l, initial=-np.inf)) - float(np.log(self.n_drawn))

    @property
    def variance(self) -> float:
        """Variance of ``log_z``, in which the volume's errors are binomial."""
        moments = [float(np.logaddexp.reduce(k * self.log_l)) for k in (1.0, 2.0)]
        of_mean = max(float(np.exp(moments[1] - 2.0 * moments[0])) - 1.0 / self.n_drawn, 0.0)
        return of_mean + sum(rejected / (drawn * (drawn - rejected)) for drawn, rejected in self.trials)


def log_z_error(shells: Sequence[Shell]) -> float:
    """Standard deviation of ln of the sum of the shells' evidences, to first order."""
    parts = [shell for shell in shells if np.isfinite(shell.log_z)]
    log_z = np.array([shell.log_z for shell in parts])
    shares = np.exp(log_z - np.logaddexp.reduce(log_z))
    return float(np.sqrt(np.sum(shares**2 * np.array([shell.variance for shell in parts]))))


def resampled_log_z_error(shells: Sequence[Shell], seed: int) -> float:
    """The same from resampling: points with replacement, and volumes with as many trials as there were."""
    rng = np.random.default_rng(seed)
    parts = [shell for shell in shells if np.isfinite(shell.log_z)]
    top = max(shell.log_z for shell in parts)
    total = np.zeros(N_RESAMPLED)
    for shell in parts:
        n = shell.log_l.size
        drawn = rng.multinomial(
            shell.n_drawn, np.append(np.full(n, 1.0), shell.n_drawn - n) / shell.n_drawn, size=N_RESAMPLED
        )
        part = drawn[:, :n] @ np.exp(shell.log_l - shell.log_l.max())
        for trials, rejected in shell.trials:
            share = 1.0 - rejected / trials
            part *= rng.binomial(trials, share, size=N_RESAMPLED) / (trials * share)
        total += part * np.exp(shell.log_volume + shell.log_l.max() - np.log(shell.n_drawn) - top)
    with np.errstate(divide="ignore"):
        return float(np.std(np.log(total), ddof=1))
