"""``posterior.nc``: the samples as netCDF groups that arviz reads.

``posterior`` and ``log_likelihood`` (ln L by measurement) hold equally weighted draws, dimensions (chain, draw);
``nested_samples`` holds every sample of the run with its ``log_weight`` and ``log_likelihood``; the attributes of the
root hold the evidence.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray
from numpy.typing import NDArray

from alpfit.errors import RunFolderError
from alpfit.inference.samples import Samples

Array = NDArray[np.float64]

LOG_L, LOG_WEIGHT, ENTRY_PREFIX = "log_likelihood", "log_weight", "log_likelihood:"


def write_posterior(path: Path, samples: Samples, seed: int) -> None:
    """Write ``samples``; ``seed`` draws the equally weighted ones."""
    draws = samples.equally_weighted(np.random.default_rng(seed))
    columns = {**samples.parameters, **samples.derived}
    weighted = {
        **columns,
        **{ENTRY_PREFIX + name: values for name, values in samples.log_l_by_entry.items()},
        LOG_L: samples.log_l,
        LOG_WEIGHT: samples.log_weights,
    }
    attributes = {
        "parameters": list(samples.parameters),
        "derived": list(samples.derived),
        "log_z": samples.log_z,
        "log_z_error": samples.log_z_error,
        "n_calls": samples.n_calls,
    }
    tree = xarray.DataTree.from_dict(
        {
            "/": xarray.Dataset(attrs=attributes),
            "/posterior": _draws({name: values[draws] for name, values in columns.items()}),
            "/log_likelihood": _draws({name: values[draws] for name, values in samples.log_l_by_entry.items()}),
            "/nested_samples": xarray.Dataset({name: ("sample", values) for name, values in weighted.items()}),
        }
    )
    tree.to_netcdf(path, engine="h5netcdf")


def _draws(columns: Mapping[str, Array]) -> xarray.Dataset:
    n = next(iter(columns.values())).size
    return xarray.Dataset(
        {name: (("chain", "draw"), values[None, :]) for name, values in columns.items()},
        coords={"chain": [0], "draw": np.arange(n)},
    )


def read_posterior(path: Path) -> Samples:
    """All samples of the run; raises :class:`RunFolderError` where the file is missing or damaged."""
    try:
        with xarray.open_datatree(path, engine="h5netcdf") as tree:
            nested, attributes = tree["nested_samples"], dict(tree.attrs)
            columns = {str(name): np.asarray(nested[str(name)]) for name in nested.data_vars}
        entries = [name for name in columns if name.startswith(ENTRY_PREFIX)]
        return Samples(
            parameters={str(name): columns[name] for name in np.atleast_1d(attributes["parameters"])},
            derived={str(name): columns[name] for name in np.atleast_1d(attributes["derived"])},
            log_l_by_entry={name.removeprefix(ENTRY_PREFIX): columns[name] for name in entries},
            log_l=columns[LOG_L],
            log_weights=columns[LOG_WEIGHT],
            log_z=float(attributes["log_z"]),
            log_z_error=float(attributes["log_z_error"]),
            n_calls=int(attributes["n_calls"]),
        )
    except (OSError, KeyError, ValueError) as error:
        raise RunFolderError(f"{path} cannot be read: {error}; run again, or restore the file") from error
