"""Profile likelihoods: binned maxima from samples, maxima by minimisation, intervals and contours."""

from alpfit.inference.profiling.binning import N_BINS, Plan, sampled_profiles
from alpfit.inference.profiling.contours import Contour, contours
from alpfit.inference.profiling.intervals import Confidence, Interval, Piece, Region, confidence
from alpfit.inference.profiling.profile import Profile
from alpfit.inference.profiling.refinement import refined_profiles
from alpfit.inference.profiling.thresholds import LEVELS, THRESHOLDS

__all__ = [
    "LEVELS",
    "N_BINS",
    "THRESHOLDS",
    "Confidence",
    "Contour",
    "Interval",
    "Piece",
    "Plan",
    "Profile",
    "Region",
    "confidence",
    "contours",
    "refined_profiles",
    "sampled_profiles",
]
