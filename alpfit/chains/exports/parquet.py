"""``parquet``: one table ``NAME.parquet`` with the columns of ``csv``.

Evidence, cost and trust are JSON in the file's metadata, under the key ``alpfit``. Needs pyarrow, the optional
dependency ``alpfit[parquet]``.
"""

import json
from pathlib import Path

from alpfit.chains.exports.base import Contents, Format, columns, facts, optional


def write(root: Path, contents: Contents) -> None:
    """Write ``root`` and ``.parquet``; raises :class:`ConfigurationError` without pyarrow."""
    pyarrow, parquet = (optional(module, "parquet", "parquet") for module in ("pyarrow", "pyarrow.parquet"))
    table = pyarrow.table(columns(contents.samples))
    table = table.replace_schema_metadata({"alpfit": json.dumps(facts(contents.samples))})
    parquet.write_table(table, root.with_name(f"{root.name}.parquet"))


FORMAT = Format(write, r"\.parquet")
