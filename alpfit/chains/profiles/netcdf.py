"""``profiles.nc``: all profiles as arrays on their grids, a group each, and the way back.

netCDF-4 is HDF5 with dimension scales, and is written as such: xarray takes ten times as long for so many small arrays.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpfit.chains.exports.base import ENTRY_PREFIX
from alpfit.chains.exports.names import beside
from alpfit.chains.hdf5 import NO_VARIABLE, check_self_contained, numbers_in
from alpfit.chains.profiles.contents import ProfileContents, columns, stems
from alpfit.errors import RunFolderError
from alpfit.inference.profiling import Profile
from alpfit.inference.profiling.profile import Array
from alpfit.inference.profiling.steps import in_words
from alpfit.numerics.files import check_ordinary

AXES = ("x", "y")
LOG_L, CONVERGED, DELTA = "log_likelihood", "converged", "minus_two_delta_log_likelihood"
STEPS = "steps"
TAKEN = frozenset(
    {LOG_L, CONVERGED, DELTA, STEPS}
    | {form.format(axis) for axis in AXES for form in ("{}", "{}_edge", "edges_{}", "centre_{}")}
)
"""Names of variables and dimensions that no quantity can have in a group; a parameter y is there as y_."""

Variable = tuple[tuple[str, ...], NDArray[Any], dict[str, str]]
"""Its dimensions, values and attributes."""


def write_profiles(path: Path, contents: ProfileContents) -> None:
    """Write ``contents``; bins without a point hold NaN."""
    import h5py

    memory = BytesIO()  # HDF5 that cannot write to a full disk ends the process
    with h5py.File(memory, "w", track_order=True) as file:
        file.attrs.update({"best_log_likelihood": contents.top, "likelihoods": list(contents.likelihoods)})
        for stem, profile in zip(stems(contents.profiles), contents.profiles, strict=True):
            _write_group(file.create_group(stem, track_order=True), profile, contents)
    path.write_bytes(memory.getbuffer())


def _write_group(group: Any, profile: Profile, contents: ProfileContents) -> None:
    """The attributes, dimensions and variables of one profile."""
    group.attrs.update(
        {
            "names": list(profile.names),
            "logarithmic": [int(log) for log in profile.logarithmic],
            "refined": int(profile.refined),
            "parameters": list(profile.parameters),
            "derived": list(profile.derived),
            "entries": list(profile.log_l_by_entry),
        }
    )
    dimensions: dict[str, Any] = {}
    for axis, n in zip(AXES, profile.shape, strict=False):
        for name, size in ((axis, n), (f"{axis}_edge", n + 1)):
            dimensions[name] = group.create_dataset(name, (size,), dtype=">f4")
            dimensions[name].make_scale(f"{NO_VARIABLE}{size:10d}")
    for name, (over, values, attributes) in _variables(profile, contents).items():
        variable = group.create_dataset(name, data=values)
        variable.attrs.update(attributes)
        for place, dimension in enumerate(over):
            variable.dims[place].attach_scale(dimensions[dimension])


def _variables(profile: Profile, contents: ProfileContents) -> dict[str, Variable]:
    grid = AXES[: len(profile.names)]
    variables: dict[str, Variable] = {}
    for axis, name, edges in zip(grid, profile.names, profile.edges, strict=True):
        variables[f"edges_{axis}"] = ((f"{axis}_edge",), edges, {"quantity": name, **_shown(contents, name)})
    for axis, name, centre in zip(grid, profile.names, profile.centres, strict=True):
        variables[f"centre_{axis}"] = (grid, centre, {"quantity": name, **_shown(contents, name)})
    variables[LOG_L] = (grid, profile.log_l, {"long_name": "maximum of ln L in the bin"})
    variables[DELTA] = (grid, profile.minus_two_delta(contents.top), {"long_name": "-2 Delta ln L"})
    variables[CONVERGED] = (grid, profile.converged.astype(np.int8), {"long_name": "MIGRAD has a valid minimum"})
    holds = in_words(profile, contents.steps) != ""
    variables[STEPS] = (grid, holds.astype(np.int8), {"long_name": "ln L steps inside of the bin"})
    for name, values in columns(profile).items():
        variables[_stored(name)] = (grid, values, _shown(contents, name))
    return variables


def _stored(name: str) -> str:
    """The name of a column in a group."""
    return beside(name, TAKEN)


def _shown(contents: ProfileContents, name: str) -> dict[str, str]:
    """Label and unit of a quantity; nothing for ln L of a measurement."""
    if name not in contents.quantities:
        return {}
    quantity = contents.quantities[name]
    return {"long_name": quantity.label, "units": quantity.unit, "description": quantity.description}


def read_profiles(path: Path) -> tuple[tuple[Profile, ...], float]:
    """The profiles that :func:`write_profiles` wrote, and ln L of the best fit.

    Raises :class:`RunFolderError` where they cannot be read.
    """
    import h5py

    try:
        check_ordinary(path)
        check_self_contained(path)
        with h5py.File(path) as file:
            (top,) = np.atleast_1d(file.attrs["best_log_likelihood"]).tolist()
            return tuple(_profile(group) for group in file.values()), top
    except (MemoryError, ImportError):  # no fault of the file
        raise
    except Exception as error:  # whatever HDF5 and its readers make of a damaged file
        raise RunFolderError(f"{path} cannot be read: {error}; make it anew with alpfit profile") from error


def _profile(group: Any) -> Profile:
    facts = group.attrs
    names = _words(facts["names"])

    def arrays(which: str, prefix: str = "") -> dict[str, Array]:
        return {name: numbers_in(group, _stored(prefix + name)) for name in _words(facts[which])}

    return Profile(
        names,
        tuple(bool(log) for log in np.atleast_1d(facts["logarithmic"])),
        tuple(numbers_in(group, f"edges_{axis}") for axis in AXES[: len(names)]),
        numbers_in(group, LOG_L),
        numbers_in(group, CONVERGED).astype(bool),
        arrays("parameters"),
        arrays("derived"),
        arrays("entries", ENTRY_PREFIX),
        refined=bool(facts["refined"]),
    )


def _words(attribute: Any) -> tuple[str, ...]:
    """A list of words, of which netCDF gives a single one as it is."""
    return tuple(str(word) for word in np.atleast_1d(attribute))
