"""Several runs side by side, in a table and in common figures."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from alpfit.chains.files import check_place, write_durably
from alpfit.chains.layout import check_no_other_run
from alpfit.chains.records import json_text
from alpfit.errors import ConfigurationError, RunFolderError
from alpfit.figures import save_figures
from alpfit.figures.compared import compared_figures
from alpfit.numerics.arguments import path_of, shown
from alpfit.runs.comparison import RunComparison, compared
from alpfit.runs.run import Run, run_of


def compare(
    runs: Sequence[Run | str | Path], *, output: str | Path | None = None, force: bool = False
) -> RunComparison:
    """Two ``runs`` or more, each against the first: Bayes factors, best fits and intervals.

    With ``output`` the comparison is also written there, as text, JSON and figures. Raises :class:`ConfigurationError`
    for fewer runs, :class:`RunFolderError` for a place that cannot be written and, without ``force``, where data have
    changed since one of them.

        >>> import alpfit
        >>> run = alpfit.read_run("chains/reference/invisible")
        >>> other = alpfit.reweight(run, drop=["fermi_lines_r16_2015"], output="without_fermi")
        >>> comparison = alpfit.compare([run, other])
        >>> comparison.runs[1].verdict, comparison.warnings[0].split(": ")[1]
        ('other data', 'only invisible uses fermi_lines_r16_2015')
    """
    if isinstance(runs, str) or not isinstance(runs, Sequence):
        raise ConfigurationError(f"runs = {shown(runs)} must be a list of runs")
    finished = [run_of(run) for run in runs]
    comparison = compared(finished, force=force)
    return comparison if output is None else _written(comparison, finished, path_of("output", output))


def _written(comparison: RunComparison, runs: Sequence[Run], folder: Path) -> RunComparison:
    check_place(folder)
    check_no_other_run(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        table, record = folder / "compare.txt", folder / "compare.json"
        write_durably(table, f"{comparison.as_text()}\n".encode())
        write_durably(record, f"{json_text(comparison.as_record())}\n".encode())
        return replace(comparison, files=(table, record, *save_figures(compared_figures(runs), folder)))
    except OSError as error:
        raise RunFolderError(f"{folder} cannot be written: {error.strerror}; choose another with output=DIR") from error
