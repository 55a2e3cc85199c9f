"""Relic densities of many dark sectors in one call, on threads."""

import math
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import ConfigurationError
from alpfit.numerics.arguments import shown
from alpfit.numerics.cores import resolve_threads
from alpfit.physics.plasma import Plasma
from alpfit.relic.base import Engine
from alpfit.relic.dark_sector import DarkSector
from alpfit.relic.general import SectorRow, default_grids, engine_for, sector_columns, sector_row
from alpfit.relic.results import RelicDensity, Status
from alpfit.relic.run import resolve_engine, resolve_plasma

Columns = dict[str, NDArray[Any]]
"""Fields of :class:`RelicDensity`, arrays ``(n,)``."""

NUMBERS = ("omega_h2", "x_fo", "x_kd", "elastic_rate", "late_annihilation")

SECTORS_AT_ONCE = 16
"""Sectors that a thread takes together."""


def solve_many(
    sectors: Iterable[DarkSector],
    *,
    engine: str = "cbe",
    plasma: str = "saikawa-shirai-2018",
    self_scattering: bool = True,
    closure: str = "pressure",
    n_threads: int | None = None,
) -> RelicDensity:
    """Omega h^2 of each of the ``sectors``, arrays ``(n,)``; what :func:`~alpfit.relic.solve` finds, and its arguments.

    The sectors may differ in all that they are. They are shared out to ``n_threads`` threads, one for each core if
    None; the result does not depend on their number. Functions that numba has compiled run side by side there, others
    one at a time. A sector that ``solve`` refuses with an error is REFUSED in ``status``, with NaN for numbers and the
    error's sentence in ``messages``, and the others have their answers.

    >>> import numba
    >>> from alpfit.relic import DarkSector, solve_many
    >>> @numba.njit
    ... def sigma(s, mass, strength):
    ...     return strength / (1.0 - 4.0 * mass**2 / s) ** 0.5
    >>> solve_many([DarkSector(m, 2, sigma, "equilibrium", parameters=(m, 2e-9)) for m in (50.0, 500.0)]).ok
    array([ True,  True])

    Raises :class:`~alpfit.errors.ConfigurationError`, a :class:`ValueError`, for an unknown name, and for what is no
    :class:`DarkSector`.
    """
    chosen, medium, n_threads = resolve_engine(engine, closure), resolve_plasma(plasma), resolve_threads(n_threads)
    try:
        given = list(sectors)
    except TypeError:
        raise ConfigurationError(f"sectors = {shown(sectors)} must be a list of DarkSector") from None
    engines = [engine_for(sector, chosen) for sector in given]
    pairs = list(zip(given, engines, strict=True))
    parts = [pairs[first : first + SECTORS_AT_ONCE] for first in range(0, len(pairs), SECTORS_AT_ONCE)]
    work = partial(_solve_part, plasma=medium, self_scattering=self_scattering)
    workers = min(n_threads, len(parts))
    if workers < 2:
        return _joined([work(part) for part in parts])
    with ThreadPoolExecutor(workers) as pool:
        return _joined(list(pool.map(work, parts)))


def _joined(parts: list[Columns]) -> RelicDensity:
    parts = parts or [_unanswered(0)]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    refusals = columns.pop("refusals")
    return RelicDensity(**columns, refusals=refusals.astype(str) if (refusals != "").any() else None)


def _unanswered(n: int) -> Columns:
    columns: Columns = {name: np.full(n, math.nan) for name in NUMBERS}
    return columns | {"status": np.full(n, int(Status.REFUSED)), "refusals": np.full(n, "", dtype=object)}


def _solve_part(pairs: Sequence[tuple[DarkSector, Engine]], plasma: Plasma, self_scattering: bool) -> Columns:
    """Those that have the same engine are solved together."""
    columns, rows = _unanswered(len(pairs)), list[SectorRow | None]()
    for i, (sector, engine) in enumerate(pairs):
        rows.append(None)
        try:
            rows[i] = sector_row(sector, engine, default_grids(engine.energy), self_scattering)
        except ConfigurationError as error:
            columns["refusals"][i] = str(error)
    sectors = [sector for sector, _ in pairs]
    for engine in dict.fromkeys(engine for _, engine in pairs):
        which = [i for i, (_, own) in enumerate(pairs) if own is engine and rows[i] is not None]
        _write(columns, which, sectors, rows, engine, plasma)
    return columns


def _write(
    columns: Columns,
    which: list[int],
    sectors: Sequence[DarkSector],
    rows: Sequence[SectorRow | None],
    engine: Engine,
    plasma: Plasma,
) -> None:
    """Write the answers of those that are numbered in ``which``; each by itself where a function fails even now."""
    if not which:
        return
    taken = [row for i in which if (row := rows[i]) is not None]
    try:
        found = sector_columns([sectors[i] for i in which], taken, engine, plasma)
    except ConfigurationError as error:
        if len(which) == 1:
            columns["refusals"][which[0]] = str(error)
            return
        for i in which:
            _write(columns, [i], sectors, rows, engine, plasma)
        return
    for name, column in found.items():
        columns[name][which] = column
