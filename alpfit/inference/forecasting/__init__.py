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
    "crossed",
    "curve",
    "discovery",
    "expected_limits",
    "luminosity_for",
    "observed_limits",
    "q_tilde",
    "signal_of",
    "toy_curve",
    "toy_significance",
]
