"""What happens to a run when its results are written: somebody is told, and its first figures are drawn."""

from collections.abc import Callable

from alpfit.figures import write_quick_figures
from alpfit.inference.progress import NoProgress, Progress
from alpfit.runs.run import Run

Tell = Callable[[Run], None]
"""Gets a run as soon as its results are written, before figures are drawn."""


def present(run: Run, tell: Tell | None, progress: Progress | None, *, only_missing: bool = False) -> Run:
    """Show the published ``run`` to ``tell``, then draw its quick figures; one that cannot be is a note."""
    if tell is not None:
        tell(run)
    write_quick_figures(run, (progress or NoProgress()).note, only_missing=only_missing)
    return run.anchored
