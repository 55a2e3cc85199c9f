"""Whether the samples in a file can be those of a run."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.priors import Prior
from alpfit.inference.reweighting import BEFORE
from alpfit.inference.samples import Samples

Array = NDArray[np.float64]

ROUNDING = 1e-9
"""Of a sum of weights or of logarithms of likelihoods, relative."""


def check_samples(samples: Samples, priors: Mapping[str, Prior] | None = None) -> None:
    """Raise :class:`ValueError` for the first thing that cannot be of a run whose parameters have the ``priors``."""
    n = samples.log_l.size
    groups = (samples.parameters, samples.derived, samples.log_l_by_entry)
    columns = {name: values for group in groups for name, values in group.items()}
    births = {} if samples.log_l_birth is None else {"ln L at birth": samples.log_l_birth}
    totals = {"ln L": samples.log_l, "ln of the weights": samples.log_weights, **births}
    for name, values in {**columns, **totals}.items():
        if values.dtype.kind != "f" or values.shape != (n,) or n == 0:
            raise ValueError(f"{name} is no column of {n} numbers")
    if not samples.parameters or not samples.log_l_by_entry:
        raise ValueError("it holds no parameter or no measurement")
    for name, values in columns.items():
        finite = np.isfinite(values) if name in samples.parameters else ~np.isnan(values)
        _all(finite, name, values)
    for name, values in totals.items():
        _all(values < np.inf, name, values)  # NaN is not
    _all(np.isfinite(samples.log_l), "ln L", samples.log_l)
    _check_sums(samples)
    _check_numbers(samples)
    _check_priors(samples, priors)


def _check_sums(samples: Samples) -> None:
    if abs(float(np.sum(samples.weights)) - 1.0) > ROUNDING * samples.log_l.size + 1e-6:
        raise ValueError(f"the weights add up to {float(np.sum(samples.weights)):g}, not to one")
    parts = np.stack(list(samples.log_l_by_entry.values()))
    total = parts.sum(axis=0)
    apart = ~(np.abs(samples.log_l - total) <= ROUNDING * (1.0 + np.abs(parts).sum(axis=0)))
    if apart.any():
        at = int(np.argmax(apart))
        raise ValueError(f"ln L = {samples.log_l[at]:g} is not the sum of the measurements', {total[at]:g}")


def _check_numbers(samples: Samples) -> None:
    n, error = samples.log_l.size, samples.log_z_error
    if samples.log_z is not None and not np.isfinite(samples.log_z):
        raise ValueError(f"ln Z = {samples.log_z:g}")
    if error is not None and not 0.0 <= error < np.inf:
        raise ValueError(f"the error of ln Z is {error:g}")
    fewest = 0 if BEFORE in samples.diagnostics else 1  # a prior may have changed without any
    if samples.n_calls < fewest or samples.n_chains < 1 or n % samples.n_chains or not samples.autocorrelation > 0.0:
        raise ValueError(
            f"{samples.n_calls} calls, {samples.n_chains} chains and an autocorrelation time of "
            f"{samples.autocorrelation:g} are not those of a run with {n} samples"
        )


def _check_priors(samples: Samples, priors: Mapping[str, Prior] | None) -> None:
    if priors is None:
        return
    if set(samples.parameters) != set(priors):
        raise ValueError(f"it holds {', '.join(samples.parameters)}, but the run samples {', '.join(priors)}")
    for name, prior in priors.items():
        values = samples.parameters[name]
        inside = np.isfinite(prior.log_density(values))
        _all(inside, f"{name}, outside of its prior", values)


def _all(good: NDArray[np.bool_], name: str, values: Array) -> None:
    if not good.all():
        at = int(np.argmin(good))
        raise ValueError(f"{name} is {values[at]:g} in sample {at}")
