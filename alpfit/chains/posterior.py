"""``posterior.nc``: the samples as netCDF groups that arviz reads, :mod:`alpfit.chains.exports.arviz`."""

import warnings
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from alpfit.chains.checking import check_samples
from alpfit.chains.exports.arviz import (
    CHAINS,
    DIAGNOSTIC_PREFIX,
    LOG_L,
    LOG_L_BIRTH,
    LOG_WEIGHT,
    NESTED,
    Group,
    groups,
    root_attributes,
    stored,
)
from alpfit.chains.exports.base import ENTRY_PREFIX
from alpfit.chains.hdf5 import check_self_contained
from alpfit.errors import RunFolderError
from alpfit.inference.priors import Prior
from alpfit.inference.samples import Samples
from alpfit.numerics.files import check_ordinary
from alpfit.scenarios import Quantity


def write_posterior(path: Path, samples: Samples, seed: int, quantities: Mapping[str, Quantity] | None = None) -> None:
    """Write ``samples``; ``seed`` draws the equally weighted ones, of which Markov chains need none.

    ``quantities`` give the columns their units and labels.
    """
    import h5netcdf

    memory = BytesIO()  # HDF5 that cannot write to a full disk ends the process: the bytes go to the disk from here
    with h5netcdf.File(memory, "w") as file:
        file.attrs.update(root_attributes(samples))
        for name, group in groups(samples, seed, quantities or {}).items():
            _write_group(file.create_group(name), group)
    path.write_bytes(memory.getbuffer())


def _write_group(target: Any, group: Group) -> None:
    """The dimensions, coordinates and columns of ``group`` as those of a netCDF group."""
    for name, size in group.dimensions.items():
        target.dimensions[name] = size
        if name in group.coordinates:
            target.create_variable(name, (name,), data=group.coordinates[name])
    for name, values in group.columns.items():
        variable = target.create_variable(name, tuple(group.dimensions), data=values)
        variable.attrs.update({"_FillValue": np.nan, **group.shown.get(name, {})})


def read_posterior(path: Path, priors: Mapping[str, Prior] | None = None) -> Samples:
    """All samples of the run, whose parameters have the ``priors``.

    Raises :class:`RunFolderError` where the file is missing or damaged, and for numbers that no run writes.
    """
    try:
        with warnings.catch_warnings():  # of a column that has no dimension, which is looked at below
            warnings.simplefilter("ignore")
            samples = _read(path)
        check_samples(samples, priors)
    except OSError as error:
        raise RunFolderError(f"{path} cannot be read: {error}; run again, or restore the file") from error
    except (MemoryError, ImportError):  # no fault of the file
        raise
    except Exception as error:  # whatever HDF5 and its readers make of a damaged file
        reason = error if isinstance(error, ValueError) else f"it is damaged ({type(error).__name__})"
        raise RunFolderError(f"{path} cannot be read: {reason}; run again, or restore the file") from error
    return samples


def _read(path: Path) -> Samples:
    import h5netcdf

    check_ordinary(path)
    check_self_contained(path)
    with h5netcdf.File(path, "r") as file:
        everything = file[CHAINS if CHAINS in file.groups else NESTED]
        attributes = dict(file.attrs)
        columns = {name: np.asarray(values) for name, values in everything.variables.items()}
    return Samples(
        parameters={name: columns[stored(name)] for name in _strings(attributes["parameters"])},
        derived={name: columns[stored(name)] for name in _strings(attributes["derived"])},
        log_l_by_entry=_prefixed(columns, ENTRY_PREFIX),
        log_l=columns[LOG_L],
        log_weights=columns[LOG_WEIGHT],
        log_z=_number(attributes.get("log_z")),
        log_z_error=_number(attributes.get("log_z_error")),
        n_calls=int(attributes["n_calls"]),
        log_l_birth=columns.get(LOG_L_BIRTH),
        n_chains=int(attributes.get("n_chains", Samples.n_chains)),
        autocorrelation=float(attributes.get("autocorrelation", Samples.autocorrelation)),
        diagnostics={name: float(value) for name, value in _prefixed(attributes, DIAGNOSTIC_PREFIX).items()},
        shortfalls=tuple(_strings(attributes.get("shortfalls", ()))),
    )


def _prefixed(content: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """What has a name that begins with ``prefix``, by the rest of its name."""
    return {name.removeprefix(prefix): value for name, value in content.items() if name.startswith(prefix)}


def _strings(attribute: Any) -> list[str]:
    """An attribute that is a list; netCDF gives back one that has a single member as that member."""
    return [str(member) for member in np.atleast_1d(attribute)]


def _number(attribute: Any) -> float | None:
    return None if attribute is None else float(attribute)
