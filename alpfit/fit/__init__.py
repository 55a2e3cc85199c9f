"""What can be done with a fit, and with a finished run: one file a verb, named as on the command line."""

from alpfit.fit.fit import Fit, fit_of
from alpfit.fit.point import EvaluatedPoint

__all__ = ["EvaluatedPoint", "Fit", "fit_of"]
