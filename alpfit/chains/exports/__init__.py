"""Exports: the samples of a run for other programs, in their files and as what they have in memory."""

from pathlib import Path

from alpfit.chains.exports import anesthetic, csv, getdist, hdf5, parquet
from alpfit.chains.exports.anesthetic import to_anesthetic
from alpfit.chains.exports.arviz import to_arviz
from alpfit.chains.exports.base import Contents, Format
from alpfit.chains.exports.dataframe import to_dataframe
from alpfit.chains.exports.getdist import to_getdist
from alpfit.chains.exports.writing import replace_files
from alpfit.errors import ConfigurationError, one_of
from alpfit.numerics.arguments import shown
from alpfit.numerics.registry import Registry

EXPORTS: Registry[Format] = Registry(
    "format of exports",
    {
        "getdist": getdist.FORMAT,
        "anesthetic": anesthetic.FORMAT,
        "csv": csv.FORMAT,
        "parquet": parquet.FORMAT,
        "hdf5": hdf5.FORMAT,
    },
)
"""The formats by name, each in a file of its own, which says what it holds."""


def export(name: str, kind: str, contents: Contents, folder: Path) -> list[Path]:
    """Write ``contents`` to ``folder``/``kind``/``name`` and endings, in place of what an earlier export left there.

    ``kind`` is a name in :data:`EXPORTS`. Returns the files. Raises :class:`ConfigurationError` for one that is not, or
    that lacks a package, :class:`RunFolderError` where ``folder`` cannot be written; then what was there before stays.
    """
    if not isinstance(kind, str) or kind not in EXPORTS:
        called = kind if isinstance(kind, str) else shown(kind)
        raise ConfigurationError(f"format = {called}: there is no such export: {one_of(str(kind), EXPORTS)}")
    return replace_files(folder / kind, name, EXPORTS[kind], contents)


__all__ = ["EXPORTS", "Contents", "Format", "export", "to_anesthetic", "to_arviz", "to_dataframe", "to_getdist"]
