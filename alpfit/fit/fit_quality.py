"""How well the best fit of a run fits."""

from pathlib import Path

from alpfit.fit.fit import Fit, fit_of
from alpfit.fit.fresh import fresh
from alpfit.inference.fit_quality import FitQuality
from alpfit.inference.fit_quality import fit_quality as of_measurements
from alpfit.inference.problem import Problem
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
    return at_best(fit_of(fresh(finished, force=force)), finished, wanted, number)


def at_best(fit: Fit, run: Run, toys: int, seed: int) -> FitQuality:
    """The same of a ``fit`` that is known to be that of the ``run``."""
    best = {name: values[[run.samples.best]] for name, values in run.samples.parameters.items()}
    problem: Problem = fit.problem
    point = problem.evaluate_at({name: best[name] for name in problem.names})
    seen = {**point.parameters, **point.predictions}
    return of_measurements(problem.likelihood.measurements, seen, problem.n_dim, toys, seed)
