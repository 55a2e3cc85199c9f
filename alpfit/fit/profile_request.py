"""What a profile likelihood is asked for, and what is to be made for it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from alpfit.chains.records import read_json
from alpfit.chains.unfinished import UnfinishedRun
from alpfit.errors import LONGEST, AlpfitError, ConfigurationError, one_of
from alpfit.fit.figures import is_logarithmic
from alpfit.fit.run import Run
from alpfit.inference.profiling import Plan
from alpfit.numerics.arguments import shown, words

BINS_1D, BINS_2D = 50, 30
"""Bins along each axis where none are asked for."""

MOST_BINS = 1000
"""Along an axis."""


@dataclass(frozen=True)
class ProfileRequest:
    """What to profile: ``parameters``, each of them and all their pairs; all that were sampled if none is named.

    ``grid`` gives the bins of pairs as ``60x60`` or ``60``; of one parameter its own. With ``refine`` ln L is maximised
    in each bin. From samples there is a profile of each parameter and derived quantity, and the latter may be named.
    """

    parameters: tuple[str, ...] = ()
    grid: str | None = None
    refine: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", words("parameters", self.parameters))
        if self.grid is not None and not isinstance(self.grid, str):
            raise ConfigurationError(f"grid = {shown(self.grid)}: write the bins as '60x60' or '60'")

    @classmethod
    def of_unfinished(cls, path: Path) -> "ProfileRequest | None":
        """What the unfinished profile in the folder ``path`` was begun with; None where it is that of a run."""
        try:
            wanted = read_json(UnfinishedRun(path).identity, "")["profile"]
            request = cls(tuple(wanted["parameters"]), wanted["grid"], bool(wanted["refine"]))
        except (AlpfitError, KeyError, TypeError):
            return None
        return request if all(word.isprintable() for word in request.arguments) else None

    @property
    def arguments(self) -> list[str]:
        """How ``alpfit profile`` is asked for it."""
        parameters = ["--parameters", *self.parameters] if self.parameters else []
        grid = ["--grid", self.grid] if self.grid is not None else []
        return [*parameters, *grid, *(["--refine"] if self.refine else [])]


def plans_of(run: Run, request: ProfileRequest) -> list[Plan]:
    """The profiles to make, pairs first: they cost most, and what is found there helps the others.

    Raises :class:`ConfigurationError` for a name that is unknown or cannot be refined, and a grid that is none.
    """
    sampled, derived = tuple(run.samples.parameters), tuple(run.samples.derived)
    names = _names(request, sampled, derived) or sampled
    bins = _bins(request.grid, len(names))
    alone = names if request.refine else (*sampled, *derived)
    pairs = [_plan(run, pair, (bins[0], bins[-1])) for pair in combinations(names, 2)]
    own = {names[0]: bins[0]} if len(names) == 1 else {}
    return [*pairs, *(_plan(run, (name,), (own.get(name, BINS_1D),)) for name in alone)]


def _plan(run: Run, names: tuple[str, ...], n_bins: tuple[int, ...]) -> Plan:
    return Plan(names, tuple(is_logarithmic(run.configuration, name) for name in names), n_bins)


def _names(request: ProfileRequest, sampled: Sequence[str], derived: Sequence[str]) -> tuple[str, ...]:
    """The quantities named, each once; words that are no quantity may be several, separated by commas."""
    known = (*sampled, *derived)
    words = [
        part for word in request.parameters for part in ([word] if word in known else word.split(",")) if part.strip()
    ]
    names = tuple(dict.fromkeys(word.strip() for word in words))
    if request.parameters and not names:
        raise ConfigurationError("--parameters names nothing: name quantities of this run, or leave it out for all")
    for name in names:
        if name not in known:
            raise ConfigurationError(f"--parameters {name}: not a quantity of this run: {one_of(name, known)}")
        if request.refine and name not in sampled:
            raise ConfigurationError(
                f"--parameters {name}: a derived quantity cannot be held fixed: leave out --refine, or choose from "
                f"{', '.join(sampled)}"
            )
    return names


def _bins(grid: str | None, n_names: int) -> tuple[int, ...]:
    """Bins along one or both axes."""
    if grid is None:
        return (BINS_1D,) if n_names == 1 else (BINS_2D, BINS_2D)
    if not re.fullmatch(r"[0-9]{1,9}(x[0-9]{1,9})?", grid, flags=re.ASCII):
        raise ConfigurationError(f"--grid {grid[:LONGEST]}: write the bins along both axes as 60x60, or as one number")
    bins = tuple(int(number) for number in grid.split("x"))
    if not all(1 <= n <= MOST_BINS for n in bins):
        raise ConfigurationError(f"--grid {grid}: the bins along an axis must be between 1 and {MOST_BINS}")
    if n_names == 1 and len(bins) == 2:
        raise ConfigurationError(f"--grid {grid}: one parameter has one axis: write --grid {bins[0]}")
    return bins if n_names == 1 else (bins[0], bins[-1])
