"""How well the best fit of a run fits."""

from pathlib import Path

from alpfit.fit.fit import fit_of
from alpfit.fit.fresh import fresh
from alpfit.inference.fit_quality import FitQuality, quality_at_best
from alpfit.numerics.arguments import path_of, whole_number
from alpfit.runs.run import Run

TOYS = 1000


def fit_quality(run: Run | str | Path, *, toys: int = TOYS, seed: int = 1, force: bool = False) -> FitQuality:
    """The deviance of each measurement at the best sample of ``run``, and the p-value that ``toys`` give it.

    ``run`` is one or its folder; one whose data or code have changed is refused without ``force``. Without toys there
    are no p-values. Raises :class:`ConfigurationError` for what is no number of toys, :class:`RunFolderError` for what
    is no run, or not what it would be today.

        >>> import alpfit
        >>> quality = alpfit.fit_quality("chains/reference/invisible", toys=20)
        >>> spectrum = quality.by_entry["belle2_bknunu_q2_2025"]
        >>> round(spectrum.deviance), spectrum.n_data, spectrum.p_value > 0.5
        (21, 30, True)
    """
    wanted, number = whole_number("toys", toys, 0), whole_number("seed", seed, 0)
    finished = run if isinstance(run, Run) else Run.read(path_of("run", run))
    return quality_at_best(fit_of(fresh(finished, force=force)).problem, finished.samples, wanted, number)
