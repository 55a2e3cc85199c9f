"""What future data would say: limits with their bands, significances, and the luminosity that either takes."""

from alpfit.inference.forecasting.discovery import Discovery, LookElsewhere, discovery, look_elsewhere, luminosity_for
from alpfit.inference.forecasting.limits import BANDS, ExpectedLimits, ObservedLimits, expected_limits, observed_limits
from alpfit.inference.forecasting.signal import Signal, signal_of

__all__ = [
    "BANDS",
    "Discovery",
    "ExpectedLimits",
    "LookElsewhere",
    "ObservedLimits",
    "Signal",
    "discovery",
    "expected_limits",
    "look_elsewhere",
    "luminosity_for",
    "observed_limits",
    "signal_of",
]
