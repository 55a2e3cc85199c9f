"""What future data would say: limits with their bands, significances, and the luminosity that either takes."""

from alpfit.inference.forecasting.discovery import (
    Discovery,
    LookElsewhere,
    discovery,
    gains,
    look_elsewhere,
    look_elsewhere_in,
    luminosity_for,
)
from alpfit.inference.forecasting.limits import (
    BANDS,
    ExpectedLimits,
    ObservedLimits,
    cl_s,
    expected_limits,
    observed_limits,
    q_tilde,
)
from alpfit.inference.forecasting.signal import Family, Rates, Signal, signal_of

__all__ = [
    "BANDS",
    "Discovery",
    "ExpectedLimits",
    "Family",
    "LookElsewhere",
    "ObservedLimits",
    "Rates",
    "Signal",
    "cl_s",
    "discovery",
    "expected_limits",
    "gains",
    "look_elsewhere",
    "look_elsewhere_in",
    "luminosity_for",
    "observed_limits",
    "q_tilde",
    "signal_of",
]
