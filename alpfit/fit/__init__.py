"""From a TOML file to a run folder, and what can be asked of either."""

from alpfit.fit.bibliography import bibliography
from alpfit.fit.fit import Fit
from alpfit.fit.reweighting import Changes, Reweighting
from alpfit.fit.run import Run

__all__ = ["Changes", "Fit", "Reweighting", "Run", "bibliography"]
