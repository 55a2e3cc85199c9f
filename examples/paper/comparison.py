"""What the scripts of this folder share: a row of the comparison table, and how a figure is saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from alpfit.plots.style import paper_style

FOLDER = Path(__file__).resolve().parent
FIGURES = FOLDER / "figures"

OBSERVED = 0.12
"""The relic density that the paper asks for; Planck 2018, arXiv:1807.06209."""


@dataclass(frozen=True)
class Row:
    """One number of the paper beside ours; ``printed`` is a number or what the text says."""

    place: str
    quantity: str
    printed: float | str
    ours: float
    reason: str = ""

    def as_markdown(self) -> str:
        """The row of the table in README.md."""
        printed = self.printed if isinstance(self.printed, str) else _number(self.printed)
        ratio = "" if isinstance(self.printed, str) else f"{self.ours / self.printed:.3f}"
        return f"| {self.place} | {self.quantity} | {printed} | {_number(self.ours)} | {ratio} | {self.reason} |"


def _number(value: float) -> str:
    """Four digits, small numbers with a power of ten."""
    if value == 0.0 or abs(value) >= 1e-2:
        return f"{value:.4g}"
    digits, power = f"{value:.3e}".split("e")
    return f"{digits}e{int(power)}"


def as_markdown(rows: Sequence[Row]) -> str:
    """The whole table."""
    header = "| where | quantity | printed | ours | ours/printed | why they differ, or how it is meant |\n" + "|---" * 6
    return "\n".join([header + "|", *(row.as_markdown() for row in rows)]) + "\n"


def save(figure: Figure, name: str) -> None:
    """Write ``figure`` as PNG and PDF."""
    FIGURES.mkdir(exist_ok=True)
    with paper_style():
        for extension in ("png", "pdf"):
            figure.savefig(FIGURES / f"{name}.{extension}")
