"""``parquet``: one table ``NAME.parquet`` with the columns of ``csv``.

Evidence, cost and trust are JSON in the file's metadata, under the key ``alpfit``. Needs pyarrow, the optional
dependency ``alpfit[parquet]``.
"""

import json
from pathlib import Path

from alpfit.chains.exports.base import Contents, Format, columns, facts
from alpfit.errors import ConfigurationError


def write(root: Path, contents: Contents) -> None:
    """Write ``root`` and ``.parquet``; raises :class:`ConfigurationError` without pyarrow."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ConfigurationError("parquet needs pyarrow: pip install alpfit[parquet]") from error
    table = pyarrow.table(columns(contents.samples))
    table = table.replace_schema_metadata({"alpfit": json.dumps(facts(contents.samples))})
    pyarrow.parquet.write_table(table, root.with_name(f"{root.name}.parquet"))


FORMAT = Format(write, r"\.parquet")
