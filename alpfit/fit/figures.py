"""The profile likelihoods and figures of a run."""

from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from alpfit.chains.folder import RunFolder
from alpfit.config import Configuration
from alpfit.inference.profile import ProfileBin, profile
from alpfit.inference.samples import Samples
from alpfit.plots.style import axis, paper_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BINS_1D, BINS_2D = 50, 40
"""Bins of the profile likelihood from samples, along each axis."""


def is_logarithmic(configuration: Configuration, name: str) -> bool:
    """How to bin and draw a quantity: parameters as their prior says, derived ones as the scenario does."""
    priors = configuration.priors
    return priors[name].logarithmic if name in priors else configuration.build_scenario().observables[name].logarithmic


def profiles_1d(configuration: Configuration, samples: Samples) -> list[ProfileBin]:
    """Bins of every sampled parameter and derived quantity."""
    names = (*samples.parameters, *samples.derived)
    return [b for name in names for b in profile(samples, (name,), (is_logarithmic(configuration, name),), BINS_1D)]


def profiles_2d(configuration: Configuration, samples: Samples) -> list[ProfileBin]:
    """Bins of every pair of sampled parameters; none where there is but one."""
    pairs = list(combinations(samples.parameters, 2))
    bins = []
    for pair in pairs:
        logarithmic = tuple(is_logarithmic(configuration, name) for name in pair)
        bins += profile(samples, pair, logarithmic, BINS_2D)
    return bins


def figures(configuration: Configuration, samples: Samples) -> dict[str, "Figure"]:
    """All figures of a run by name; with one sampled parameter there is no ``profile_2d``."""
    from alpfit.plots.corner import corner_figure
    from alpfit.plots.profile import profile_1d_figure, profile_2d_figure

    scenario = configuration.build_scenario()
    quantities = {**scenario.parameters, **scenario.optional}
    axes = [axis(samples, name, quantities[name], is_logarithmic(configuration, name)) for name in samples.parameters]
    pairs = list(combinations(axes, 2))
    with paper_style():
        drawn = {
            "corner": corner_figure(samples, axes),
            "profile_1d": profile_1d_figure(samples, axes, profiles_1d(configuration, samples)),
        }
        if pairs:
            drawn["profile_2d"] = profile_2d_figure(samples, pairs, profiles_2d(configuration, samples))
    return drawn


def draw_figures(folder: RunFolder, configuration: Configuration, samples: Samples) -> list[Path]:
    """Write all figures of a run to ``folder``; the files written."""
    written = []
    for name, figure in figures(configuration, samples).items():
        for extension in ("png", "pdf") if name == "corner" else ("png",):
            path = folder.figure(f"{name}.{extension}")
            with paper_style():
                figure.savefig(path)
            written.append(path)
    return written
