"""The report of a run, from its folder."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from alpfit.chains.files import check_place, write_durably
from alpfit.chains.forecasts import ForecastFolder
from alpfit.chains.records import read_json, read_text
from alpfit.errors import RunFolderError, in_one_line
from alpfit.figures import figure_files
from alpfit.fit.cite import references
from alpfit.fit.explorer import explorer_of
from alpfit.fit.fit import Fit, fit_of
from alpfit.inference.fit_quality import FEW_TOYS, SEED, quality_at_best
from alpfit.inference.parallel.ahead import compile_ahead
from alpfit.inference.profiling.steps import steps_within
from alpfit.inference.trust import Statement, Trust, statements, verdict
from alpfit.likelihoods import Measurement
from alpfit.numerics.arguments import path_of
from alpfit.numerics.files import digest_of, read_ordinary
from alpfit.reports import Contents, Figure, Forecast, Interval, Row, render
from alpfit.runs.freshness import Freshness
from alpfit.runs.profile import own_profile
from alpfit.runs.run import Run, run_of

FORECAST = "forecast"
"""The folder inside of a run's whose forecast stands in its report."""

LARGEST_FIGURE = 2**24
"""Bytes of its figure."""

DOTS_PER_INCH = 160
"""Of the figures in a report: sharp on a screen, and a page of some megabytes."""

GENERATOR, LONGEST_HEAD = b'<meta name="generator" content="alpfit', 4096
"""What stands in the first bytes of a report."""


def report(run: Run | str | Path, output: str | Path | None = None, *, force: bool = False) -> Path:
    """Write the report of ``run`` to the file ``output``, or ``report.html`` in its folder; the file.

    Raises :class:`RunFolderError` where it cannot be written, where a file is that is no report and, without ``force``,
    where data or code have changed since the run.

        >>> import alpfit
        >>> alpfit.report("chains/reference/invisible", "report.html").exists()
        True
    """
    run = run_of(run)
    path = path_of("output", output) if output is not None else run.folder.report
    check_place(path.parent, "choose another with output=FILE")
    _check_free(path)
    page = render(contents_of(run, force=force))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if output is not None and _is_device(path):
            own = os.path.samestat(path.stat(), os.fstat(1))  # standard output goes on after it
            with open(os.dup(1) if own else path, "w", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(page)
        else:
            write_durably(path, page.encode(errors="backslashreplace"))
    except OSError as error:
        raise RunFolderError(f"{path} cannot be written: {error.strerror}; choose another with output=FILE") from error
    return path


def _is_device(path: Path) -> bool:
    """Whether ``path`` is written to, and not replaced: also standard output that leads to a file."""
    return (path.exists() and not path.is_file()) or path.absolute().parent in (Path("/dev"), Path("/dev/fd"))


def _check_free(path: Path) -> None:
    """Raise :class:`RunFolderError` where a file is that no report can be in the place of."""
    if path.is_symlink() or not path.is_file():  # a link is replaced, what it leads to stays
        return
    with path.open("rb") as file:
        begins = file.read(LONGEST_HEAD)
    if begins and GENERATOR not in begins:
        raise RunFolderError(f"{path} is no report, and is not replaced by one: choose another with output=FILE")


def contents_of(run: Run, *, force: bool = False) -> Contents:
    """All that stands in the report of ``run``; errors as for :func:`report`."""
    fit, gone = fit_of(run), run.configuration.theory.obstacle
    if not gone:  # also what is called to see whether the run is still as it was made
        theory, ends = fit.problem.scenario, fit.problem.ends
        by_engine = (one for name in theory.engines for one in theory.rehearsals(name, ends))
        compile_ahead([*fit.problem.rehearsals, *by_engine])
    changes = () if gone else Freshness(run, fit.problem).check(force)
    said = (*(_changed(change) for change in changes), *statements(run.samples, run.thinned_from))
    if gone:
        said = (Statement(Trust.CARE, f"Nothing is predicted anew, since {in_one_line(gone)}."), *said)
    left_out: list[Statement] = []

    def fail(name: str, reason: str) -> None:
        left_out.append(Statement(Trust.CARE, f"The figure '{name}' is left out: {in_one_line(reason)}."))

    drawn = figure_files(run, extensions=("png",), dpi=DOTS_PER_INCH, force=True, failed=fail)
    drawn_figures = [Figure(one.name, one.caption, one.files["png"]) for one in drawn]
    return Contents(
        name=run.name,
        summary=run.summary,
        manifest=run.manifest.model_dump(),
        configuration=read_text(run.folder.configuration, "restore the file, or run anew"),
        parameters=_intervals(run, "parameters"),
        derived=_intervals(run, "derived"),
        measurements=_measurements(run, fit),
        steps=steps_within(fit.problem, run.samples),
        verdict=verdict(said),
        statements=(*said, *left_out),
        profile="" if (made := own_profile(run)) is None else made.text,
        fit_quality=None if gone else quality_at_best(fit.problem, run.samples, FEW_TOYS, SEED),
        forecast=_forecast(run),
        figures=drawn_figures,
        references=references(run.configuration),
        explorer=explorer_of(run),
        kept=None if run.thinned_from is None else run.samples.n_eff,
    )


def _forecast(run: Run) -> Forecast | None:
    """What stands in the folder ``forecast`` of ``run``, if it is of its own samples."""
    folder = ForecastFolder(run.folder.path / FORECAST)
    if not folder.record.exists():
        return None
    way_out = "make the forecast anew"
    if read_json(folder.record, way_out).get("samples") != digest_of(run.folder.posterior):
        return None
    try:
        png = read_ordinary(folder.figure(), LARGEST_FIGURE) if folder.figure().exists() else b""
    except OSError as error:
        raise RunFolderError(f"{folder.figure()} cannot be read: {error.strerror}; {way_out}") from error
    return Forecast(read_text(folder.text, way_out), png)


def _changed(change: str) -> Statement:
    said = f"Since the run was made, {change}: pulls, predictions and limits are not of what was sampled."
    return Statement(Trust.BAD, said)


def _intervals(run: Run, group: str) -> list[Interval]:
    quantities = run.configuration.quantities
    best: Mapping[str, float] = run.summary["best_fit"][group]
    return [
        Interval(name, (shown := quantities[name]).label, shown.unit, shown.description, numbers, best[name])
        for name, numbers in run.summary[group].items()
    ]


def _measurements(run: Run, fit: Fit) -> list[Row]:
    """The measurements at the best sample, evaluated anew where that can be."""
    if run.configuration.theory.obstacle:
        return list(_stored_measurements(run))
    compared = fit.evaluate(run.summary["best_fit"]["parameters"]).comparisons
    titles = {m.name: _words(m) for m in fit.problem.likelihood.measurements}
    return [
        Row(name, *titles[name], *(row[key] for key in ("log_likelihood", "prediction", "bound", "pull")))
        for name, row in compared.items()
    ]


def _stored_measurements(run: Run) -> Iterator[Row]:
    """The measurements at the best sample, which are compared with what is stored of it; none where that is not."""
    best = {name: np.array([value]) for group in ("parameters", "derived") for name, value in _best(run, group).items()}
    for m in run.configuration.likelihood.measurements:
        if set(m.observables) <= set(best):
            seen = m.compare(best)
            log_l = float(run.samples.log_l_by_entry[m.name][run.samples.best])
            yield Row(m.name, *_words(m), log_l, *(float(np.ravel(values)[0]) for values in seen))


def _words(measurement: Measurement) -> tuple[str, str, str]:
    return measurement.title, measurement.experiment, measurement.source.doubt


def _best(run: Run, group: str) -> dict[str, float]:
    fixed = run.configuration.fixed if group == "parameters" else {}
    return {**fixed, **run.summary["best_fit"][group]}
