"""Does the model explain an excess, of a fit or of a finished run?"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from alpfit.fit.fit import Fit, fit_of
from alpfit.fit.fresh import fresh
from alpfit.inference.explanation import Explanation
from alpfit.runs.run import Run


def explain(
    fit: Fit | Run | str | Path | Mapping[str, Any], *, overrides: Sequence[str] = (), force: bool = False
) -> Explanation:
    """Whether ``fit`` explains an excess: ln L with and without a signal, and which likelihood speaks against it.

    ``fit`` is a TOML file, a run or what stands for one; of a run whose data or code have changed nothing is said
    without ``force``. Raises :class:`ConfigurationError` if all parameters are fixed, :class:`RunFolderError` where a
    run is not what it would be today.

        >>> import alpfit
        >>> explanation = alpfit.explain("examples/displaced.toml", overrides=["parameters.m_a=0.04"])
        >>> explanation.wanting, explanation.gain < 1e-3
        (('belle2_bknunu_2023',), True)
        >>> next(iter(explanation.losses))
        'e787_kpigg_2005'
    """
    return fit_of(fresh(fit, force=force), overrides).explain()
