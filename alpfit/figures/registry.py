"""The figures of a run: their names, what they show, and when there is none."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from alpfit.figures.captions import (
    at_the_best,
    of_draws,
    of_posteriors_and_profiles,
    of_profiles,
    of_the_corner,
    of_the_plane,
    of_the_run,
)
from alpfit.figures.history import evolution, momentum, no_momentum, no_relic
from alpfit.figures.input import FigureInput
from alpfit.figures.measured import no_spectrum, predictive, pulls, spectrum
from alpfit.figures.planes import no_plane, plane
from alpfit.figures.posterior import (
    corner,
    no_course,
    one_parameter,
    posterior_2d,
    profile_1d,
    profile_2d,
    trace,
)
from alpfit.numerics.registry import Registry

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def _always(_given: FigureInput) -> str:
    return ""


@dataclass(frozen=True)
class FigureKind:
    """A figure's ``caption`` for any run, how to ``draw`` it, and ``obstacle``: why there is none of a run, or nothing.

    One that ``evaluates`` shows what data and code say today, beside what was sampled. ``made`` says from what it was
    drawn of a run, and how. It takes about so many ``seconds`` on a machine of 2025.
    """

    caption: str
    draw: "Callable[[FigureInput], Figure]"
    obstacle: Callable[[FigureInput], str] = _always
    evaluates: bool = False
    made: Callable[[FigureInput], str] = _always
    seconds: float = 0.4

    def caption_of(self, given: FigureInput) -> str:
        """The whole caption for a run: what is shown, what was done, and what the run fell short of."""
        return " ".join(filter(None, (self.caption, self.made(given), of_the_run(given))))


FIGURES: Registry[FigureKind] = Registry(
    "figure",
    {
        "corner": FigureKind(
            "Marginal posteriors of the parameters with their regions of 68.3 % and 95.4 %; above the columns medians "
            "and 68 % intervals (dashed lines), and as stars and dotted lines the best sample.",
            corner,
            made=of_the_corner,
            seconds=0.8,
        ),
        "profile_1d": FigureKind(
            "Marginal posterior and profile likelihood of each parameter, each over its maximum; the profile "
            "likelihood is that of the best sample in each bin, or, where it says so, refined by minimisation.",
            profile_1d,
            made=partial(of_profiles, 1),
        ),
        "profile_2d": FigureKind(
            "Profile likelihood in the plane of each pair of parameters, with confidence regions of 68.3 % and 95.4 % "
            "for two (2Δln L = 2.30 and 6.18): from the best sample in each cell or, where it says so, refined by "
            "minimisation. Grey is worse, white has no sample.",
            profile_2d,
            one_parameter,
            made=partial(of_profiles, 2),
        ),
        "posterior_2d": FigureKind(
            "Posterior (left of each pair; of many pairs below the diagonal) and profile likelihood (right, or above "
            "the diagonal), each with its regions of 68.3 % and 95.4 %: where they differ, volume in the prior counts "
            "as well as the quality of the fit. The profile likelihood is from the best sample in each cell or, where "
            "it says so, refined by minimisation.",
            posterior_2d,
            one_parameter,
            made=of_posteriors_and_profiles,
        ),
        "pulls": FigureKind(
            "What each measurement says of the best fit: its distance in standard deviations, positive where the "
            "prediction is too large, and ln L; the grey bands are one and two of them.",
            pulls,
            evaluates=True,
            made=at_the_best,
        ),
        "plane": FigureKind(
            "What the measurements of the catalogue exclude in a plane such as that of mass and coupling, each at "
            "its own confidence level (90 % where it quotes an interval), with the other parameters as in the title; "
            "dashed, what is projected; where a signal is preferred (68.3 % and 95.4 %), and where chi is all of the "
            "dark matter by the coupled (CBE) and the usual (NBE) Boltzmann equations. The posterior has the other "
            "parameters integrated over.",
            plane,
            no_plane,
            evaluates=True,
            made=of_the_plane,
            seconds=1.5,
        ),
        "predictive": FigureKind(
            "What each measurement sees of the posterior, in standard deviations from what it has measured or, of a "
            "limit, from zero; pulls beyond four are drawn at the edge, the grey bands are one and two, "
            "and circles and bars are medians and 68 %. A bound that depends on the point is that at the best fit.",
            predictive,
            evaluates=True,
            made=of_draws,
            seconds=1.1,
        ),
        "spectrum": FigureKind(
            "Events in the bins of the binned measurement, and below less the background of the best fit, the "
            "nuisances at their best: the Standard Model's signal, the best fit, and 68 % of the posterior.",
            spectrum,
            no_spectrum,
            evaluates=True,
            made=of_draws,
        ),
        "trace": FigureKind(
            "The course of the sampler: of nested sampling ln L, the weight and the parameters against the prior "
            "volume X that is left, of Markov chains the parameters step by step.",
            trace,
            no_course,
        ),
        "evolution": FigureKind(
            "Yield of chi and its temperature over that of the plasma at the best fit, by the coupled (CBE) and the "
            "usual (NBE) Boltzmann equations, and by that of the full phase space (fBE).",
            evolution,
            no_relic,
            evaluates=True,
            made=at_the_best,
        ),
        "momentum": FigureKind(
            "Momentum distribution of chi around freeze-out at the best fit, by the Boltzmann equation of the full "
            "phase space (solid), beside the Maxwellian of the same number and temperature (dotted), and over it "
            "(below): what annihilation in the resonance takes away, and what scattering fills up again.",
            momentum,
            no_momentum,
            evaluates=True,
            made=at_the_best,
            seconds=0.7,
        ),
    },
)
"""The figures of ``alpfit plot``, by the names of their files."""

QUICK = ("profile_1d", "profile_2d", "corner")
"""The figures that every run draws when it ends, the one of the most objects last: they leave Python's heap full of
holes, which the next one would not fill."""
