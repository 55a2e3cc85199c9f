"""Exports: the samples of a run for other programs, in their files and as what they have in memory.

>>> from alpfit import read_run
>>> from alpfit.chains import exports
>>> exports.to_dataframe(read_run("chains/reference/invisible").contents)["m_a"].max() < 4.8  # GeV
np.True_
"""

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
"""The formats by name, each in a file of its own, which says what it holds; ``EXPORTS.add(name, format)`` adds one.

>>> from alpfit.chains.exports import EXPORTS
>>> list(EXPORTS)
['getdist', 'anesthetic', 'csv', 'parquet', 'hdf5']
"""


def export(name: str, kind: str, contents: Contents, folder: Path) -> list[Path]:
    """Write ``contents`` to ``folder``/``kind``/``name`` and endings, in place of what an earlier export left there.

    ``kind`` is a name in :data:`EXPORTS`. Returns the files. Raises :class:`ConfigurationError` for one that is not, or
    that lacks a package, :class:`RunFolderError` where ``folder`` cannot be written; then what was there before stays.

    >>> from pathlib import Path
    >>> from alpfit import read_run
    >>> from alpfit.chains.exports import export
    >>> files = export("first", "csv", read_run("chains/reference/invisible").contents, Path("exports"))
    >>> [path.as_posix() for path in files]
    ['exports/csv/first.csv']
    """
    if not isinstance(kind, str) or kind not in EXPORTS:
        called = kind if isinstance(kind, str) else shown(kind)
        raise ConfigurationError(f"format = {called}: there is no such export: {one_of(str(kind), EXPORTS)}")
    return replace_files(folder / kind, name, EXPORTS[kind], contents)


__all__ = ["EXPORTS", "Contents", "Format", "export", "to_anesthetic", "to_arviz", "to_dataframe", "to_getdist"]
