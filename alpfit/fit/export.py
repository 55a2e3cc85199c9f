"""The samples of a run in files for another program."""

from pathlib import Path

from alpfit.chains.exports import export as write_export
from alpfit.numerics.arguments import path_of
from alpfit.runs.run import Run, run_of


def export(run: Run | str | Path, format: str, output: str | Path | None = None) -> list[Path]:  # noqa: A002
    """Write the samples of ``run`` in a ``format`` of :data:`~alpfit.chains.exports.EXPORTS`; the files.

    They are in a folder named as the format, in ``output`` or the run's own folder, and begin with the name of the
    run's folder. Raises :class:`ConfigurationError` for a format that cannot be written, :class:`RunFolderError` for a
    place that cannot. In memory: ``run.to_arviz()``, ``to_getdist()``, ``to_anesthetic()``, ``to_dataframe()``.

        >>> import alpfit
        >>> [path.name for path in alpfit.export("chains/reference/invisible", "csv", output="exports")]
        ['invisible.csv']
    """
    run = run_of(run)
    folder = run.folder.path if output is None else path_of("output", output)
    return write_export(run.folder.path.resolve().name, format, run.contents, folder)
