"""What future data would say of a model: a forecast of one of a fit's measurements, in a folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import numpy as np

from alpfit.chains.files import check_place
from alpfit.chains.forecasts import ForecastFolder, Unfinished
from alpfit.chains.layout import check_no_other_run
from alpfit.chains.provenance import code_digest
from alpfit.chains.records import json_text
from alpfit.errors import ConfigurationError, ForecastError, one_of
from alpfit.fit.fit import Fit, fit_of
from alpfit.fit.forecast_files import cannot_be_written, make_room, write
from alpfit.fit.fresh import fresh
from alpfit.fit.progress import shown_progress
from alpfit.inference.forecasting.forecast import Forecast, forecast_of
from alpfit.inference.forecasting.plan import Plan, Truth
from alpfit.inference.forecasting.signal import signal_of
from alpfit.inference.forecasting.tasks import Workbench
from alpfit.inference.forecasting.work import Work
from alpfit.inference.interrupts import Interrupted, Interrupts
from alpfit.inference.parallel import EXECUTORS, Job
from alpfit.inference.problem import Problem
from alpfit.inference.progress import Progress
from alpfit.likelihoods import Measurement
from alpfit.likelihoods.exposure import Policy
from alpfit.numerics.arguments import path_of, real_array, shown, whole_number
from alpfit.numerics.files import digest_of
from alpfit.runs.run import Run

NOTHING, STANDARD_MODEL, BEST = "none", "standard-model", "best"
TRUTHS = (NOTHING, STANDARD_MODEL, BEST)
"""What data are expected with, beside a point: no signal, the Standard Model at its best strength, a run's best fit."""

N_MASSES = 60
"""Of the limits, if none are named."""

AT_ONCE = 4
"""Tasks that are given away for each worker, before what has come back is kept and an interrupt is heeded."""


def forecast(
    fit: Fit | Run | str | Path | Mapping[str, Any],
    luminosities: Sequence[float],
    *,
    likelihood: str | None = None,
    truth: str | Mapping[str, float] | None = None,
    policy: Policy = "scaled",
    masses: Sequence[float] | None = None,
    toys: int = 0,
    seed: int = 1,
    output: str | Path | None = None,
    resume: bool = False,
    overwrite: bool = False,
    overrides: Sequence[str] = (),
    force: bool = False,
    progress: Progress | None = None,
) -> Forecast:
    """What a measurement of ``fit`` would say with ``luminosities`` of data, in the unit of its entry.

    ``fit`` is a TOML file, a run or what stands for one; ``likelihood`` names the measurement where several can be
    scaled. Data are expected with a ``truth``: a point of the model, "best" (of a run, its default), "none" (the
    default otherwise) or "standard-model", with its best strength. The ``policy`` says which errors become smaller.
    Limits are for ``masses`` [GeV], by default over the prior's range; with ``toys`` significances count all of these.
    With ``output`` tables, a figure and, by luminosity, an entry and a fit of the expected data are written there; what
    is in the folder ``forecast`` of a run stands in its report. ``resume`` continues what was interrupted there, and
    with ``overwrite`` a forecast that is there makes room.

    Raises :class:`ForecastError` for what cannot be scaled, :class:`ConfigurationError` for other input that cannot be
    used, :class:`RunFolderError` for a place that cannot be written, or a run that is not what it would be today, and
    :class:`Interrupted`.

        >>> import alpfit
        >>> run = "chains/reference/invisible"
        >>> made = alpfit.forecast(run, [1.0, 5.0], policy="statistical", masses=[2.1])
        >>> [f"{at.local:.1f}" for at in made.at]
        ['5.3', '11.7']
        >>> f"{made.needed['seen at 5 standard deviations']:.2f}"
        '0.91'
    """
    chosen = Forecasting.of(
        fit,
        luminosities,
        likelihood=likelihood,
        truth=truth,
        policy=policy,
        masses=masses,
        toys=toys,
        seed=seed,
        overrides=overrides,
        force=force,
    )
    return chosen.make(output, resume=resume, overwrite=overwrite, progress=progress)


@dataclass(frozen=True)
class Forecasting:
    """The ``plan`` of a forecast for a ``fit``; ``run`` is what that was, if it is finished."""

    fit: Fit
    run: Run | None
    plan: Plan

    @classmethod
    def of(
        cls,
        fit: Fit | Run | str | Path | Mapping[str, Any],
        luminosities: Sequence[float],
        *,
        likelihood: str | None = None,
        truth: str | Mapping[str, float] | None = None,
        policy: Policy = "scaled",
        masses: Sequence[float] | None = None,
        toys: int = 0,
        seed: int = 1,
        overrides: Sequence[str] = (),
        force: bool = False,
    ) -> "Forecasting":
        """Arguments and errors as for :func:`forecast`."""
        fit = fresh(fit, force=force)
        toys, seed = whole_number("toys", toys, 0), whole_number("seed", seed, 0)
        if policy not in get_args(Policy):
            raise ConfigurationError(f"policy = {shown(policy)} is not known: {one_of(str(policy), get_args(Policy))}")
        wanted, made_of = fit_of(fit, overrides), fit if isinstance(fit, Run) else None
        measurement = _measurement(wanted, likelihood)
        asked = truth if truth is not None else BEST if made_of is not None else NOTHING
        measurement, true = _truth(wanted, made_of, measurement, asked)
        grid = _masses(wanted, signal_of(measurement, true.held).mass, masses, measurement.name)
        return cls(wanted, made_of, Plan(measurement, true, _luminosities(luminosities), policy, grid, toys, seed))

    @cached_property
    def bench(self) -> Workbench:
        """What workers have. Raises :class:`ForecastError` for what cannot be forecast."""
        return Workbench(self.plan)

    def serve_as_mpi_worker(self) -> bool:
        """Under mpirun, in all processes but the first: work for that one until it is done. Elsewhere False."""
        return EXECUTORS[self.fit.configuration.parallel.executor].serve(self.bench)

    def make(
        self,
        output: str | Path | None = None,
        *,
        resume: bool = False,
        overwrite: bool = False,
        progress: Progress | None = None,
    ) -> Forecast:
        """The forecast, in the folder ``output`` if there is one; errors as for :func:`forecast`."""
        if output is None:
            if resume:
                raise ConfigurationError(
                    "resume = True: nothing was kept without an output; give the folder of the forecast"
                )
            with shown_progress(progress) as display:
                return self._worked_out(display, None, {})
        path = path_of("output", output)
        check_place(path)
        check_no_other_run(path)
        folder, bench = ForecastFolder(path), self.bench
        make_room(folder, overwrite=overwrite)
        unfinished = Unfinished(folder.unfinished, _identity(bench.plan))
        try:
            known = unfinished.known(resume=resume)
            with shown_progress(progress) as display:
                made = self._worked_out(display, unfinished, known)
        except Interrupted as interrupt:
            raise Interrupted(interrupt.number, "continue with resume=True") from interrupt
        except OSError as error:
            raise cannot_be_written(folder, error) from error
        write(made, self.fit, folder, "" if self.run is None else digest_of(self.run.folder.posterior))
        return made

    def _worked_out(self, display: Progress, unfinished: Unfinished | None, known: dict[str, list[float]]) -> Forecast:
        """By the workers of the fit, with each result kept as soon as it is there."""
        parallel, interrupts = self.fit.configuration.parallel, Interrupts()
        job = Job(self.bench, parallel, interrupts)
        with interrupts.held_back(), EXECUTORS[parallel.executor](job) as call:
            work = Work(call, known, progress=display, interrupts=interrupts, total=self.plan.n_tasks)
            work.at_once = AT_ONCE * parallel.n_workers
            if unfinished is not None:
                work.keep = unfinished.keep
            return forecast_of(self.bench, work)


def _identity(plan: Plan) -> str:
    """What decides the results of a plan."""
    measurement, truth = plan.measurement, plan.truth
    decides = {
        "entry": [measurement.name, measurement.digest, dict(measurement.options)],
        "truth": [truth.as_record(), {name: values.tolist() for name, values in truth.held.items()}],
        "asked": [plan.policy, plan.luminosities, plan.masses, plan.n_toys, plan.seed],
        "code": code_digest(),
    }
    return sha256(json_text(decides).encode()).hexdigest()


def _luminosities(luminosities: Sequence[float]) -> tuple[float, ...]:
    values = [luminosities] if isinstance(luminosities, int | float) else list(luminosities)
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 < value < np.inf:
            raise ConfigurationError(f"luminosity = {shown(value)} must be a positive number")
    if not values:
        raise ConfigurationError("luminosities = [] is empty: give one or more, in the unit of the entry")
    return tuple(dict.fromkeys(float(value) for value in values))


def _measurement(fit: Fit, name: str | None) -> Measurement:
    """The one that can be scaled, or the named one."""
    own = {m.name: m for m in fit.problem.likelihood.measurements}
    if name is not None:
        if name not in own:
            raise ConfigurationError(f"likelihood = {shown(name)} is not one of this fit: {one_of(str(name), own)}")
        return own[name]
    counted = [m for m in own.values() if np.isfinite(m.form.n_events)]
    able = [m for m in counted if m.exposure is not None] or counted
    if len(able) == 1:
        return able[0]
    if able:
        raise ConfigurationError(
            f"likelihood is not given, and {', '.join(m.name for m in able)} can be scaled: name one"
        )
    raise ForecastError(f"none of {', '.join(own)} can be scaled to other luminosities: none knows its events")


def _truth(
    fit: Fit, run: Run | None, measurement: Measurement, truth: str | Mapping[str, float]
) -> tuple[Measurement, Truth]:
    """What expected data are made with, and the measurement over the Standard Model that goes with it."""
    if isinstance(truth, str) and truth not in TRUTHS:
        raise ConfigurationError(f"truth = {shown(truth)} is not known: {one_of(truth, TRUTHS)}, or a point")
    if truth == NOTHING:
        return measurement, Truth("no signal")
    if truth == STANDARD_MODEL:
        fitted = measurement.with_best_standard_model()
        if fitted is None:
            raise ForecastError(f"truth = {STANDARD_MODEL}: {measurement.name} has no strength of the Standard Model")
        return fitted, Truth("the Standard Model at its best strength, without a signal")
    if truth == BEST:
        if run is None:
            raise ConfigurationError(f"truth = {BEST} is that of a run: give a run folder, or a point")
        at: Mapping[str, float] = run.summary["best_fit"]["parameters"]
    elif isinstance(truth, Mapping):
        at = truth
    else:
        raise ConfigurationError(f"truth = {shown(truth)} must be one of {', '.join(TRUTHS)}, or a point")
    _check_point(at, fit.problem)
    point = fit.evaluate(at)
    values = {**point.predictions, **point.parameters}
    held = {name: np.asarray(values[name]) for name in measurement.observables}
    signal = signal_of(measurement, held)
    rate = float(held[signal.rate].sum())
    mass = float(held[signal.mass][0]) if signal.mass else 1.0
    if not rate > 0.0:
        raise ForecastError(f"truth: {signal.rate} is {rate:g} there, which leaves no signal: take another point")
    return measurement, Truth("the best fit" if truth == BEST else "the point", mass, rate, held)


def _check_point(at: Mapping[str, float], problem: Problem) -> None:
    """Raise :class:`ConfigurationError` unless ``at`` has each sampled parameter, no other, and its prior allows it."""
    names = problem.names
    for name in names:
        if name not in at:
            raise ConfigurationError(f"truth: {name} has no value: give those of {', '.join(names)}")
    for name in at:
        if name not in names:
            raise ConfigurationError(f"truth: {shown(name)} is no parameter of this fit: {one_of(str(name), names)}")
    point = {name: real_array(f"truth: {name}", [at[name]], error=ConfigurationError) for name in names}
    for name, prior in problem.priors.items():
        if not np.isfinite(prior.log_density(point[name])[0]):
            raise ConfigurationError(
                f"truth: {name} = {at[name]:g} is outside of its prior, {prior.in_words}: take another, or a wider one"
            )


def _masses(fit: Fit, mass: str, masses: Sequence[float] | None, entry: str) -> tuple[float, ...]:
    """Those that were asked for, or over the range of the prior of ``mass``, which the ``entry`` reads, or nothing."""
    if masses is not None:
        if not mass:
            raise ConfigurationError(f"masses = {shown(masses)}: {entry} reads no mass; leave them out")
        values = np.unique(real_array("masses", masses, error=ConfigurationError))
        if not (values.size and ((values > 0.0) & (values < np.inf)).all()):
            raise ConfigurationError(f"masses = {shown(masses)} must be positive numbers, in GeV")
        return tuple(values.tolist())
    if not mass:
        return (1.0,)
    if mass not in fit.problem.priors:
        raise ConfigurationError(f"{mass} has no prior in this fit: give the masses of the limits, in GeV")
    ends = fit.problem.priors[mass].transform(np.array([1e-9, 1.0 - 1e-9]))
    return tuple(float(value) for value in np.linspace(ends[0], ends[1], N_MASSES))
