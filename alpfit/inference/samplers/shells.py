"""The error of an evidence that is the sum over shells, each the part of a bound that is in no later bound.

It has two parts. The shells' points scatter, as those of any importance sampling (:func:`log_z_error`). And a bound,
which is to hold all points with ln L above its threshold, loses some of them to the shells before it. These find them
again, where enough points are drawn there; in the large outer shells one point stands for so much that none may be
found, and the scatter says nothing. :func:`loss` is how much of the evidence is at stake.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

N_RESAMPLED = 200

LARGEST_LOSS = 0.05
"""In ln Z; where bounds may lose more they are not to be trusted."""

ENOUGH = 10
"""Effective points from which on a share is known, to a third."""


@dataclass(frozen=True)
class Shell:
    """``n_drawn`` points were drawn uniformly from the bound, of which those with ``log_l`` ``(n,)`` are in the shell.

    ``log_volume`` of the bound follows from ``trials``: pairs of points drawn and rejected, each pair in a larger
    volume that is the smaller one of the pair after it; none where the volume is known. ``threshold`` is the ln L
    above which the next bound is to hold all points, inf where there is none.
    """

    log_l: Array
    n_drawn: int
    log_volume: float
    trials: tuple[tuple[int, int], ...]
    threshold: float = np.inf

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

    @property
    def log_point_volume(self) -> float:
        """ln of the volume that one of its points stands for."""
        return self.log_volume - float(np.log(self.n_drawn))

    @property
    def lost(self) -> Array:
        """ln L of the points that the next bound should have held."""
        return self.log_l[(self.log_l >= self.threshold) & (self.log_l > -np.inf)]


def log_z_error(shells: Sequence[Shell]) -> float:
    """Standard deviation, from the scatter of the points, of ln of the sum of the shells' evidences, to first order."""
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
        part = drawn[:, :n].astype(float) @ np.exp(shell.log_l - shell.log_l.max())
        for trials, rejected in shell.trials:
            share = 1.0 - rejected / trials
            part *= rng.binomial(trials, share, size=N_RESAMPLED) / (trials * share)
        total += part * np.exp(shell.log_volume + shell.log_l.max() - np.log(shell.n_drawn) - top)
    with np.errstate(divide="ignore"):
        return float(np.std(np.log(total), ddof=1))


def loss(shells: Sequence[Shell]) -> float:
    """By how much ln Z may be too low for what bounds have lost and nothing has found again.

    ``shells``, from the outermost one, hold points that their bounds were not made from. The first shell with
    :data:`ENOUGH` of what its next bound has lost says which share of the evidence a bound loses. The bounds before it
    are wider and further from the posterior: each is taken to lose half as much as the next one, together as much
    again, and may be missing. Where shells before have found more, or the lost volume alone tells that a part of the
    posterior is missing, that counts.
    """
    log_z = np.logaddexp.reduce([shell.log_z for shell in shells])
    missing = 0.0
    for i, shell in enumerate(shells):
        lost = shell.lost
        if not lost.size:
            continue
        log_sum, log_squares = (float(np.logaddexp.reduce(k * lost)) for k in (1.0, 2.0))
        missing = max(missing, float(np.exp(log_sum + shell.log_point_volume - log_z)))
        if np.exp(2.0 * log_sum - log_squares) >= ENOUGH:
            break
        missing = max(missing, _lost_volume(shell, shells[i + 1 :]))
    return float(np.log1p(missing))


def _lost_volume(shell: Shell, inner: Sequence[Shell]) -> float:
    """Lost volume over that of the ``inner`` shells, of the upper half in ln L; zero where there is too little of it.

    What a bound trims at its edge has ln L near the threshold; a part of the posterior is lost at all ln L alike.
    """
    log_l = np.concatenate([s.log_l for s in inner])
    volume = np.exp(np.concatenate([np.full(s.log_l.size, s.log_point_volume) for s in inner]))
    held = log_l >= shell.threshold
    log_l, volume = log_l[held], volume[held]
    order = np.argsort(log_l)
    cumulative = np.cumsum(volume[order])
    if not cumulative.size:
        return 0.0
    median = log_l[order][np.searchsorted(cumulative, 0.5 * cumulative[-1])]
    n_above = np.count_nonzero(shell.lost >= median)
    if n_above < ENOUGH:
        return 0.0
    return float(n_above * np.exp(shell.log_point_volume) / volume[log_l >= median].sum())
