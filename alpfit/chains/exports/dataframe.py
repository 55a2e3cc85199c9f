"""pandas: the table of ``csv`` in memory."""

from typing import TYPE_CHECKING

from alpfit.chains.exports.base import Contents, columns, facts

if TYPE_CHECKING:
    from pandas import DataFrame


def to_dataframe(contents: Contents) -> "DataFrame":
    """A row a sample; evidence, cost and trust are the ``attrs`` of the table.

    >>> from alpfit import read_run
    >>> from alpfit.chains.exports import to_dataframe
    >>> table = to_dataframe(read_run("chains/reference/invisible").contents)
    >>> bool(abs(table["weight"].sum() - 1.0) < 1e-9), "log_z" in table.attrs
    (True, True)
    """
    from pandas import DataFrame

    table = DataFrame(columns(contents.samples))
    table.attrs.update(facts(contents.samples))
    return table
