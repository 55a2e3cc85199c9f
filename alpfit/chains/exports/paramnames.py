"""``.paramnames``: the quantities of a run and their labels, for getdist and anesthetic."""

from pathlib import Path

from alpfit.chains.exports.base import Contents
from alpfit.chains.exports.names import plain_names


def quantity_names(contents: Contents) -> dict[str, str]:
    """The plain names of all parameters and derived quantities, in this order."""
    names = (*contents.samples.parameters, *contents.samples.derived)
    plain = plain_names(names)
    return {name: plain[name] for name in names}


def write_paramnames(path: Path, contents: Contents) -> None:
    """A line for each quantity, its plain name and its label; those of derived ones end with an asterisk."""
    lines = [
        f"{plain}{'*' if name in contents.samples.derived else ''}\t{contents.label(name)}\n"
        for name, plain in quantity_names(contents).items()
    ]
    path.write_text("".join(lines), encoding="utf-8")
