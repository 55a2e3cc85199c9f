"""What is expected in each bin at the best nuisances, and what of it is new physics."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.likelihoods.forms.binned.density import log_likelihood
from alpfit.likelihoods.forms.binned.rates import Model, Scratch, empty_scratch, fill_cells, in_bins_of

Array = NDArray[np.float64]


class Expectation(NamedTuple):
    """Events, arrays ``(n, bins)``: ``total`` is ``background + standard_model + new_physics``.

    ``standard_model`` is the Standard Model's signal; all are with the nuisances and statistical factors that fit
    best at the point.
    """

    background: Array
    standard_model: Array
    new_physics: Array

    @property
    def total(self) -> Array:
        """All events, ``(n, bins)``."""
        return self.background + self.standard_model + self.new_physics


def expectation(model: Model, strength: float, events: Array, nuisances: Array) -> Expectation:
    """For ``events (n, columns)`` of new physics with their best ``nuisances (n, parameters)``."""
    scratch = empty_scratch(model)
    parts = [_parts(model, strength, *point, scratch) for point in zip(events, nuisances, strict=True)]
    return Expectation(*(np.stack(column) for column in zip(*parts, strict=True)))


def _parts(model: Model, strength: float, events: Array, alphas: Array, scratch: Scratch) -> tuple[Array, Array, Array]:
    """Background, the Standard Model's signal and new physics in each bin, ``(bins,)``.

    The statistical factors are those of the whole rates; without new physics the rates are taken anew.
    """
    log_likelihood(alphas, strength, events, model, scratch)
    rates, residuals = scratch.rates.copy(), scratch.bins[model.bin, 3]
    factors = model.factor + model.spread**2 * rates * residuals
    fill_cells(alphas, strength, np.zeros_like(events), model, scratch)
    alone, is_signal = scratch.rates, model.signal >= 0

    def in_bins(cells: Array) -> Array:
        return in_bins_of(model, factors * cells)

    return (
        in_bins(np.where(is_signal, 0.0, alone)),
        in_bins(np.where(is_signal, alone, 0.0)),
        in_bins(rates - alone),
    )
