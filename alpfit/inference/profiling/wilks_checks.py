"""Where Wilks' thresholds do not apply, and where an interval is not what it seems, in words."""

from collections.abc import Mapping

import numpy as np

from alpfit.inference.priors import Prior
from alpfit.inference.profiling.binning import prior_ends
from alpfit.inference.profiling.profile import Flags, Profile
from alpfit.inference.profiling.steps import NO_STEPS, Steps, inside_bins


def wilks_checks(
    profile: Profile, top: float, levels: Mapping[str, float], priors: Mapping[str, Prior], steps: Steps = NO_STEPS
) -> tuple[str, ...]:
    """Sentences on ``profile``, for confidence ``levels`` and their thresholds; empty where all is well."""
    delta = np.nan_to_num(profile.minus_two_delta(top), nan=np.inf)
    first, *_, last = levels
    spread = float(np.max(delta, initial=0.0, where=profile.known))
    if spread < levels[first]:
        return (
            f"flat: -2 Delta ln L varies by {spread:.2g} over the whole range, less than {levels[first]:g}: no limits",
            *_quality(profile, delta <= levels[last], last),
            *_stepped(profile, steps),
        )
    said = _boundary_fits(profile, priors)
    for level, threshold in levels.items():
        said += _open_ends(profile, delta <= threshold, level, priors)
    said += _narrow(profile, delta <= levels[first], first)
    return (*said, *_quality(profile, delta <= levels[last], last), *_stepped(profile, steps))


def _boundary_fits(profile: Profile, priors: Mapping[str, Prior]) -> list[str]:
    """The best fit in the outermost bins, where these are at an end of the prior."""
    said = []
    for k, name in enumerate(profile.names):
        for side, bin_ in (("lower", 0), ("upper", profile.shape[k] - 1)):
            if profile.best[k] == bin_ and _is_prior_end(profile, k, side, priors):
                said.append(f"the best fit is at the {side} end of the prior of {name}: Wilks' thresholds do not apply")
    return said


def _open_ends(profile: Profile, inside: Flags, level: str, priors: Mapping[str, Prior]) -> list[str]:
    """Where what is ``inside`` reaches the end of the range, or bins of which nothing is known."""
    said = []
    for k, name in enumerate(profile.names):
        along = np.moveaxis(inside, k, 0)
        for side, bin_ in (("lower", 0), ("upper", -1)):
            if along[bin_].any():
                what = "prior" if _is_prior_end(profile, k, side, priors) else "samples"
                said.append(f"{level}: open at the {side} end of the {what} of {name}")
    if _touches_unknown(profile, inside):
        if profile.refined:
            said.append(f"{level}: ends at bins where no likelihood was found")
        else:
            said.append(f"{level}: bins where no sample fell are beside it or in it")
    return said


def _touches_unknown(profile: Profile, inside: Flags) -> bool:
    """Whether a bin of which nothing is known is beside one that is ``inside``."""
    for k in range(len(profile.names)):
        unknown, near = np.moveaxis(~profile.known, k, 0), np.moveaxis(inside, k, 0)
        if (unknown[1:] & near[:-1]).any() or (unknown[:-1] & near[1:]).any():
            return True
    return False


def _narrow(profile: Profile, inside: Flags, level: str) -> list[str]:
    """Axes along which what is ``inside`` is not wider than a bin."""
    said = []
    for k, name in enumerate(profile.names):
        others = tuple(i for i in range(len(profile.names)) if i != k)
        if int(inside.any(axis=others).sum()) <= 1 < profile.shape[k]:
            said.append(f"{level}: not wider than a bin of {name}: take a finer grid")
    return said


def _quality(profile: Profile, inside: Flags, level: str) -> list[str]:
    """How many of the bins that matter have not converged."""
    if not profile.refined:
        return []
    poor = int((inside & ~profile.converged).sum())
    return [f"{poor} of {int(inside.sum())} bins within {level} have not converged"] if poor else []


def _stepped(profile: Profile, steps: Steps) -> list[str]:
    """Bins in which ln L steps: the maximum in such a bin is that on the side where it was held."""
    places = [step.text(entry) for entry, step, _ in inside_bins(profile, steps)]
    return [f"ln L steps inside of a bin, and is known there on one side, at {', '.join(places)}"] if places else []


def _is_prior_end(profile: Profile, k: int, side: str, priors: Mapping[str, Prior]) -> bool:
    """Whether the range of axis ``k`` ends where the prior does."""
    if profile.names[k] not in priors:
        return False
    at = 0 if side == "lower" else 1
    end = prior_ends(priors[profile.names[k]])[at]
    return bool(np.isclose(profile.edges[k][-at], end, rtol=1e-9, atol=0.0))
