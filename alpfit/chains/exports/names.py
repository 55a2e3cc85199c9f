"""Names of columns: beside those of a file itself, and as words, which getdist and anesthetic need."""

import re
from collections.abc import Collection, Iterable


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
