"""Draws the figures of a run one by one, to be shown or as files."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from alpfit.errors import AlpfitError, ConfigurationError, RunFolderError, one_of
from alpfit.figures.files import EXTENSIONS, Rendered, as_files, save_figures
from alpfit.figures.input import FigureInput
from alpfit.figures.registry import FIGURES, QUICK
from alpfit.inference.parallel.copies import side_by_side
from alpfit.numerics.arguments import real_array, real_number, shown, words
from alpfit.numerics.memory import give_back
from alpfit.plots.style import paper_style
from alpfit.runs.freshness import WAYS_OUT, Freshness
from alpfit.runs.run import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

T = TypeVar("T")


@dataclass(frozen=True)
class Drawn:
    """A figure of a run, its ``name`` in :data:`FIGURES`, and what it shows."""

    name: str
    caption: str
    figure: "Figure"


def figures(
    run: Run,
    only: Sequence[str] | None = None,
    *,
    other: Run | None = None,
    at: Mapping[str, float] | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    left_out: Callable[[str, str], None] | None = None,
    force: bool = False,
    failed: Callable[[str, str], None] | None = None,
) -> Iterator[Drawn]:
    """The figures of ``run`` named in ``only``, or all that there are of it; the rest as in :class:`FigureInput`.

    ``left_out`` is told the name of each figure that there is not, and why: those that evaluate anything are none,
    without ``force``, where data or code have changed since the run; ``failed`` hears in its place of those that
    cannot be drawn. Raises :class:`ConfigurationError` for a name that is not known, for a figure in ``only`` that
    there is not, and for a choice that cannot be used or has no figure.
    """
    return _figures(run, only, other, at, ranges, left_out, force, failed, _looked_at, _one_by_one)


def figure_files(
    run: Run,
    only: Sequence[str] | None = None,
    *,
    extensions: Sequence[str] = EXTENSIONS,
    dpi: float | None = None,
    other: Run | None = None,
    at: Mapping[str, float] | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    left_out: Callable[[str, str], None] | None = None,
    force: bool = False,
    failed: Callable[[str, str], None] | None = None,
) -> Iterator[Rendered]:
    """The same as files of these ``extensions``, with the style's ``dpi`` if None; no figure outlives its files."""
    return _figures(
        run, only, other, at, ranges, left_out, force, failed, partial(as_files, extensions, dpi), _side_by_side
    )


def _figures(
    run: Run,
    only: Sequence[str] | None,
    other: Run | None,
    at: Mapping[str, float] | None,
    ranges: Mapping[str, tuple[float, float]] | None,
    left_out: Callable[[str, str], None] | None,
    force: bool,
    failed: Callable[[str, str], None] | None,
    finish: Callable[[str, str, Callable[[], "Figure"]], T],
    each: Callable[[Sequence[str], Callable[[str], "Made[T]"]], "Iterator[Made[T]]"],
) -> Iterator[T]:
    wanted = _known(FIGURES if only is None else words("only", only))
    at = {name: real_number(f"at[{name!r}]", value) for name, value in _named("at", at).items()}
    ranges = {name: _ends(name, ends) for name, ends in _named("ranges", ranges).items()}
    _check_choices(wanted, {"at": at, "ranges": ranges}, other)
    given = FigureInput.of(run, other=other, at=at, ranges=ranges)
    stale = cache((lambda: "") if force else lambda: _staleness(run, given))
    failed = failed or left_out
    made = each(wanted, partial(_make, given, finish, only is not None, stale))
    return _told(made, given.name, left_out, failed)


def write_quick_figures(run: Run, tell: Callable[[str], None], *, only_missing: bool = False) -> list[Path]:
    """Write those of :data:`QUICK` that there are of ``run`` to its folder, or ``only_missing`` ones; the files.

    The run is finished by then: whatever is wrong with a figure costs it alone, and a sentence that ``tell`` gets.
    """
    wanted = [name for name in QUICK if not (only_missing and _is_drawn(run, name))]
    if not wanted:
        return []
    give_back()
    given = cache(lambda: FigureInput.of(run))  # where it cannot be had, that costs the figures, not the run

    def write(name: str) -> tuple[list[Path], str]:
        """The files, and what is wrong."""
        try:
            made = [_make(given(), partial(as_files, EXTENSIONS, None), False, lambda: "", name)]
            return list(save_figures(_told(made, run.name, None, None), run.folder.path)), ""
        except Exception as error:  # from any library on the way to a file
            return [], (error.strerror if isinstance(error, OSError) else None) or str(error)

    written: list[Path] = []
    for name, (paths, wrong) in zip(wanted, side_by_side(wanted, write, lambda one: not one[1]), strict=True):
        written += paths
        if wrong:
            again = f"alpfit plot {quote(str(run.folder.path))} --only {name}"
            tell(f"the figure '{name}' was not drawn ({wrong}): {again}")
    return written


def _is_drawn(run: Run, name: str) -> bool:
    """Whether all files of that figure are in the folder."""
    return all(run.folder.figure(f"{name}.{extension}").exists() for extension in EXTENSIONS)


def _check_choices(wanted: Sequence[str], for_the_plane: Mapping[str, object], other: Run | None) -> None:
    """Raise :class:`ConfigurationError` for a choice that none of the ``wanted`` figures would show."""
    choices = {**{option: (value, "plane") for option, value in for_the_plane.items()}, "other": (other, "corner")}
    for option, (value, figure) in choices.items():
        if value and figure not in wanted:
            raise ConfigurationError(
                f"{option} is for the figure '{figure}', which is not drawn: leave it out, or add only=[{figure!r}]"
            )


def _staleness(run: Run, given: FigureInput) -> str:
    """Why nothing may be evaluated for ``run``; empty where it may."""
    try:
        changes = Freshness(run, given.problem).changes
    except AlpfitError as error:
        return str(error)
    return f"since the run was made, {' and '.join(changes)}: {WAYS_OUT}" if changes else ""


@dataclass(frozen=True)
class Made(Generic[T]):
    """A figure of that ``name``, or why there is none, and whether that is a fault."""

    name: str
    figure: T | None
    missing: str = ""
    fault: bool = False


def _side_by_side(names: Sequence[str], make: Callable[[str], Made[T]]) -> Iterator[Made[T]]:
    """In the order of the ``names``; the longest are begun first, so that both processes end at about the same time.

    And the first of them in the copy, whose heap is gone with it.
    """
    longest = sorted(names, key=lambda name: FIGURES[name].seconds, reverse=True)
    from_both_ends = [*longest[1::2], *reversed(longest[::2])]
    begun = side_by_side(from_both_ends, make, lambda made: not made.fault)
    made: dict[str, Made[T]] = {}
    for name in names:
        while name not in made:
            one = next(begun)
            made[one.name] = one
        yield made.pop(name)


def _one_by_one(names: Sequence[str], make: Callable[[str], Made[T]]) -> Iterator[Made[T]]:
    return map(make, names)


def _told(
    made: Iterable[Made[T]],
    of: str,
    left_out: Callable[[str, str], None] | None,
    failed: Callable[[str, str], None] | None,
) -> Iterator[T]:
    """The figures that there are; of the others it is told why, or raised where nobody hears of a fault."""
    for one in made:
        if one.figure is not None:
            yield one.figure
        elif (hear := failed if one.fault else left_out) is not None:
            hear(one.name, one.missing)
        elif one.fault:
            raise RunFolderError(f"the figure '{one.name}' of {of}: {one.missing}")


def _make(
    given: FigureInput,
    finish: Callable[[str, str, Callable[[], "Figure"]], T],
    insist: bool,
    stale: Callable[[], str],
    name: str,
) -> Made[T]:
    """What ``finish`` makes of a figure's name, its caption, and what draws it."""
    kind = FIGURES[name]
    if obstacle := (stale() if kind.evaluates else "") or kind.obstacle(given):
        if insist:
            raise ConfigurationError(f"there is no figure '{name}' of {given.name}: {obstacle}")
        return Made(name, None, obstacle)
    try:
        with paper_style():
            return Made(name, finish(name, kind.caption_of(given), partial(kind.draw, given)))
    except AlpfitError:
        raise
    except Exception as error:  # from any library on the way to a figure
        said = f"it cannot be drawn ({type(error).__name__}: {error})"
        if insist:
            raise RunFolderError(f"the figure '{name}' of {given.name}: {said}") from error
        return Made(name, None, said, fault=True)


def _looked_at(name: str, caption: str, draw: Callable[[], "Figure"]) -> Drawn:
    """A figure that can be shown: what cannot be written as text is seen here, and not in its file."""
    figure = draw()
    figure.draw_without_rendering()
    return Drawn(name, caption, figure)


def _named(argument: str, values: Any) -> dict[str, Any]:
    """What is given by the names of parameters."""
    if values is None:
        return {}
    if not isinstance(values, Mapping) or not all(isinstance(name, str) for name in values):
        raise ConfigurationError(f"{argument} = {shown(values)} must be a dictionary by the names of parameters")
    return dict(values)


def _ends(name: str, ends: Any) -> tuple[float, float]:
    """Two numbers; whether they are a range the figure says."""
    array = real_array(f"ranges[{name!r}]", ends, ConfigurationError)
    if array.shape != (2,):
        raise ConfigurationError(f"ranges[{name!r}] = {shown(ends)}: give two positive numbers, the smaller first")
    return float(array[0]), float(array[1])


def _known(names: Iterable[str]) -> list[str]:
    """``names``, each once."""
    for name in names:
        if name not in FIGURES:
            raise ConfigurationError(f"only = {name}: there is no such figure: {one_of(name, FIGURES)}")
    return list(dict.fromkeys(names))
