"""The figures of a run, and its profile likelihoods."""

from alpfit.fit.figures.drawing import (
    Drawn,
    figures,
    material_of,
    quick_figures,
    rendered,
    save_figures,
    write_quick_figures,
)
from alpfit.fit.figures.profiles import is_logarithmic, profiles_1d, profiles_2d
from alpfit.fit.figures.table import FIGURES, QUICK

__all__ = [
    "FIGURES",
    "QUICK",
    "Drawn",
    "figures",
    "is_logarithmic",
    "material_of",
    "profiles_1d",
    "profiles_2d",
    "quick_figures",
    "rendered",
    "save_figures",
    "write_quick_figures",
]
