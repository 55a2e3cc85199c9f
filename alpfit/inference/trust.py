"""Whether to trust a run, in plain words."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from alpfit.inference.merging import TOO_FAR, TOO_UNLIKELY
from alpfit.inference.reweighting import FEWEST, LARGEST_WEIGHT, PARETO_K, tail_matters
from alpfit.inference.samplers.emcee import LARGEST_R_HAT
from alpfit.inference.samplers.shells import LARGEST_LOSS
from alpfit.inference.samples import LOST, MISSED, Samples

PLENTY = 5.0 * FEWEST
"""Effective samples from which on their number is no reason for care."""

QUANTILE_ERROR = 2.7
"""Standard error of the 97.5 % quantile of a normal distribution, in standard deviations over sqrt(n)."""

APART = 2.0
"""Errors of ln Z in two ways that differ by more than this factor are told."""

NO_ERROR = 1e-3
"""Errors of ln Z that are smaller make no difference to anybody, and may be nothing but rounding, as on a plateau."""


class Trust(Enum):
    """What a statement says for or against a run."""

    GOOD = "good"
    CARE = "with care"
    BAD = "doubtful"


@dataclass(frozen=True)
class Statement:
    """One thing to know about a run."""

    trust: Trust
    sentence: str


def verdict(statements: tuple[Statement, ...]) -> Statement:
    """All of them in one sentence."""
    found = {statement.trust for statement in statements}
    if Trust.BAD in found:
        return Statement(Trust.BAD, "Do not publish this run: something below speaks against it.")
    if Trust.CARE in found:
        return Statement(Trust.CARE, "Use this run with care: something below limits what it can say.")
    return Statement(Trust.GOOD, "Nothing speaks against this run.")


def statements(samples: Samples, thinned_from: float | None = None) -> tuple[Statement, ...]:
    """All that is known for or against ``samples``.

    ``thinned_from`` is how many independent samples they have been drawn from, where that is the case.
    """
    found = [Statement(Trust.BAD, f"A target was missed: {sentence}.") for sentence in samples.shortfalls]
    found += [_size(samples.n_eff if thinned_from is None else thinned_from)]
    found += [] if thinned_from is None else [_kept(samples.n_eff)]
    found += [_evidence(samples)]
    found += [
        Statement(Trust.CARE, f"Not known: {name}.") if math.isnan(value) else say(value, samples)
        for name, value in samples.diagnostics.items()
        if (say := DIAGNOSTICS.get(name)) is not None
    ]
    return tuple(found)


def _size(n: float) -> Statement:
    said = f"The samples are worth {n:.0f} independent ones: a 95 % limit is known to {_precision(n)}."
    return Statement(_enough(n), said)


def _kept(n: float) -> Statement:
    said = f"The run has been thinned, to {n:.0f} kept samples: a 95 % limit made of these is known to {_precision(n)}."
    return Statement(_enough(n), said)


def _precision(n: float) -> str:
    """Of a 95 % limit from ``n`` samples."""
    return f"{QUANTILE_ERROR / math.sqrt(max(n, 1.0)):.2f} standard deviations of its parameter"


def _enough(n: float) -> Trust:
    return Trust.GOOD if n >= PLENTY else Trust.CARE if n >= FEWEST else Trust.BAD


def _evidence(samples: Samples) -> Statement:
    if samples.log_z is None or samples.log_z_error is None:
        return Statement(Trust.GOOD, "The sampler gives no evidence: models cannot be compared with this run.")
    factor = math.exp(min(2.0 * samples.log_z_error, 700.0))
    said = f"ln Z is known to {samples.log_z_error:.2g}: Bayes factors (two errors) to a factor {factor:.3g}."
    return Statement(Trust.GOOD if samples.log_z_error < 0.5 else Trust.CARE, said)


def _resampled(value: float, samples: Samples) -> Statement:
    claimed = samples.log_z_error or 0.0
    good = max(value, claimed) < NO_ERROR or claimed / APART < value < APART * claimed
    said = f"Drawn anew from its own parts, ln Z scatters by {value:.2g}, where the error is said to be {claimed:.2g}"
    return Statement(Trust.GOOD if good else Trust.CARE, f"{said}{'' if good else ': trust the larger'}.")


def _loss(value: float, _: Samples) -> Statement:
    said = f"For what the sampler's bounds lose ln Z may be too low by {value:.2g}, which its error counts in"
    return Statement(Trust.GOOD, f"{said}.") if value <= LARGEST_LOSS else Statement(Trust.BAD, f"{said}: too much.")


def _missed(value: float, _: Samples) -> Statement:
    if not value:
        said = "Descents from a scan of the prior have found no maximum that matters outside of the sampler's bounds."
        return Statement(Trust.GOOD, said)
    said = "Descents from a scan of the prior have found a maximum outside of the sampler's bounds"
    return Statement(Trust.BAD, f"{said}: ln Z may be too low by {value:.2g}.")


def _insertion(value: float, _: Samples) -> Statement:
    if value >= TOO_UNLIKELY:
        said = f"New live points fall among the others at random (insertion ranks, p = {value:.2g}), as they should."
        return Statement(Trust.GOOD, said)
    said = f"New live points do not fall among the others at random (insertion ranks, p = {value:.1g}): ln Z is off."
    return Statement(Trust.BAD, said)


def _r_hat(value: float, _: Samples) -> Statement:
    if value <= LARGEST_R_HAT:
        return Statement(Trust.GOOD, f"The walkers agree with each other: R-hat = {value:.4g}.")
    return Statement(Trust.BAD, f"The walkers differ from each other: R-hat = {value:.4g}, above {LARGEST_R_HAT}.")


def _minimum(value: float, _: Samples) -> Statement:
    if value:
        return Statement(Trust.GOOD, "MIGRAD has found a valid minimum.")
    return Statement(Trust.BAD, "MIGRAD has not found a valid minimum.")


def _starts(value: float, _: Samples) -> Statement:
    if value > 1:
        return Statement(Trust.GOOD, f"{value:.0f} descents have ended at the best fit.")
    return Statement(Trust.CARE, "Only one descent has ended at the best fit: there may be a better one.")


def _spread(value: float, _: Samples) -> Statement:
    if value >= TOO_UNLIKELY:
        return Statement(Trust.GOOD, f"The seeds' ln Z agree within their errors (p = {value:.2g}).")
    return Statement(Trust.BAD, f"The seeds' ln Z differ by more than their errors allow (p = {value:.1g}).")


def _shift(value: float, _: Samples) -> Statement:
    good = value <= TOO_FAR
    return Statement(
        Trust.GOOD if good else Trust.BAD, f"The seeds' means differ by at most {value:.1f} standard errors."
    )


def _weight(value: float, _: Samples) -> Statement:
    return Statement(
        Trust.GOOD if value <= LARGEST_WEIGHT else Trust.BAD,
        f"No sample has more than {100.0 * value:.2g} % of the weight after reweighting.",
    )


def _pareto(value: float, samples: Samples) -> Statement:
    if not tail_matters(samples):
        return Statement(Trust.GOOD, f"No long tail of the weights matters: Pareto k-hat = {value:.2f}.")
    return Statement(Trust.BAD, f"The weights have a tail that is too long: Pareto k-hat = {value:.2f}.")


DIAGNOSTICS: Mapping[str, Callable[[float, Samples], Statement]] = MappingProxyType(
    {
        "error of ln Z, resampled": _resampled,
        LOST: _loss,
        MISSED: _missed,
        "insertion rank p-value": _insertion,
        "split R-hat": _r_hat,
        "valid minimum": _minimum,
        "starts that reach the best fit": _starts,
        "ln Z spread p-value": _spread,
        "largest shift of a mean": _shift,
        "largest weight": _weight,
        PARETO_K: _pareto,
    }
)
"""What the diagnostics of the samplers mean, by their names; the others are numbers to look at."""
