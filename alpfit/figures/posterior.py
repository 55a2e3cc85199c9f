"""Figures of the samples alone: marginal posteriors, profile likelihoods, and the course of the sampler."""

from typing import TYPE_CHECKING

from alpfit.errors import ConfigurationError
from alpfit.figures.input import FigureInput
from alpfit.inference.samples import Samples
from alpfit.plots.style import axis

NEAR = 11.83
"""-2 Delta ln L of the largest region that is drawn, 99.7 % for two parameters."""

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from alpfit.plots.overlay import Posterior
    from alpfit.plots.profile import ProfileOf


def corner(given: FigureInput) -> "Figure":
    """The corner plot, with the second run over it if there is one."""
    from alpfit.plots.corner import corner_figure
    from alpfit.plots.overlay import overlaid_corner_figure

    if given.other is None:
        return corner_figure(given.samples, given.axes)
    return overlaid_corner_figure(posteriors([given, given.other]))


def posteriors(inputs: list[FigureInput]) -> "list[Posterior]":
    """The runs' posteriors of the parameters that all of them sample, drawn as the first one does.

    Raises :class:`ConfigurationError` where there is no such parameter.
    """
    from alpfit.plots.overlay import Posterior

    first = inputs[0]
    names = [name for name in first.samples.parameters if all(name in m.samples.parameters for m in inputs)]
    if not names:
        sampled = "; ".join(f"{m.name}: {', '.join(m.samples.parameters)}" for m in inputs)
        raise ConfigurationError(f"the runs sample no parameter in common ({sampled}): compare others")
    quantities, logarithmic = first.configuration.quantities, first.configuration.is_logarithmic
    return [
        Posterior(
            given.name,
            given.samples,
            [axis(given.samples, n, quantities[n], logarithmic(n), given.ends_of(n)) for n in names],
        )
        for given in inputs
    ]


def profile_1d(given: FigureInput) -> "Figure":
    """Posterior and profile likelihood of each parameter."""
    from alpfit.plots.profile import profile_1d_figure

    sampled = [given.sampled_profile(given.samples, axis) for axis in given.axes]
    return profile_1d_figure(given.samples, given.axes, sampled, given.better_profiles(1))


def profile_2d(given: FigureInput) -> "Figure":
    """Profile likelihood of each pair."""
    from alpfit.plots.profile import profile_2d_figure

    return profile_2d_figure(given.samples, given.pairs, _of(given, given.samples), given.better_profiles(2))


def posterior_2d(given: FigureInput) -> "Figure":
    """Posterior beside profile likelihood of each pair."""
    from alpfit.plots.posterior_2d import posterior_2d_figure

    near = _near_the_best(given.samples)
    return posterior_2d_figure(given.samples, given.pairs, near, _of(given, near), given.better_profiles(2))


def _of(given: FigureInput, samples: Samples) -> "ProfileOf":
    """The profile of ``samples`` in the plane of two axes."""
    return lambda x, y: given.sampled_profile(samples, x, y)


def _near_the_best(samples: Samples) -> Samples:
    """The samples that count in a profile likelihood: to bin them alone makes the bins fine."""
    keep = samples.log_l >= samples.log_l[samples.best] - 0.5 * NEAR
    return Samples(
        parameters={name: values[keep] for name, values in samples.parameters.items()},
        derived={},
        log_l_by_entry={},
        log_l=samples.log_l[keep],
        log_weights=samples.log_weights[keep],
        log_z=None,
        log_z_error=None,
        n_calls=samples.n_calls,
    )


def trace(given: FigureInput) -> "Figure":
    """The course of nested sampling, or of Markov chains."""
    from alpfit.plots.trace import chains_trace_figure, nested_trace_figure

    draw = nested_trace_figure if given.samples.log_z is not None else chains_trace_figure
    return draw(given.samples, given.axes)


def one_parameter(given: FigureInput) -> str:
    """Why there are no planes; empty where there are."""
    return "" if given.pairs else "the run samples one parameter"


def no_course(given: FigureInput) -> str:
    """Why there is no course of the sampler; empty where there is."""
    if given.samples.log_z is not None or given.samples.n_chains > 1:
        return ""
    return f"{given.configuration.sampler.name} leaves neither an evidence nor Markov chains"
