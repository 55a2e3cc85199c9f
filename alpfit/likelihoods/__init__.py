"""Likelihoods: predictions to ln L."""

from alpfit.likelihoods.catalogue import load, names
from alpfit.likelihoods.forms import FORMS, Comparison, Step
from alpfit.likelihoods.joint import JointLikelihood
from alpfit.likelihoods.measurement import Measurement

__all__ = ["FORMS", "Comparison", "JointLikelihood", "Measurement", "Step", "load", "names"]
