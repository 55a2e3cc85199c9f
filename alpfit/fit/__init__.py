"""From a TOML file to a run folder, and what can be asked of either."""

from alpfit.fit.bibliography import bibliography
from alpfit.fit.coverage import check_coverage
from alpfit.fit.fit import Fit
from alpfit.fit.profile_folder import RunProfile
from alpfit.fit.profile_request import ProfileRequest
from alpfit.fit.profiling import fit_of, profile_run
from alpfit.fit.reweighting import Changes, Reweighting
from alpfit.fit.run import Run

__all__ = [
    "Changes",
    "Fit",
    "ProfileRequest",
    "Reweighting",
    "Run",
    "RunProfile",
    "bibliography",
    "check_coverage",
    "fit_of",
    "profile_run",
]
