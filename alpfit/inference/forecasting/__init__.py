"""What future data would say: limits with their bands, significances, and the luminosity that either takes."""

from alpfit.inference.forecasting.discovery import (
    Discovery,
    LookElsewhere,
    crossed,
    curve,
    discovery,
    luminosity_for,
    toy_curve,
    toy_significance,
)
from alpfit.inference.forecasting.limits import BANDS, ExpectedLimits, ObservedLimits, expected_limits, observed_limits
from alpfit.inference.forecasting.signal import Rates, Signal, signal_of

__all__ = [
    "BANDS",
    "Discovery",
    "ExpectedLimits",
    "LookElsewhere",
    "ObservedLimits",
    "Rates",
    "Signal",
    "crossed",
    "curve",
    "discovery",
    "expected_limits",
    "luminosity_for",
    "observed_limits",
    "signal_of",
    "toy_curve",
    "toy_significance",
]
