"""Toy data: measurements as they might have come out, if given predictions were true.

Nuisance parameters are drawn from what constrains them, then the counts. Where the catalogue holds a limit or an
interval, but not the data behind it, nothing can be drawn.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from alpfit.likelihoods.forms import Form
from alpfit.likelihoods.forms.binned import Binned
from alpfit.likelihoods.forms.counting import Counting
from alpfit.likelihoods.forms.gaussian import Gaussian
from alpfit.likelihoods.measurement import Measurement

Array = NDArray[np.float64]
AnyForm = TypeVar("AnyForm", bound=Form)


def toy(measurement: Measurement, predictions: Mapping[str, Array], rng: np.random.Generator) -> Measurement | None:
    """``measurement`` with toy data where ``predictions``, arrays ``(1,)``, are true; None where none can be drawn."""
    draw = _DRAWS.get(type(measurement.form))
    if draw is None:
        return None
    return replace(measurement, form=draw(measurement.form, measurement.read(predictions), rng))


def _gaussian(form: Gaussian, predictions: Mapping[str, Array], rng: np.random.Generator) -> Gaussian:
    """A value from the density in it that ln L is: below the truth as wide as the error upwards, and vice versa."""
    truth = form.expected(predictions)
    up, down = form.errors(truth, predictions)
    below = rng.random() < up[0] / (up[0] + down[0])
    distance = abs(rng.standard_normal())
    return form.model_copy(update={"value": float(truth[0] + (-up[0] if below else down[0]) * distance)})


def _counting(form: Counting, predictions: Mapping[str, Array], rng: np.random.Generator) -> Counting:
    background = max(rng.normal(form.background, form.background_error), 0.0)
    signal = float(form.expected(predictions)[0]) * form.events_per_unit
    return _with(form, n_observed=int(rng.poisson(signal + background)))


def _binned(form: Binned, predictions: Mapping[str, Array], rng: np.random.Generator) -> Binned:
    spectrum = form.spectrum
    alphas = rng.standard_normal(len(spectrum.parameters))
    gammas = np.maximum(rng.normal(1.0, spectrum.model.spread), 0.0)
    events = form.events(*(predictions[name] for name in form.observables))[0]
    counts = rng.poisson(np.maximum(form.rates(events, alphas, gammas), 0.0)).astype(float)
    return _with(form, spectrum=spectrum.with_counts(counts))


def _with(form: AnyForm, **changed: object) -> AnyForm:
    """A new form: a copy would keep what has been worked out from the old data."""
    return type(form).model_construct(**{name: getattr(form, name) for name in type(form).model_fields} | changed)


_DRAWS: Mapping[type[Form], Callable[[Any, Mapping[str, Array], np.random.Generator], Form]] = MappingProxyType(
    {Gaussian: _gaussian, Counting: _counting, Binned: _binned}
)
