"""Whether an HDF5 file holds what it shows: it can be made of pieces of other files, and can promise more than it has.

External links, external storage and virtual data sets bring in the bytes of any file that the reader may read; a data
set of a few bytes on the disk may unfold to more than fits into memory (HDF5 file format specification, version 3,
IV.A.2: messages 7, 8 and 11).
"""

from pathlib import Path
from typing import Any

import numpy as np

NO_VARIABLE = "This is a netCDF dimension but not a netCDF variable."
"""The name that marks a dimension without coordinates (NetCDF-4 file format specification, "Dimensions")."""


def check_self_contained(path: Path) -> None:
    """Raise :class:`ValueError` for the first thing in the file that leads elsewhere, or of which it has not all bytes.

    Raises :class:`OSError` where it is no HDF5.
    """
    import h5py

    with h5py.File(path, "r") as file:
        size, shown, waiting, seen = path.stat().st_size, 0, [("", file["/"])], set()
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
                if isinstance(member, h5py.Group):
                    waiting.append((here, member))
                elif isinstance(member, h5py.Dataset):
                    shown += _stored_bytes(here, member)
                if shown > size:
                    raise ValueError(f"{here} promises more numbers than the file has bytes for")


def _stored_bytes(place: str, data: Any) -> int:
    """The bytes of a data set, all of which are in the file as they are."""
    import h5py

    properties = data.id.get_create_plist()
    if properties.get_layout() == h5py.h5d.VIRTUAL or properties.get_external_count():
        raise ValueError(f"{place} is taken from other files, and nothing but the file itself is read")
    if properties.get_nfilters():
        raise ValueError(f"{place} is packed or filtered, which no run writes")
    if np.bytes_(data.attrs.get("NAME", b"")).startswith(NO_VARIABLE.encode()):
        return 0  # it is only as long as a dimension, and never read
    needed = int(data.size or 0) * int(data.dtype.itemsize)
    if data.id.get_storage_size() < needed:
        raise ValueError(f"{place} promises {needed} bytes and has {data.id.get_storage_size()}")
    return needed
