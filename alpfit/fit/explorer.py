"""The samples of a run as its report shows them, one by one."""

import shlex

import numpy as np
from numpy.typing import NDArray

from alpfit.inference.samples import Samples
from alpfit.reports import DIFFERENCE, Column, Explorer
from alpfit.runs.run import Run

MOST = 5000
"""Samples in a page: enough to see where they lie, and a megabyte."""


def explorer_of(run: Run) -> Explorer:
    """The samples of ``run``, as many as a page holds, the best one among them."""
    samples, configuration = run.samples, run.configuration
    kept, counts, best = drawn(samples, configuration.sampler.seed)
    names = tuple(samples.parameters)
    logarithmic = [name for name in names if configuration.is_logarithmic(name)]
    x, y = (*(logarithmic if len(logarithmic) > 1 else names), DIFFERENCE)[:2]
    quantities = configuration.quantities
    columns = [
        Column(
            name,
            (shown := quantities[name]).label,
            shown.unit,
            configuration.is_logarithmic(name),
            np.asarray(samples.column(name), float)[kept],
            f"--at {shlex.quote(name)}=" if name in samples.parameters else "",
        )
        for name in (*names, *samples.derived)
    ]
    with np.errstate(invalid="ignore"):  # what is not finite at the best fit has no difference to it
        differences = {name: (v - v[samples.best])[kept] for name, v in samples.log_l_by_entry.items()}
    command = "" if configuration.theory.obstacle else _command(run)
    return Explorer(columns, samples.log_l[kept], differences, counts, best, samples.log_l.size, x, y, command)


def drawn(samples: Samples, seed: int) -> tuple[NDArray[np.int64], NDArray[np.float64], int]:
    """Indices of the samples to draw, how often each, and the place of the best among them.

    As many are drawn as there are, up to :data:`MOST`, each as often as its weight says. The best one is there in any
    case, drawn no times where its weight is too small.
    """
    found = samples.equally_weighted(np.random.default_rng(seed), min(MOST, samples.log_l.size))
    kept, counts = np.unique(np.append(found, samples.best), return_counts=True)
    best = int(np.searchsorted(kept, samples.best))
    counts[best] -= 1
    return kept, counts.astype(float), best


def _command(run: Run) -> str:
    """What evaluates a point of ``run`` where its folder stands."""
    folder = run.folder.path.resolve().name
    file = f"{folder}/{run.folder.configuration.name}"
    return f"alpfit evaluate {shlex.quote(f'./{file}' if folder.startswith('-') else file)}"
