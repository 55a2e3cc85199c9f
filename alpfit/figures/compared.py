"""Figures of several runs together."""

from collections.abc import Iterator, Sequence
from functools import partial

from alpfit.figures.files import EXTENSIONS, Rendered, as_files
from alpfit.figures.input import FigureInput
from alpfit.figures.posterior import posteriors
from alpfit.plots.style import paper_style
from alpfit.runs.comparison import run_names
from alpfit.runs.run import Run

MOST_RUNS = 5
"""There are no more colours that everybody can tell apart."""


def compared_figures(runs: Sequence[Run]) -> Iterator[Rendered]:
    """The corner plot and the marginal posteriors of the parameters that all ``runs`` (five at most) sample.

    Raises :class:`ConfigurationError` where there are none.
    """
    from alpfit.plots.overlay import overlaid_corner_figure, overlaid_marginals_figure

    shown = list(zip(run_names(runs), runs, strict=True))[:MOST_RUNS]
    overlaid = posteriors([FigureInput(name, run.configuration, run.samples) for name, run in shown])
    them = "the runs" if len(runs) <= MOST_RUNS else f"the first {MOST_RUNS} of {len(runs)} runs"
    captions = {
        "corner": f"Posteriors of {them}, 68.3 % and 95.4 %; stars and dotted lines are their best fits.",
        "marginals": f"Marginal posteriors of {them}; dotted lines are their best fits.",
    }
    for name, draw in (("corner", overlaid_corner_figure), ("marginals", overlaid_marginals_figure)):
        with paper_style():
            made = as_files(EXTENSIONS, None, name, captions[name], partial(draw, overlaid))
        yield made
