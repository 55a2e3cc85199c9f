"""Figures of the samples alone: marginal posteriors, profile likelihoods, and the course of the sampler."""

from typing import TYPE_CHECKING

from alpfit.errors import ConfigurationError
from alpfit.fit.figures.material import Material
from alpfit.fit.figures.profiles import BINS_1D, BINS_2D, is_logarithmic, profile_of_pair, profiles_1d
from alpfit.inference.samples import Samples
from alpfit.plots.style import axis

NEAR = 11.83
"""-2 Delta ln L of the largest region that is drawn, 99.7 % for two parameters."""

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from alpfit.plots.overlay import Posterior
    from alpfit.plots.profile import BinsOf


def corner(material: Material) -> "Figure":
    """The corner plot, with the second run over it if there is one."""
    from alpfit.plots.corner import corner_figure
    from alpfit.plots.overlay import overlaid_corner_figure

    if material.other is None:
        return corner_figure(material.samples, material.axes)
    return overlaid_corner_figure(posteriors([material, material.other]))


def posteriors(materials: list[Material]) -> "list[Posterior]":
    """The runs' posteriors of the parameters that all of them sample, drawn as the first one does.

    Raises :class:`ConfigurationError` where there is no such parameter.
    """
    from alpfit.plots.overlay import Posterior

    first = materials[0]
    names = [name for name in first.samples.parameters if all(name in m.samples.parameters for m in materials)]
    if not names:
        sampled = "; ".join(f"{m.name}: {', '.join(m.samples.parameters)}" for m in materials)
        raise ConfigurationError(f"the runs sample no parameter in common ({sampled}): compare others")
    quantities = first.configuration.quantities
    return [
        Posterior(
            material.name,
            material.samples,
            [axis(material.samples, n, quantities[n], is_logarithmic(first.configuration, n)) for n in names],
        )
        for material in materials
    ]


def profile_1d(material: Material) -> "Figure":
    """Posterior and profile likelihood of each parameter."""
    from alpfit.plots.profile import profile_1d_figure

    bins = profiles_1d(material.configuration, material.samples)
    return profile_1d_figure(material.samples, material.axes, bins, material.better(BINS_1D))


def profile_2d(material: Material) -> "Figure":
    """Profile likelihood of each pair."""
    from alpfit.plots.profile import profile_2d_figure

    bins_of = _bins_of(material, material.samples)
    return profile_2d_figure(material.samples, material.pairs, bins_of, material.better(BINS_2D))


def posterior_2d(material: Material) -> "Figure":
    """Posterior beside profile likelihood of each pair."""
    from alpfit.plots.posterior_2d import posterior_2d_figure

    near = _near_the_best(material.samples)
    bins_of = _bins_of(material, near)
    return posterior_2d_figure(material.samples, material.pairs, near, bins_of, material.better(BINS_2D))


def _bins_of(material: Material, samples: Samples) -> "BinsOf":
    """The bins of ``samples`` in the plane of two axes."""
    return lambda x, y: profile_of_pair(material.configuration, samples, (x.name, y.name))


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


def trace(material: Material) -> "Figure":
    """The course of nested sampling, or of Markov chains."""
    from alpfit.plots.trace import chains_trace_figure, nested_trace_figure

    draw = nested_trace_figure if material.samples.log_z is not None else chains_trace_figure
    return draw(material.samples, material.axes)


def one_parameter(material: Material) -> str:
    """Why there are no planes; empty where there are."""
    return "" if material.pairs else "the run samples one parameter"


def no_course(material: Material) -> str:
    """Why there is no course of the sampler; empty where there is."""
    if material.samples.log_z is not None or material.samples.n_chains > 1:
        return ""
    return f"{material.configuration.sampler.name} leaves neither an evidence nor Markov chains"
