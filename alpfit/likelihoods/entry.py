"""What stands in the file of an entry, before its form reads the numbers; without what evaluates them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError

from alpfit.errors import CatalogueError, validation_sentence
from alpfit.likelihoods.exposure import Exposure
from alpfit.likelihoods.files import read_text
from alpfit.likelihoods.share import Share
from alpfit.likelihoods.source import Reference, Source
from alpfit.numerics.toml import tables_in

ENTRY = "likelihood.toml"


class Entry(BaseModel):
    """The tables of a ``likelihood.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1)
    experiment: str = Field(min_length=1)
    group: str = ""
    scenarios: list[str] = []
    own_models: StrictBool = True
    form: str
    options: list[str] = []
    overlaps: list[str] = []
    projection: StrictBool = False
    data: dict[str, Any]
    rescale: Share | None = None
    forecast: Exposure | None = None
    source: Source
    references: list[Reference] = Field(min_length=1)
    notes: dict[str, str] = {}


def data_folder() -> Path:
    """Where the entries are: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "data"
    return installed if installed.is_dir() else package.parents[1] / "likelihoods"


def names() -> tuple[str, ...]:
    """The names of all entries, sorted.

    >>> from alpfit.likelihoods import names
    >>> [name for name in names() if name.startswith("belle2_bknunu")]
    ['belle2_bknunu_2023', 'belle2_bknunu_q2_2025']
    """
    return tuple(sorted(path.parent.name for path in data_folder().glob(f"*/{ENTRY}")))


def folder_of(name: str) -> Path:
    """The folder of the entry ``name``, which may be missing; a ``name`` with a slash is that of one's own."""
    return Path(name) if "/" in name else data_folder() / name


def read_entry(path: Path) -> Entry:
    """The tables of the file at ``path``; raises :class:`CatalogueError` where it has others, or lacks one."""
    try:
        return Entry.model_validate(tables_in(read_text(path)))
    except FileNotFoundError as error:
        raise CatalogueError(f"{path} is missing: a likelihood is a folder with a {ENTRY}") from error
    except ValidationError as error:
        raise CatalogueError(f"{path}: {validation_sentence(error)}") from error
    except ValueError as error:
        raise CatalogueError(f"{path} is not TOML: {error}") from error


def made_for(scenarios: Sequence[str], own_models: bool) -> str:
    """The package's scenarios for which an entry holds, in words; those of one's own need not be named."""
    return ", ".join(scenarios) + ("" if own_models else ", no model of one's own") or "models of one's own"
