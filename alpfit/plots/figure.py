"""A figure that keeps the paper's style wherever it is saved, and shows itself in a notebook."""

from contextlib import suppress
from io import BytesIO
from typing import Any

from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.layout_engine import PlaceHolderLayoutEngine

from alpfit.plots.style import paper_style


class Figure(MatplotlibFigure):
    """As matplotlib's, which reads the resolution and the kind of fonts not when it draws but when it saves."""

    def draw(self, renderer: Any) -> None:
        """Draw as matplotlib does; but only lay out where that is what matplotlib wants of a first draw for a file."""
        engine = self.get_layout_engine()  # a placeholder for what is drawn into the file
        if engine is None or isinstance(engine, PlaceHolderLayoutEngine) or not (self.canvas.is_saving() and self.axes):
            super().draw(renderer)
            return
        with suppress(ValueError):  # as in matplotlib
            engine.execute(self)

    def savefig(self, *args: Any, **kwargs: Any) -> None:
        """Save as matplotlib does, with the style's resolution, and fonts that journals take."""
        with paper_style():
            super().savefig(*args, **kwargs)

    def _repr_png_(self) -> bytes:
        """What a notebook shows of it, whether or not it has pyplot's figures shown."""
        stream = BytesIO()
        self.savefig(stream, format="png", dpi=100)
        return stream.getvalue()
