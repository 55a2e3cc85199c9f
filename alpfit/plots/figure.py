"""A figure that keeps the paper's style wherever it is saved, and shows itself in a notebook."""

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from io import BytesIO
from typing import Any

from matplotlib.axis import Axis
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.layout_engine import PlaceHolderLayoutEngine
from matplotlib.ticker import FuncFormatter, ScalarFormatter

from alpfit.plots.numbers import power_of
from alpfit.plots.style import paper_style


class Figure(MatplotlibFigure):
    """As matplotlib's, which reads the resolution and the kind of fonts not when it draws but when it saves."""

    def draw(self, renderer: Any) -> None:
        """Draw as matplotlib does; but only lay out where that is what matplotlib wants of a first draw for a file.

        Powers of ten of an axis are told in its label, where they cannot run into what is above a panel or beside it.
        """
        scaled = [(axis, power) for axis in _axes_of(self) if (power := _power_of(axis))]
        for axis, power in scaled:  # those that share a range share the numbers beside it, too
            axis.set_major_formatter(FuncFormatter(partial(_in_units_of, power)))
            axis.set_label_text(with_power(axis.get_label_text(), power))
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


def with_power(label: str, power: int) -> str:
    """The label of an axis whose numbers are in units of a power of ten."""
    units = f"$10^{{{power}}}$"
    if not label:
        return label
    return f"{label[:-1].replace(' [', f' [{units} ', 1)}]" if label.endswith("]") else f"{label} [{units}]"


def _axes_of(figure: MatplotlibFigure) -> Iterator[Axis]:
    for panel in figure.axes:
        yield panel.xaxis
        yield panel.yaxis


def _power_of(axis: Axis) -> int:
    """The power of ten that matplotlib would write beside a linear axis; 0 for none, and without a label to tell it."""
    if not isinstance(axis.get_major_formatter(), ScalarFormatter) or axis.get_scale() != "linear":
        return 0
    numbers = axis.get_tick_params()
    if not axis.get_label_text() and (numbers.get("labelbottom", False) or numbers.get("labelleft", False)):
        return 0
    return power_of(max(abs(end) for end in axis.get_view_interval()))


def _in_units_of(power: int, value: float, _: int | None = None) -> str:
    return f"{value / 10.0**power:g}"
