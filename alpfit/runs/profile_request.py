"""What a profile likelihood is asked for, and what is to be made for it."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from numbers import Integral
from pathlib import Path

from alpfit.chains.records import read_json
from alpfit.chains.unfinished import UnfinishedRun
from alpfit.config import Configuration
from alpfit.errors import LONGEST, AlpfitError, ConfigurationError, one_of
from alpfit.inference.profiling import N_BINS, Plan
from alpfit.inference.samples import Samples
from alpfit.numerics.arguments import shown, words
from alpfit.runs.run import Run

MOST_BINS = 1000
"""Along an axis."""

LONGEST_UNASKED = 60.0
"""Seconds for which profiles are refined without being asked for."""

CALLS = 60
"""Of the likelihood for a bin and each parameter that is free there: 9349 for 50 bins of one of four parameters."""


@dataclass(frozen=True)
class ProfileRequest:
    """What to profile: ``parameters``, each of them and all their pairs; all that were sampled if none is named.

    ``grid`` gives the bins of pairs as ``60x60`` or ``60``; of one parameter its own. With ``refine`` ln L is maximised
    in each bin; None leaves it to what :func:`affordable` finds. From samples there is a profile of each parameter and
    derived quantity, and the latter may be named.
    """

    parameters: tuple[str, ...] = ()
    grid: str | None = None
    refine: bool | None = None

    @classmethod
    def of(
        cls, parameters: Sequence[str], grid: str | int | tuple[int, int] | None = None, refine: bool | None = None
    ) -> "ProfileRequest":
        """Of ``grid`` also as a number, or two; raises :class:`ConfigurationError` for what is neither."""
        numbers = grid if isinstance(grid, tuple) else (grid,)
        if all(isinstance(n, Integral) and not isinstance(n, bool) and 0 <= n < 10**9 for n in numbers):
            grid = "x".join(map(str, numbers))
        if grid is not None and not isinstance(grid, str):
            raise ConfigurationError(f"grid = {shown(grid)}: write the bins as 60, (60, 60), '60' or '60x60'")
        return cls(words("parameters", parameters), grid, refine)

    @classmethod
    def of_unfinished(cls, path: Path) -> "ProfileRequest | None":
        """What the unfinished profile in the folder ``path`` was begun with; None where it is that of a run."""
        try:
            wanted = read_json(UnfinishedRun(path).identity, "")["profile"]
            refine = wanted["refine"]
            request = cls.of(wanted["parameters"], wanted["grid"], None if isinstance(refine, list) else bool(refine))
        except (AlpfitError, KeyError, TypeError):
            return None
        said = (*request.parameters, request.grid or "")
        return request if all(word.isprintable() for word in said) else None


def all_plans(configuration: Configuration, samples: Samples) -> list[Plan]:
    """The profiles of a run that are made without being asked for: each pair of parameters, and all quantities."""
    return _plans(configuration, tuple(samples.parameters), (*samples.parameters, *samples.derived), {})


def plans_of(run: Run, request: ProfileRequest) -> list[Plan]:
    """The profiles to make, pairs first: they cost most, and what is found there helps the others.

    Raises :class:`ConfigurationError` for a name that is unknown or cannot be refined, and a grid that is none.
    """
    sampled, derived = tuple(run.samples.parameters), tuple(run.samples.derived)
    names = _names(request, sampled, derived) or sampled
    alone = names if request.refine else (*sampled, *derived)
    return _plans(run.configuration, names, alone, _bins(request.grid, names))


def affordable(run: Run, request: ProfileRequest, plans: Sequence[Plan]) -> tuple[frozenset[tuple[str, ...]], float]:
    """Which of ``plans`` are refined without being asked for, by their names, and how long that takes [s].

    All of single parameters that the ``request`` is about, and then all of pairs, as long as they take less than
    :data:`LONGEST_UNASKED` together, by what a call took in the run. Raises :class:`RunFolderError` where the run's
    summary, which says so, is damaged.
    """
    n_calls, seconds = run.summary["n_calls"], run.summary["likelihood_time_s"]
    if n_calls <= 0 or seconds <= 0.0:  # reweighted
        return frozenset(), 0.0
    sampled, chosen, spent = set(run.samples.parameters), frozenset[tuple[str, ...]](), 0.0
    wanted = sampled & set(_names(request, tuple(sampled), tuple(run.samples.derived)) or sampled)
    for n_axes in (1, 2):
        group = [plan for plan in plans if len(plan.names) == n_axes and set(plan.names) <= wanted]
        calls = sum(CALLS * math.prod(plan.n_bins) * max(1, len(sampled) - n_axes) for plan in group)
        if spent + (more := calls * seconds / n_calls) > LONGEST_UNASKED:
            break
        chosen, spent = chosen | {plan.names for plan in group}, spent + more
    return chosen, spent


def plan_of(configuration: Configuration, names: tuple[str, ...], n_bins: tuple[int, ...] = ()) -> Plan:
    """The profile of ``names``, with as many bins along each as there are by default if none are given."""
    logarithmic = tuple(configuration.is_logarithmic(name) for name in names)
    return Plan(names, logarithmic, n_bins or (N_BINS[len(names)],) * len(names))


Bins = Mapping[tuple[str, ...], tuple[int, ...]]
"""The bins that were asked for, by the names of the quantities; those of pairs are all the same."""


def _plans(configuration: Configuration, paired: Sequence[str], alone: Sequence[str], bins: Bins) -> list[Plan]:
    groups = [*combinations(paired, 2), *((name,) for name in alone)]
    return [plan_of(configuration, names, bins.get(names, ())) for names in groups]


def _names(request: ProfileRequest, sampled: Sequence[str], derived: Sequence[str]) -> tuple[str, ...]:
    """The quantities named, each once; words that are no quantity may be several, separated by commas."""
    known = (*sampled, *derived)
    words = [
        part for word in request.parameters for part in ([word] if word in known else word.split(",")) if part.strip()
    ]
    names = tuple(dict.fromkeys(word.strip() for word in words))
    if request.parameters and not names:
        raise ConfigurationError("parameters name nothing: name quantities of this run, or leave them out for all")
    for name in names:
        if name not in known:
            raise ConfigurationError(f"parameters = {name}: not a quantity of this run: {one_of(name, known)}")
        if request.refine and name not in sampled:
            raise ConfigurationError(
                f"parameters = {name}: a derived quantity cannot be held fixed: leave out refine=True, or choose from "
                f"{', '.join(sampled)}"
            )
    return names


def _bins(grid: str | None, names: Sequence[str]) -> dict[tuple[str, ...], tuple[int, ...]]:
    """The bins that ``grid`` asks for: of a single quantity its own, of several those of all their pairs."""
    if grid is None:
        return {}
    if not re.fullmatch(r"[0-9]{1,9}(x[0-9]{1,9})?", grid, flags=re.ASCII):
        raise ConfigurationError(f"grid = {grid[:LONGEST]}: write the bins along both axes as 60x60, or as one number")
    bins = tuple(int(number) for number in grid.split("x"))
    if not all(1 <= n <= MOST_BINS for n in bins):
        raise ConfigurationError(f"grid = {grid}: the bins along an axis must be between 1 and {MOST_BINS}")
    if len(names) == 1 and len(bins) == 2:
        raise ConfigurationError(f"grid = {grid}: one parameter has one axis: write grid = {bins[0]}")
    if len(names) == 1:
        return {tuple(names): bins}
    return dict.fromkeys(combinations(names, 2), (bins[0], bins[-1]))
