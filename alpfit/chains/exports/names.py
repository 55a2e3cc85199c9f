"""Names and labels for getdist and anesthetic, whose names are words: ``.paramnames``."""

import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alpfit.chains.exports.base import Contents


def beside(name: str, taken: Collection[str]) -> str:
    """The name of a column where the file has columns of its own: a parameter called as one of them gets a ``_``."""
    return f"{name}_" if name.rstrip("_") in taken else name


def plain_names(names: Iterable[str]) -> dict[str, str]:
    """A name of letters, digits and underscores for each of ``names``, no two of them the same.

    Names that are so stay. In others ``->`` becomes ``_to_`` and ``+`` becomes ``p``, all else an underscore, of which
    there is never more than one in a row nor any at an end: ``BR(B+->K+ a(inv))`` is ``BR_Bp_to_Kp_a_inv``. A name
    that is taken then gets a number: ``_2``.
    """
    names = list(names)
    plain = {name: name for name in names if re.fullmatch(r"\w+", name, flags=re.ASCII)}
    for name in names:
        if name not in plain:
            words = re.sub(r"[\W_]+", "_", name.replace("->", "_to_").replace("+", "p"), flags=re.ASCII).strip("_")
            taken, number, plain[name] = set(plain.values()), 1, words
            while plain[name] in taken:
                number += 1
                plain[name] = f"{words}_{number}"
    return plain


def quantity_names(contents: "Contents") -> dict[str, str]:
    """The plain names of all parameters and derived quantities, in this order."""
    names = (*contents.samples.parameters, *contents.samples.derived)
    plain = plain_names(names)
    return {name: plain[name] for name in names}


def write_paramnames(path: Path, contents: "Contents") -> None:
    """A line for each quantity, its plain name and its label; those of derived ones end with an asterisk."""
    lines = [
        f"{plain}{'*' if name in contents.samples.derived else ''}\t{contents.label(name)}\n"
        for name, plain in quantity_names(contents).items()
    ]
    path.write_text("".join(lines), encoding="utf-8")
