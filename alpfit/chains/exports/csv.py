"""``csv``: one table ``NAME.csv`` with a row a sample, and as many digits as bring back the same numbers."""

import csv
from pathlib import Path

from alpfit.chains.exports.base import Contents, Format, columns


def write(root: Path, contents: Contents) -> None:
    """Write ``root`` and ``.csv``; the header has the names of :func:`~alpfit.chains.exports.base.columns`."""
    table = columns(contents.samples)
    with root.with_name(f"{root.name}.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(table)
        writer.writerows(zip(*(values.tolist() for values in table.values()), strict=True))


FORMAT = Format(write, r"\.csv")
