"""``posterior.nc``: the samples as netCDF groups that arviz reads.

``posterior`` and ``log_likelihood`` (ln L by measurement) hold the Markov chains, or equally weighted draws from a
weighted sample, dimensions (chain, draw). ``nested_samples`` (of Markov chains ``all_samples``) holds every sample of
the run with its ``log_weight``, ``log_likelihood`` and, where it has one, ``log_likelihood_birth``; the attributes of
the root hold the evidence, if there is one, and how far to trust the run.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import RunFolderError
from alpfit.inference.samples import Samples

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]

LOG_L, LOG_L_BIRTH, LOG_WEIGHT = "log_likelihood", "log_likelihood_birth", "log_weight"
ENTRY_PREFIX, DIAGNOSTIC_PREFIX = "log_likelihood:", "diagnostic:"
NESTED, CHAINS = "nested_samples", "all_samples"


def write_posterior(path: Path, samples: Samples, seed: int) -> None:
    """Write ``samples``; ``seed`` draws the equally weighted ones, of which Markov chains need none."""
    import xarray

    columns = {**samples.parameters, **samples.derived}
    everything = {
        **columns,
        **{ENTRY_PREFIX + name: values for name, values in samples.log_l_by_entry.items()},
        LOG_L: samples.log_l,
        LOG_WEIGHT: samples.log_weights,
    }
    if samples.log_l_birth is not None:
        everything[LOG_L_BIRTH] = samples.log_l_birth
    if samples.n_chains > 1:
        draws = np.arange(samples.log_l.size).reshape(samples.n_chains, -1)
    else:
        draws = samples.equally_weighted(np.random.default_rng(seed))[None, :]
    tree = xarray.DataTree.from_dict(
        {
            "/": xarray.Dataset(attrs=_attributes(samples)),
            "/posterior": _drawn(columns, draws),
            "/log_likelihood": _drawn(samples.log_l_by_entry, draws),
            f"/{CHAINS if samples.n_chains > 1 else NESTED}": xarray.Dataset(
                {name: ("sample", values) for name, values in everything.items()}
            ),
        }
    )
    tree.to_netcdf(path, engine="h5netcdf")


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


def _drawn(columns: Mapping[str, Array], draws: NDArray[np.int64]) -> "xarray.Dataset":
    """``columns`` at the indices ``draws``, of shape (chain, draw)."""
    import xarray

    return xarray.Dataset(
        {name: (("chain", "draw"), values[draws]) for name, values in columns.items()},
        coords={"chain": np.arange(draws.shape[0]), "draw": np.arange(draws.shape[1])},
    )


def read_posterior(path: Path) -> Samples:
    """All samples of the run; raises :class:`RunFolderError` where the file is missing or damaged."""
    import xarray

    try:
        with xarray.open_datatree(path, engine="h5netcdf") as tree:
            everything = tree[CHAINS if CHAINS in tree.children else NESTED]
            attributes = {str(name): value for name, value in tree.attrs.items()}
            columns = {str(name): np.asarray(everything[str(name)]) for name in everything.data_vars}
        return Samples(
            parameters={name: columns[name] for name in _strings(attributes["parameters"])},
            derived={name: columns[name] for name in _strings(attributes["derived"])},
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
    except (OSError, KeyError, ValueError) as error:
        raise RunFolderError(f"{path} cannot be read: {error}; run again, or restore the file") from error


def _prefixed(content: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """What has a name that begins with ``prefix``, by the rest of its name."""
    return {name.removeprefix(prefix): value for name, value in content.items() if name.startswith(prefix)}


def _strings(attribute: Any) -> list[str]:
    """An attribute that is a list; netCDF gives back one that has a single member as that member."""
    return [str(member) for member in np.atleast_1d(attribute)]


def _number(attribute: Any) -> float | None:
    return None if attribute is None else float(attribute)
