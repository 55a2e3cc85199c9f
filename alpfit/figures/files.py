"""Figures as files: rendered, and written."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alpfit.chains.files import write_durably
from alpfit.chains.folder import RunFolder
from alpfit.numerics.memory import given_back
from alpfit.plots.style import paper_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EXTENSIONS = ("png", "pdf")


@dataclass(frozen=True)
class Rendered:
    """A figure as ``files``, by how their names end; ``name`` and ``caption`` are those of what it shows."""

    name: str
    caption: str
    files: Mapping[str, bytes]


def as_files(
    extensions: Sequence[str], dpi: float | None, name: str, caption: str, draw: Callable[[], "Figure"]
) -> Rendered:
    """The files of a figure, laid out as in the first. It does not outlive them: the memory of many is that of one."""
    with given_back():
        figure, files = draw(), {}
        for extension in extensions:
            files[extension] = rendered(figure, extension, dpi)
            figure.set_layout_engine(None)
        del figure
    return Rendered(name, caption, files)


def save_figures(figures: Iterable[Rendered], folder: Path) -> Iterator[Path]:
    """Write the files of each figure to ``folder``, each whole or not at all; their paths, as they are written."""
    for one in figures:
        for extension, contents in one.files.items():
            path = RunFolder(folder).figure(f"{one.name}.{extension}")
            write_durably(path, contents)
            yield path


def rendered(figure: "Figure", extension: str, dpi: float | None = None) -> bytes:
    """The file of a ``figure``, with the style's ``dpi`` if None."""
    stream = BytesIO()
    with paper_style():
        choices: dict[str, Any] = {} if dpi is None else {"dpi": dpi}
        figure.savefig(stream, format=extension, **choices)
    return stream.getvalue()
