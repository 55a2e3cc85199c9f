"""``profiles.nc``: all profiles as arrays on their grids, a group each, and the way back."""

from pathlib import Path
from typing import Any

import numpy as np
import xarray

from alpfit.chains.profiles.contents import ProfileContents, columns, stems
from alpfit.errors import RunFolderError
from alpfit.inference.profiling import Profile

AXES = ("x", "y")
LOG_L, CONVERGED, DELTA = "log_likelihood", "converged", "minus_two_delta_log_likelihood"
ENTRY_PREFIX = "log_likelihood:"


def write_profiles(path: Path, contents: ProfileContents) -> None:
    """Write ``contents``; bins without a point hold NaN."""
    groups = {
        f"/{stem}": _dataset(profile, contents)
        for stem, profile in zip(stems(contents.profiles), contents.profiles, strict=True)
    }
    root = xarray.Dataset(attrs={"best_log_likelihood": contents.top, "likelihoods": list(contents.likelihoods)})
    xarray.DataTree.from_dict({"/": root, **groups}).to_netcdf(path, engine="h5netcdf")


def _dataset(profile: Profile, contents: ProfileContents) -> xarray.Dataset:
    grid = AXES[: len(profile.names)]
    variables: dict[str, Any] = {}
    for axis, name, edges in zip(grid, profile.names, profile.edges, strict=True):
        variables[f"edges_{axis}"] = (f"{axis}_edge", edges, {"quantity": name, **_shown(contents, name)})
    variables[LOG_L] = (grid, profile.log_l, {"long_name": "maximum of ln L in the bin"})
    variables[DELTA] = (grid, profile.minus_two_delta(contents.top), {"long_name": "-2 Delta ln L"})
    variables[CONVERGED] = (grid, profile.converged.astype(np.int8), {"long_name": "MIGRAD has a valid minimum"})
    for name, values in columns(profile).items():
        variables[name] = (grid, values, _shown(contents, name))
    facts = {
        "names": list(profile.names),
        "logarithmic": [int(log) for log in profile.logarithmic],
        "refined": int(profile.refined),
        "parameters": list(profile.parameters),
        "derived": list(profile.derived),
        "entries": list(profile.log_l_by_entry),
    }
    return xarray.Dataset(variables, attrs=facts)


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
    try:
        with xarray.open_datatree(path, engine="h5netcdf") as tree:
            top = float(tree.attrs["best_log_likelihood"])
            return tuple(_profile(group.to_dataset().load()) for group in tree.children.values()), top
    except (OSError, KeyError, ValueError) as error:
        raise RunFolderError(f"{path} cannot be read: {error}; make it anew with alpfit profile") from error


def _profile(dataset: xarray.Dataset) -> Profile:
    names, facts = _words(dataset.attrs["names"]), dataset.attrs
    return Profile(
        names,
        tuple(bool(log) for log in np.atleast_1d(facts["logarithmic"])),
        tuple(dataset[f"edges_{axis}"].values for axis in AXES[: len(names)]),
        dataset[LOG_L].values,
        dataset[CONVERGED].values.astype(bool),
        {name: dataset[name].values for name in _words(facts["parameters"])},
        {name: dataset[name].values for name in _words(facts["derived"])},
        {name: dataset[ENTRY_PREFIX + name].values for name in _words(facts["entries"])},
        refined=bool(facts["refined"]),
    )


def _words(attribute: Any) -> tuple[str, ...]:
    """A list of words, of which netCDF gives a single one as it is."""
    return tuple(str(word) for word in np.atleast_1d(attribute))
