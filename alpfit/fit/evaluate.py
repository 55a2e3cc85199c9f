"""One point, evaluated."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from alpfit.fit.fit import Fit, fit_of
from alpfit.fit.point import EvaluatedPoint
from alpfit.runs.run import Run


def evaluate(
    fit: Fit | Run | str | Path | Mapping[str, Any],
    at: Mapping[str, float] | None = None,
    *,
    overrides: Sequence[str] = (),
) -> EvaluatedPoint:
    """Predictions of ``fit`` at the values ``at``, and of each likelihood ln L, what it sees, its bound and the pull.

    ``fit`` is a TOML file or what stands for one, with ``overrides`` as ``table.key=value``. Errors as for
    :meth:`Fit.evaluate`.

        >>> import alpfit
        >>> at = {"m_a": 2.1, "r": 0.477, "g_agg": 7e-5, "g_achi": 3e-4}
        >>> point = alpfit.evaluate("examples/invisible.toml", at)
        >>> print(f"{point.predictions['BR(B+->K+ a(inv))'][0]:.2e}")
        9.09e-06
        >>> point.comparisons["belle2_bknunu_q2_2025"]["pull"] < 1.0
        True
    """
    return fit_of(fit, overrides).evaluate({} if at is None else at)
