"""What future data would say of a model: a forecast of one of a fit's measurements, in a folder."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import numpy as np
import tomli_w

from alpfit.chains.files import check_place, write_durably
from alpfit.chains.forecasts import (
    ForecastFolder,
    Unfinished,
    entry_files,
    hepdata_files,
    limits_table,
    name_of,
)
from alpfit.chains.layout import check_no_other_run
from alpfit.chains.provenance import code_digest
from alpfit.chains.records import json_text, read_json
from alpfit.errors import ConfigurationError, ForecastError, RunFolderError, one_of
from alpfit.fit.fit import Fit, fit_of
from alpfit.fit.fresh import fresh
from alpfit.fit.progress import shown_progress
from alpfit.inference.forecasting.forecast import Forecast, Plan, Truth, forecast_of
from alpfit.inference.forecasting.signal import signal_of
from alpfit.inference.forecasting.work import Work
from alpfit.inference.interrupts import Interrupted, Interrupts
from alpfit.inference.progress import Progress
from alpfit.likelihoods import Measurement
from alpfit.likelihoods.catalogue import folder_of
from alpfit.likelihoods.exposure import Policy
from alpfit.numerics.arguments import path_of, real_array, shown, whole_number
from alpfit.numerics.files import digest_of
from alpfit.plots.forecast import draw_limits
from alpfit.plots.style import paper_style
from alpfit.runs.run import Run

NOTHING, STANDARD_MODEL, BEST = "none", "standard-model", "best"
TRUTHS = (NOTHING, STANDARD_MODEL, BEST)
"""What data are expected with, beside a point: no signal, the Standard Model at its best strength, a run's best fit."""

N_MASSES = 60
"""Of the limits, if none are named."""


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
        ['5.4', '12.1']
        >>> f"{made.needed['seen at 5 standard deviations']:.2f}"
        '0.85'
    """
    fit = fresh(fit, force=force)
    toys, seed = whole_number("toys", toys, 0), whole_number("seed", seed, 0)
    if policy not in get_args(Policy):
        raise ConfigurationError(f"policy = {shown(policy)} is not known: {one_of(str(policy), get_args(Policy))}")
    wanted, made_of = fit_of(fit, overrides), fit if isinstance(fit, Run) else None
    measurement = _measurement(wanted, likelihood)
    asked = truth if truth is not None else BEST if made_of is not None else NOTHING
    measurement, true = _truth(wanted, made_of, measurement, asked)
    grid = _masses(wanted, measurement, masses)
    plan = Plan(measurement, true, _luminosities(luminosities), policy, grid, toys, seed)
    if output is None:
        if resume:
            raise ConfigurationError(
                "resume = True: nothing was kept without an output; give the folder of the forecast"
            )
        with shown_progress(progress) as display:
            return forecast_of(plan, Work(progress=display, total=plan.n_tasks))
    folder = path_of("output", output)
    check_place(folder)
    check_no_other_run(folder)
    _make_room(ForecastFolder(folder), overwrite=overwrite)
    with shown_progress(progress) as display:
        made = _resumable(plan, ForecastFolder(folder), display, resume=resume)
    samples = "" if made_of is None else digest_of(made_of.folder.posterior)
    _write(made, wanted, ForecastFolder(folder), samples)
    return made


def _resumable(plan: Plan, folder: ForecastFolder, progress: Progress, *, resume: bool) -> Forecast:
    """The forecast, with its results kept while it is made."""
    unfinished, interrupts = Unfinished(folder.unfinished, _identity(plan)), Interrupts()
    try:
        known = unfinished.known(resume=resume)
        work = Work(known, unfinished.keep, progress, interrupts, plan.n_tasks)
        with interrupts.held_back():
            made = forecast_of(plan, work)
    except Interrupted as interrupt:
        raise Interrupted(interrupt.number, "continue with resume=True") from interrupt
    except OSError as error:
        raise _cannot_be_written(folder, error) from error
    return made


def _make_room(folder: ForecastFolder, *, overwrite: bool) -> None:
    """Take away what a forecast has left in its ``folder``; raises :class:`RunFolderError` where that is not wanted."""
    if not folder.record.exists():
        return
    if not overwrite:
        raise RunFolderError(
            f"{folder.path} holds a forecast: choose another folder, or replace it with overwrite=True"
        )
    left = read_json(folder.record, "remove it").get("files", [])
    try:
        for name in left if isinstance(left, list) else ():
            path = folder.path / str(name)
            if folder.path.resolve() in path.resolve().parents:
                path.unlink(missing_ok=True)
        folder.record.unlink()
    except OSError as error:
        raise _cannot_be_written(folder, error) from error


def _cannot_be_written(folder: ForecastFolder, error: OSError) -> RunFolderError:
    return RunFolderError(f"{folder.path} cannot be written: {error.strerror}; choose another with output=DIR")


def _identity(plan: Plan) -> str:
    """What decides the results of a plan."""
    measurement = plan.measurement
    decides = {
        "entry": [measurement.name, measurement.digest, dict(measurement.options)],
        "truth": asdict(plan.truth),
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
    able = [m for m in own.values() if m.exposure is not None]
    if len(able) == 1:
        return able[0]
    if able:
        raise ConfigurationError(
            f"likelihood is not given, and {', '.join(m.name for m in able)} can be scaled: name one"
        )
    raise ForecastError(f"none of {', '.join(own)} can be scaled to other luminosities: no entry has [forecast]")


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
    _check_point(at, fit.problem.names)
    point, signal = fit.evaluate(at), signal_of(measurement)
    rate = float(point.predictions[signal.rate][0])
    values = {**point.predictions, **point.parameters}
    mass = float(values[signal.mass][0]) if signal.mass else 1.0
    if not rate > 0.0:
        raise ForecastError(f"truth: {signal.rate} is {rate:g} there, which leaves no signal: take another point")
    return measurement, Truth("the best fit" if truth == BEST else "the point", mass, rate)


def _check_point(at: Mapping[str, float], names: Sequence[str]) -> None:
    """Raise :class:`ConfigurationError` unless ``at`` has a value for each of the sampled ``names``, and no other."""
    for name in names:
        if name not in at:
            raise ConfigurationError(f"truth: {name} has no value: give those of {', '.join(names)}")
    for name in at:
        if name not in names:
            raise ConfigurationError(f"truth: {shown(name)} is no parameter of this fit: {one_of(str(name), names)}")


def _masses(fit: Fit, measurement: Measurement, masses: Sequence[float] | None) -> tuple[float, ...]:
    """Those that were asked for, or over the range of the prior."""
    mass = signal_of(measurement).mass
    if masses is not None:
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


def _write(made: Forecast, fit: Fit, folder: ForecastFolder, samples: str) -> None:
    """Tables, the figure, and for each luminosity an entry and a fit of it; ``samples`` is the digest of a run's."""
    texts = {
        folder.text.name: f"{made.as_text()}\n",
        folder.limits.name: limits_table(made),
        **hepdata_files(made),
    }
    own = made.measurement.name
    entry_of = folder_of(next(name for name in fit.configuration.likelihoods if Path(name).name == own))
    for measurement in made.measurements:
        texts |= entry_files(made, measurement, entry_of)
        texts[f"{name_of(measurement)}.toml"] = _fit_file(fit, made, measurement)
    record = {**made.as_record(), "samples": samples, "files": sorted(texts)}
    texts[folder.record.name] = f"{json_text(record)}\n"
    try:
        for name, text in texts.items():
            path = folder.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(path, text.encode())
        if made.signal.mass and len(made.observed) > 1:
            with paper_style():
                quantities = fit.configuration.quantities
                figure = draw_limits(made, quantities[made.signal.mass], quantities[made.signal.rate])
                for ending in ("png", "pdf"):
                    figure.savefig(folder.figure(ending), dpi=300)
        folder.unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot_be_written(folder, error) from error


def _fit_file(fit: Fit, made: Forecast, measurement: Measurement) -> str:
    """TOML: the fit with the data that are expected in the place of those that there are."""
    document = {**fit.configuration.completed(), "projection": True}
    own, expected = made.measurement.name, f"./{name_of(measurement)}"
    document["likelihoods"] = [expected if Path(name).name == own else name for name in fit.configuration.likelihoods]
    document["options"] = {name: table for name, table in document.get("options", {}).items() if name != own}
    return tomli_w.dumps(document)
