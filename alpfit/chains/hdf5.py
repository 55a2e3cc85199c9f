"""Whether an HDF5 file holds what it shows: it can be made of pieces of other files, and can promise more than it has.

External links, external storage and virtual data sets bring in the bytes of any file that the reader may read; a data
set of a few bytes on the disk may unfold to more than fits into memory (HDF5 file format specification, version 3,
IV.A.2: messages 7, 8 and 11). Text lies in heaps, where all strings of a list may be the same long one (III.E).
"""

import re
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np

NO_VARIABLE = "This is a netCDF dimension but not a netCDF variable."
"""The name that marks a dimension without coordinates (NetCDF-4 file format specification, "Dimensions")."""


HEAP = b"GCOL\x01\x00\x00\x00"
"""How a heap begins in the file; its size follows in eight bytes (III.E)."""

MOST_TEXT = 2**28
"""Bytes that all texts of a file may come to, if each is as long as the largest heap: of ours some ten thousand are."""


def check_self_contained(path: Path) -> None:
    """Raise :class:`ValueError` for the first thing in the file that leads elsewhere, or of which it has not all bytes.

    Raises :class:`OSError` where it is no HDF5.
    """
    import h5py

    with h5py.File(path, "r") as file:
        size, shown, waiting, seen = path.stat().st_size, 0, [("", file["/"])], set()
        n_texts = _texts_of("/", file["/"])
        while waiting:
            place, group = waiting.pop()
            for name in group:
                here = f"{place}/{name}"
                if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                    raise ValueError(f"{here} is a link, and nothing but the file itself is read")
                member = group[name]
                if member.id in seen:  # also what links to itself ends
                    raise ValueError(f"{here} is in it twice, and nothing that a run writes is")
                seen.add(member.id)
                n_texts += _texts_of(here, member)
                if isinstance(member, h5py.Group):
                    waiting.append((here, member))
                elif isinstance(member, h5py.Dataset):
                    shown += _stored_bytes(here, member)
                if shown > size:
                    raise ValueError(f"{here} promises more numbers than the file has bytes for")
    if n_texts and n_texts * _largest_heap(path) > MOST_TEXT:
        raise ValueError(f"its {n_texts} texts may be longer than those of any run")


def numbers_in(group: Any, name: str) -> Any:
    """The numbers of the data set ``name``; raises :class:`ValueError` where it is but a dimension."""
    if _is_dimension(group[name]):
        raise ValueError(f"{group.name}/{name} is a dimension and has no numbers")
    return group[name][...]


def _is_dimension(data: Any) -> bool:
    """Whether a data set is only there for its length, and has no bytes."""
    return bool(np.bytes_(data.attrs.get("NAME", b"")).startswith(NO_VARIABLE.encode()))


def _texts_of(place: str, member: Any) -> int:
    """How many texts, or other lists of any length, the attributes of a ``member`` of the file have."""
    from h5py import h5t

    n = 0
    for name in member.attrs:
        attribute = member.attrs.get_id(name)
        kind = attribute.get_type()
        if isinstance(kind, h5t.TypeVlenID) or (isinstance(kind, h5t.TypeStringID) and kind.is_variable_str()):
            n += int(np.prod(attribute.shape, dtype=object))
            kind = kind.get_super() if isinstance(kind, h5t.TypeVlenID) else None
        if isinstance(kind, h5t.TypeVlenID | h5t.TypeArrayID | h5t.TypeCompoundID) and any(
            kind.detect_class(inner) for inner in (h5t.VLEN, h5t.STRING)
        ):
            raise ValueError(f"{place} has an attribute {name!r} of a kind that no run writes")
    return n


def _largest_heap(path: Path) -> int:
    """The bytes of the largest heap in the file, or of what looks like one: no text is longer."""
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
        places = (found.end() for found in re.finditer(re.escape(HEAP), content))
        return max((int.from_bytes(content[place : place + 8], "little") for place in places), default=0)


def _stored_bytes(place: str, data: Any) -> int:
    """The bytes of a data set, all of which are in the file as they are."""
    import h5py

    properties = data.id.get_create_plist()
    if properties.get_layout() == h5py.h5d.VIRTUAL or properties.get_external_count():
        raise ValueError(f"{place} is taken from other files, and nothing but the file itself is read")
    if properties.get_nfilters():
        raise ValueError(f"{place} is packed or filtered, which no run writes")
    if data.dtype.kind not in "iufb":
        raise ValueError(f"{place} holds something that is no number")
    if _is_dimension(data):
        return 0  # it is never read
    needed = int(data.size or 0) * int(data.dtype.itemsize)
    if data.id.get_storage_size() < needed:
        raise ValueError(f"{place} promises {needed} bytes and has {data.id.get_storage_size()}")
    return needed
