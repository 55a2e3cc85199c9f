"""Figures of a run: one to look at, or all in files."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, overload

from alpfit.chains.files import check_place
from alpfit.chains.layout import check_no_other_run
from alpfit.errors import RunFolderError
from alpfit.figures import Rendered, figure_files, figures, save_figures
from alpfit.numerics.arguments import path_of
from alpfit.runs.run import Run, run_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Values = Mapping[str, float]
Ranges = Mapping[str, tuple[float, float]]
LeftOut = Callable[[str, str], None]
Captioned = Callable[[str, str], None]


@overload
def plot(  # type: ignore[overload-overlap] # a text is a sequence of texts, too
    run: Run | str | Path,
    only: str,
    *,
    other: Run | str | Path | None = None,
    at: Values | None = None,
    ranges: Ranges | None = None,
    force: bool = False,
    left_out: LeftOut | None = None,
) -> "Figure": ...


@overload
def plot(
    run: Run | str | Path,
    only: Sequence[str] | None = None,
    output: str | Path | None = None,
    *,
    other: Run | str | Path | None = None,
    at: Values | None = None,
    ranges: Ranges | None = None,
    force: bool = False,
    left_out: LeftOut | None = None,
    captioned: Captioned | None = None,
) -> list[Path]: ...


def plot(
    run: Run | str | Path,
    only: str | Sequence[str] | None = None,
    output: str | Path | None = None,
    *,
    other: Run | str | Path | None = None,
    at: Values | None = None,
    ranges: Ranges | None = None,
    force: bool = False,
    left_out: LeftOut | None = None,
    captioned: Captioned | None = None,
) -> "Figure | list[Path]":
    """The figure of ``run`` called ``only``; or, of a list of names or None for all, the files that are written.

    The files, PNG and PDF, go to ``output`` or the run's own folder. ``other`` is a second run, drawn over the corner
    plot; ``at`` and ``ranges`` are values and ends of axes for the plane of limits. ``left_out`` is told of each figure
    that there is not, and why: those that evaluate anything are none, without ``force``, where data or code have
    changed since the run. ``captioned`` is told the name of each figure that is written, and what it shows, from what
    and how. Raises :class:`ConfigurationError` for a name or a choice that cannot be used, :class:`RunFolderError` for
    a place that cannot be written, and for the folder of another run.

        >>> import alpfit
        >>> figure = alpfit.plot("chains/reference/invisible", "corner")
        >>> figure.savefig("corner.pdf")
    """
    finished, second = run_of(run), None if other is None else run_of(other)
    wanted = [only] if isinstance(only, str) else only
    if isinstance(only, str) and output is None:
        return next(
            figures(finished, wanted, other=second, at=at, ranges=ranges, left_out=left_out, force=force)
        ).figure
    drawn = figure_files(finished, wanted, other=second, at=at, ranges=ranges, left_out=left_out, force=force)
    folder = finished.folder.path if output is None else path_of("output", output)
    check_place(folder)
    check_no_other_run(folder, [finished.folder.path])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return list(save_figures(_telling(drawn, captioned), folder))
    except OSError as error:
        raise RunFolderError(f"figures cannot be written to {folder}: {error.strerror or error}") from error


def _telling(drawn: Iterable[Rendered], captioned: Captioned | None) -> Iterator[Rendered]:
    """The figures, of each of which ``captioned`` is told."""
    for one in drawn:
        if captioned is not None:
            captioned(one.name, one.caption)
        yield one
