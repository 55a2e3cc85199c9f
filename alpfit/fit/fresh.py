"""What a verb was given: a fit, or a finished run, which must be what it would be today."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alpfit.fit.fit import Fit
from alpfit.numerics.arguments import path_of
from alpfit.runs.freshness import Freshness
from alpfit.runs.run import Run


def fresh(
    fit: Fit | Run | str | Path | Mapping[str, Any], *, force: bool
) -> Fit | Run | str | Path | Mapping[str, Any]:
    """``fit`` as it is, but for the path of a run folder, which is read.

    Raises :class:`RunFolderError` for a run whose data or code have changed, without ``force``.
    """
    if isinstance(fit, str | Path) and path_of("fit", fit).is_dir():
        fit = Run.read(fit)
    if isinstance(fit, Run):
        Freshness(fit, fit.configuration.problem).check(force)
    return fit
