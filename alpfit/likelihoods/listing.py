"""The catalogue as a list: what is said of each entry in a line, from its text alone where that says it.

To build the forms of all entries reads all their tables, and loads what compiles likelihoods, which takes five times
as long as the list. So an entry with a table that cannot be used is listed, and refused where it is loaded.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from alpfit.likelihoods.entry import ENTRY, Entry, data_folder, made_for, names, read_entry
from alpfit.likelihoods.methods import SHOWN_LEVEL
from alpfit.likelihoods.source import Source

LEVELS: Mapping[str, float | None] = MappingProxyType(
    {
        **dict.fromkeys(("gaussian", "upper-limit", "limit-curve", "limit-surface", "two-body-band", "counting")),
        **dict.fromkeys(("contour", "edge", "binned")),
        "parabola": SHOWN_LEVEL,
    }
)
"""Forms whose first observable and confidence level stand in ``[data]``: the level where none stands there."""


class Named(Protocol):
    """An entry with its source."""

    @property
    def name(self) -> str:
        """The entry."""

    @property
    def source(self) -> Source:
        """Where its numbers come from."""


@dataclass(frozen=True)
class Listed:
    """An entry as it is listed: ``observable`` is what it measures, ``confidence_level`` is in words."""

    name: str
    experiment: str
    observable: str
    made_for: str
    confidence_level: str
    projection: bool
    source: Source


def listed() -> Iterator[Listed]:
    """All entries, in the order of their names; raises :class:`CatalogueError` for one that cannot be used."""
    for name in names():
        folder = data_folder() / name
        entry = read_entry(folder / ENTRY)
        yield _from_text(name, entry) if _says_it_all(entry) else _from_form(folder)


def superseded(entries: Iterable[Named]) -> Mapping[str, str]:
    """The entries that one of the ``entries`` supersedes, each with that one's name."""
    found = {}
    for entry in entries:
        for older in entry.source.supersedes.split(", "):
            if older:
                found[older] = entry.name
    return found


def _says_it_all(entry: Entry) -> bool:
    """Whether the text has what the form would say; where it has not, the form refuses it, or knows more."""
    observable, level = entry.data.get("observable"), entry.data.get("confidence_level")
    plain = entry.form in LEVELS and entry.data.get("signal_is", "line") == "line"  # a spectrum is another observable
    return plain and isinstance(observable, str) and observable != "" and isinstance(level, float | None)


def _from_text(name: str, entry: Entry) -> Listed:
    level = entry.data.get("confidence_level", LEVELS[entry.form])
    words = made_for(entry.scenarios, entry.own_models)
    said = _level(level, entry.source)
    return Listed(name, entry.experiment, entry.data["observable"], words, said, entry.projection, entry.source)


def _from_form(folder: Path) -> Listed:
    from alpfit.likelihoods.catalogue import load_folder

    m = load_folder(folder)
    said = _level(getattr(m.form, "confidence_level", None), m.source)
    return Listed(m.name, m.experiment, m.observables[0], m.made_for, said, m.projection, m.source)


def _level(level: float | None, source: Source) -> str:
    """The confidence level of a limit; what the source says where the form has none."""
    return source.confidence_level if level is None else f"{100 * level:g} %"
