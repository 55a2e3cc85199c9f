"""Where an entry's numbers come from, and what to cite for them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from alpfit.likelihoods.methods import Method

Text = Annotated[str, Field(min_length=1)]
Quality = Literal["primary", "transcribed", "digitised", "derived", "recalled"]

DOUBTFUL: Mapping[str, str] = MappingProxyType(
    {"digitised": "digitised by others", "recalled": "recalled, not looked up"}
)
"""Qualities of numbers that are told of wherever a fit uses them, in words."""


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Source:
    """Who published the numbers, where they stand, how they were read, and what was made of them.

    ``quality`` is the confidence in the numbers: the experiment's own, copied from them by others, read off a figure,
    calculated from other numbers, or from memory. ``method`` is the one that gave a limit, which decides what the limit
    says: :mod:`~alpfit.likelihoods.methods`. ``arxiv`` and ``inspire`` are empty where there are none.
    """

    arxiv: Annotated[str, Field(pattern=r"^(\d{4}\.\d{4,5}|[a-z-]+/\d{7})?$")]
    inspire: Annotated[str, Field(pattern=r"^([\w.-]+:\d{4}\w{2,4})?$")]
    where: Text
    how: Text
    confidence_level: Text
    quality: Quality
    assumes: Text
    recast: Text
    supersedes: str = ""
    method: Method = "unknown"

    @property
    def doubt(self) -> str:
        """What is to be told of the numbers wherever they are used; empty for those that stand as published."""
        return DOUBTFUL.get(self.quality, "")

    @property
    def identifier(self) -> str:
        """The paper's arXiv number, its INSPIRE key where it has none, and where that is unknown its place."""
        return f"arXiv:{self.arxiv}" if self.arxiv else self.inspire or self.where


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Reference:
    """A paper to cite; ``key`` is its INSPIRE key, ``eprint`` its arXiv number.

    What of it nobody has seen in a public source, such as the key, is named in ``unchecked``.
    """

    key: Text
    author: Text
    title: Text
    year: Annotated[int, Field(strict=True)]
    collaboration: str = ""
    journal: str = ""
    doi: str = ""
    eprint: str = ""
    unchecked: Sequence[Literal["key", "author", "title", "journal", "doi", "year"]] = ()

    def bibtex(self) -> str:
        """The entry for a BibTeX file; titles keep their capitals. What is unchecked is said in a line before it."""
        fields = {
            "author": self.author,
            "collaboration": self.collaboration,
            "title": f"{{{self.title}}}",
            "journal": self.journal,
            "year": str(self.year),
            "doi": self.doi,
            "eprint": self.eprint,
            "archivePrefix": "arXiv" if self.eprint else "",
        }
        lines = [f"    {name} = {{{value}}}" for name, value in fields.items() if value]
        remark = f"% unchecked: {', '.join(self.unchecked)}\n" if self.unchecked else ""
        kind = "article" if self.journal or self.eprint else "misc"
        return f"{remark}@{kind}{{{self.key},\n" + ",\n".join(lines) + "\n}"
