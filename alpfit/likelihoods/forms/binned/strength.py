"""The strength of the Standard Model's signal, as the experiment quotes it."""

from collections.abc import Callable
from typing import NamedTuple

from scipy.optimize import brentq, minimize_scalar


class SignalStrength(NamedTuple):
    """The best strength, its errors where 2 ln L is 1 lower, and the highest ln L."""

    best: float
    error_down: float
    error_up: float
    log_l: float


def best_strength(log_l_of: Callable[[float], float], highest: float = 20.0) -> tuple[float, float]:
    """The strength from 0 to ``highest`` with the largest ``log_l_of`` it, and that."""
    fit = minimize_scalar(
        lambda strength: -log_l_of(strength), bounds=(0.0, highest), method="bounded", options={"xatol": 1e-5}
    )
    return float(fit.x), -float(fit.fun)


def signal_strength(log_l_of: Callable[[float], float], highest: float = 20.0) -> SignalStrength:
    """The strength from 0 to ``highest`` that fits best, with its errors; ``log_l_of`` takes negative ones, too."""
    best, log_l = best_strength(log_l_of, highest)

    def excess(strength: float) -> float:
        return 2.0 * (log_l - log_l_of(strength)) - 1.0

    lower, upper = brentq(excess, best - highest, best), brentq(excess, best, best + highest)
    return SignalStrength(best, best - float(lower), float(upper) - best, log_l)
