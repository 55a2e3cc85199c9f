"""The strength of the Standard Model's signal, as the experiment quotes it."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import brentq, minimize_scalar

if TYPE_CHECKING:
    from alpfit.likelihoods.forms.binned.form import Binned


class SignalStrength(NamedTuple):
    """The best strength, its errors where 2 ln L is 1 lower, and the highest ln L."""

    best: float
    error_down: float
    error_up: float
    log_l: float


def log_l_of_strength(form: "Binned", strength: float) -> float:
    """ln L without new physics, for a ``strength`` in place of ``form.standard_model``; it may be negative."""
    nothing = np.zeros((1, len(form.spectrum.response.bins)))
    return float(form.model_copy(update={"standard_model": strength}).log_l_of_events(nothing)[0])


def signal_strength(form: "Binned", highest: float = 20.0) -> SignalStrength:
    """The strength from 0 to ``highest`` that fits best."""
    fit = minimize_scalar(
        lambda strength: -log_l_of_strength(form, strength),
        bounds=(0.0, highest),
        method="bounded",
        options={"xatol": 1e-5},
    )
    best, log_l = float(fit.x), -float(fit.fun)

    def excess(strength: float) -> float:
        return 2.0 * (log_l - log_l_of_strength(form, strength)) - 1.0

    lower, upper = brentq(excess, best - highest, best), brentq(excess, best, best + highest)
    return SignalStrength(best, best - float(lower), float(upper) - best, log_l)
