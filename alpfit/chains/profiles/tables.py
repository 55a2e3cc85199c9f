"""Profiles and their contours as CSV, with as many digits as bring back the same numbers."""

import csv
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from alpfit.chains.exports.names import beside
from alpfit.chains.profiles.contents import bin_ends, columns
from alpfit.inference.profiling import Contour, Profile
from alpfit.inference.profiling.steps import NO_STEPS, Steps, in_words


def write_bins(path: Path, profiles: Iterable[Profile], top: float, steps: Steps = NO_STEPS) -> None:
    """A row for each bin of ``profiles`` that has a point; these are of one dimension, and are taken one by one.

    Columns: for each axis its quantity, the bin's edges and centre, and the position of its best point; then
    ``log_likelihood``, ``minus_two_delta_log_likelihood`` (against ``top``), ``converged``, ``steps`` (those of ln L
    inside of the bin, in words); then all parameters, derived quantities and ln L by measurement. Without ``profiles``
    there is no file.
    """
    tables = (_columns(profile, top, steps) for profile in profiles)
    if (first := next(tables, None)) is not None:
        rows = (zip(*table.values(), strict=True) for table in chain([first], tables))
        _write(path, list(first), chain.from_iterable(rows))


def _columns(profile: Profile, top: float, steps: Steps) -> dict[str, list[object]]:
    """The columns of one profile, as lists over its bins."""
    axes = ("",) if len(profile.names) == 1 else ("_x", "_y")
    known = profile.known
    table = {}
    where = zip(axes, profile.names, bin_ends(profile), profile.centres, profile.positions, strict=True)
    for axis, name, ends, centre, position in where:
        table[f"quantity{axis}"] = [name] * int(known.sum())
        for key, values in zip(("lower", "upper", "centre", "position"), (*ends, centre, position), strict=True):
            table[f"{key}{axis}"] = values[known].tolist()
    table["log_likelihood"] = profile.log_l[known].tolist()
    table["minus_two_delta_log_likelihood"] = profile.minus_two_delta(top)[known].tolist()
    table["converged"] = profile.converged[known].astype(int).tolist()
    table["steps"] = in_words(profile, steps)[known].tolist()
    taken = frozenset(table)
    return table | {beside(name, taken): values[known].tolist() for name, values in columns(profile).items()}


def write_contours(path: Path, lines: Sequence[Contour]) -> None:
    """A row a vertex; ``polyline`` counts the lines, ``closed`` is 1 where a line ends where it began."""
    header = ["quantity_x", "quantity_y", "level", "polyline", "x", "y", "closed"]
    rows = (
        [*line.names, line.level, number, x, y, int(line.closed)]
        for number, line in enumerate(lines)
        for x, y in zip(line.x.tolist(), line.y.tolist(), strict=True)
    )
    _write(path, header, rows)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)
