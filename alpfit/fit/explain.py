"""Does the model explain an excess, of a fit or of a finished run?"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpfit.fit.fit import Fit, best_first, fit_of
from alpfit.fit.fresh import fresh
from alpfit.inference.explanation import Explanation
from alpfit.inference.joint import log_density
from alpfit.runs.run import Run

N_KNOWN = 64
"""Of a run's samples, from which searches begin, too."""


def explain(
    fit: Fit | Run | str | Path | Mapping[str, Any], *, overrides: Sequence[str] = (), force: bool = False
) -> Explanation:
    """Whether ``fit`` explains an excess: ln L with and without a signal, and which likelihood speaks against it.

    ``fit`` is a TOML file, a run or what stands for one. Of a run searches begin at its best samples, too; of one whose
    data or code have changed nothing is said without ``force``. Raises :class:`ConfigurationError` if all parameters
    are fixed, :class:`RunFolderError` where a run is not what it would be today.

        >>> import alpfit
        >>> explanation = alpfit.explain("examples/displaced.toml", overrides=["parameters.m_a=0.04"])
        >>> explanation.wanting, explanation.gain < 1e-3
        (('belle2_bknunu_2023',), True)
        >>> next(iter(explanation.losses))
        'e787_kpigg_2005'
    """
    given = fresh(fit, force=force)
    taken = fit_of(given, overrides)
    return taken.explain(_best_of(given, taken) if isinstance(given, Run) else None)


def _best_of(run: Run, fit: Fit) -> NDArray[np.float64] | None:
    """The parameters ``(n, n_dim)`` of the run's best samples that the priors of ``fit`` permit."""
    points, names = best_first(run.samples), fit.problem.names
    if not set(names) <= set(points):
        return None
    columns = {name: points[name][:N_KNOWN] for name in names}
    theta = np.stack(list(columns.values()), axis=1)
    return theta[np.isfinite(log_density(fit.problem.priors, columns, len(theta)))]
