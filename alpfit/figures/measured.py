"""Figures of a run beside its measurements: pulls, posterior predictions, and the spectrum."""

from typing import TYPE_CHECKING

import numpy as np

from alpfit.figures.input import FigureInput
from alpfit.likelihoods import Measurement
from alpfit.likelihoods.forms import Comparison
from alpfit.likelihoods.forms.binned import Binned
from alpfit.likelihoods.forms.binned.axis import Axis
from alpfit.likelihoods.forms.binned.expectation import Expectation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from alpfit.plots.spectrum import Channel


def pulls(given: FigureInput) -> "Figure":
    """Pulls at the best fit."""
    from alpfit.plots.pulls import Pull, pulls_figure

    rows, best = [], given.evaluated_draws()[1]
    for m in given.problem.likelihood.measurements:
        comparison = m.compare(best)
        bound, pull = bound_at(m, comparison), float(comparison.pull[0])
        log_l = float(given.samples.log_l_by_entry[m.name][given.samples.best])
        rows.append(Pull(m.name, pull if np.isfinite(bound) else np.nan, log_l))
    return pulls_figure(rows)


def predictive(given: FigureInput) -> "Figure":
    """What each measurement sees of the posterior."""
    from alpfit.plots.predictive import Predictive, predictive_figure

    draws, best = given.evaluated_draws()
    scenario = given.problem.scenario
    known = {**scenario.parameters, **scenario.observables}
    rows = []
    for m in given.problem.likelihood.measurements:
        seen, there, quantity = m.compare(draws), m.compare(best), known.get(m.observables[0])
        unit = "" if quantity is None else quantity.unit
        bound, pull = bound_at(m, there), float(there.pull[0])
        rows.append(Predictive(m.name, unit, *seen, best_bound=bound, best=pull if np.isfinite(bound) else np.nan))
    return predictive_figure(rows)


def bound_at(m: Measurement, point: Comparison) -> float:
    """The bound at one point; NaN where there is none, or it lets a branching ratio be larger than one."""
    bound = float(point.bound[0])
    return np.nan if m.observables[0].startswith("BR(") and bound > 1.0 else bound


def spectrum(given: FigureInput) -> "Figure":
    """The first binned measurement of the run."""
    from alpfit.plots.spectrum import spectrum_figure

    form = _binned(given)[0].form
    assert isinstance(form, Binned)
    draws, best = (form.expected(seen) for seen in given.evaluated_draws())
    with_signal = dict.fromkeys(channel for channel, _ in form.spectrum.response.bins)
    return spectrum_figure([_channel(form, name, draws, best) for name in with_signal])


def no_spectrum(given: FigureInput) -> str:
    """Why there is no spectrum; empty where there is."""
    return "" if _binned(given) else "none of the run's likelihoods is binned"


def _binned(given: FigureInput) -> list[Measurement]:
    return [m for m in given.problem.likelihood.measurements if isinstance(m.form, Binned)]


def _channel(form: Binned, name: str, draws: Expectation, best: Expectation) -> "Channel":
    from alpfit.plots.spectrum import Channel
    from alpfit.plots.style import literal

    inside = np.array([channel == name for channel, _ in form.spectrum.bins])
    numbers = tuple(number for channel, number in form.spectrum.bins if channel == name)
    axis = form.axes.get(name, Axis(title=literal(name), abscissa="bin", bins=numbers))
    low, high = np.quantile(draws.total[:, inside], (0.16, 0.84), axis=0)
    return Channel(
        axis.title,
        axis.abscissa,
        axis.bins,
        axis.groups,
        observed=form.spectrum.model.observed[inside],
        background=best.background[0, inside],
        standard_model=best.standard_model[0, inside],
        new_physics=best.new_physics[0, inside],
        low=low,
        high=high,
    )
