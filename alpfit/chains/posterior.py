"""``posterior.nc``: the samples as netCDF groups that arviz reads.

``posterior`` and ``log_likelihood`` (ln L by measurement) hold the Markov chains, or equally weighted draws from a
weighted sample in random order, dimensions (chain, draw). ``nested_samples`` (of Markov chains ``all_samples``) holds
every sample of the run with its ``log_weight``, ``log_likelihood`` and, where it has one, ``log_likelihood_birth``; the
attributes of the root hold the evidence, if there is one, and how far to trust the run.
"""

import warnings
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpfit.chains.checking import check_samples
from alpfit.chains.exports.names import beside
from alpfit.chains.hdf5 import check_self_contained
from alpfit.errors import RunFolderError
from alpfit.inference.priors import Prior
from alpfit.inference.samples import Samples
from alpfit.numerics.files import check_ordinary
from alpfit.scenarios import Quantity

Array = NDArray[np.float64]

LOG_L, LOG_L_BIRTH, LOG_WEIGHT = "log_likelihood", "log_likelihood_birth", "log_weight"
ENTRY_PREFIX, DIAGNOSTIC_PREFIX = "log_likelihood:", "diagnostic:"
NESTED, CHAINS = "nested_samples", "all_samples"
TAKEN = frozenset({"chain", "draw", "sample", LOG_L, LOG_L_BIRTH, LOG_WEIGHT})
"""Names of dimensions, and of columns that are no quantity."""


def write_posterior(path: Path, samples: Samples, seed: int, quantities: Mapping[str, Quantity] | None = None) -> None:
    """Write ``samples``; ``seed`` draws the equally weighted ones, of which Markov chains need none.

    ``quantities`` give the columns their units and labels.
    """
    import h5netcdf

    columns, draws = {**samples.parameters, **samples.derived}, _draws(samples, seed)
    everything = {
        **{_stored(name): values for name, values in columns.items()},
        **{ENTRY_PREFIX + name: values for name, values in samples.log_l_by_entry.items()},
        LOG_L: samples.log_l,
        LOG_WEIGHT: samples.log_weights,
    }
    if samples.log_l_birth is not None:
        everything[LOG_L_BIRTH] = samples.log_l_birth
    shown = {_stored(name): _shown(quantity) for name, quantity in (quantities or {}).items()}
    memory = BytesIO()  # HDF5 that cannot write to a full disk ends the process: the bytes go to the disk from here
    with h5netcdf.File(memory, "w") as file:
        file.attrs.update(_attributes(samples))
        drawn = {_stored(name): values[draws] for name, values in columns.items()}
        _write_group(file.create_group("posterior"), _places(draws), drawn, shown)
        drawn = {_stored(name): values[draws] for name, values in samples.log_l_by_entry.items()}
        _write_group(file.create_group("log_likelihood"), _places(draws), drawn, {})
        group = file.create_group(CHAINS if samples.n_chains > 1 else NESTED)
        group.dimensions = {"sample": samples.log_l.size}
        _write_group(group, {}, everything, shown)
    path.write_bytes(memory.getbuffer())


def _places(draws: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    """The coordinates of draws (chain, draw): each is counted from zero."""
    return {name: np.arange(n) for name, n in zip(("chain", "draw"), draws.shape, strict=True)}


def _write_group(
    group: Any,
    coordinates: Mapping[str, NDArray[np.int64]],
    columns: Mapping[str, Array],
    shown: Mapping[str, Mapping[str, str]],
) -> None:
    """The ``columns`` over the dimensions of a netCDF ``group`` and its ``coordinates``, with attributes ``shown``."""
    for name, places in coordinates.items():
        group.dimensions[name] = places.size
        group.create_variable(name, (name,), data=places)
    for name, values in columns.items():
        variable = group.create_variable(name, tuple(group.dimensions), data=values)
        variable.attrs.update({"_FillValue": np.nan, **shown.get(name, {})})


def _draws(samples: Samples, seed: int) -> NDArray[np.int64]:
    """Indices of the draws, (chain, draw).

    Weighted samples come in the order in which they were found, from low to high ln L; drawn in that order they would
    look like a chain that hardly moves.
    """
    if samples.n_chains > 1:
        return np.arange(samples.log_l.size).reshape(samples.n_chains, -1)
    rng = np.random.default_rng(seed)
    return rng.permutation(samples.equally_weighted(rng))[None, :]


def _shown(quantity: Quantity) -> dict[str, str]:
    return {"units": quantity.unit, "long_name": quantity.label, "description": quantity.description}


def _stored(name: str) -> str:
    """The name of a parameter or derived quantity in the file."""
    return beside(name, TAKEN)


def _attributes(samples: Samples) -> dict[str, Any]:
    """All that is no column; netCDF has no attribute for None, which is left out."""
    attributes = {
        "parameters": list(samples.parameters),
        "derived": list(samples.derived),
        "log_z": samples.log_z,
        "log_z_error": samples.log_z_error,
        "n_calls": samples.n_calls,
        "n_chains": samples.n_chains,
        "autocorrelation": samples.autocorrelation,
        "shortfalls": list(samples.shortfalls),
        **{DIAGNOSTIC_PREFIX + name: value for name, value in samples.diagnostics.items()},
    }
    return {name: value for name, value in attributes.items() if value is not None}


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
        parameters={name: columns[_stored(name)] for name in _strings(attributes["parameters"])},
        derived={name: columns[_stored(name)] for name in _strings(attributes["derived"])},
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
