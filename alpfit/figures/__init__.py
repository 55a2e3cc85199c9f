"""The figures of runs: the registry of them, what they are made of, and how they are drawn and written."""

from alpfit.figures.drawing import Drawn, figure_files, figures, write_quick_figures
from alpfit.figures.files import Rendered, rendered, save_figures
from alpfit.figures.registry import FIGURES, QUICK

__all__ = [
    "FIGURES",
    "QUICK",
    "Drawn",
    "Rendered",
    "figure_files",
    "figures",
    "rendered",
    "save_figures",
    "write_quick_figures",
]
