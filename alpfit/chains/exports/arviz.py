"""arviz: the samples as groups of columns, the same in ``posterior.nc`` and in :func:`to_arviz`.

``posterior`` and ``log_likelihood`` (ln L by measurement) hold the Markov chains, or equally weighted draws from a
weighted sample in random order, dimensions (chain, draw). ``nested_samples`` (of Markov chains ``all_samples``) holds
every sample of the run with its ``log_weight``, ``log_likelihood`` and, where it has one, ``log_likelihood_birth``; the
attributes of the root hold the evidence, if there is one, and how far to trust the run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from alpfit.chains.exports.base import ENTRY_PREFIX, Contents
from alpfit.chains.exports.names import beside
from alpfit.inference.samples import Samples
from alpfit.scenarios import Quantity

if TYPE_CHECKING:
    from xarray import DataTree

Array = NDArray[np.float64]

LOG_L, LOG_L_BIRTH, LOG_WEIGHT = "log_likelihood", "log_likelihood_birth", "log_weight"
DIAGNOSTIC_PREFIX = "diagnostic:"
NESTED, CHAINS = "nested_samples", "all_samples"
TAKEN = frozenset({"chain", "draw", "sample", LOG_L, LOG_L_BIRTH, LOG_WEIGHT})
"""Names of dimensions, and of columns that are no quantity."""


@dataclass(frozen=True)
class Group:
    """``columns`` over all ``dimensions``, whose sizes these are; ``shown`` are the attributes of some of them.

    The ``coordinates`` are one for a dimension.
    """

    dimensions: Mapping[str, int]
    columns: Mapping[str, Array]
    coordinates: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    shown: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def to_arviz(contents: Contents) -> "DataTree":
    """What ``xarray.open_datatree`` makes of ``posterior.nc``, for arviz: ``arviz_stats.summary(to_arviz(contents))``.

    Markov chains are as they are; of weighted samples arviz gets draws that the seed of the run decides.

    >>> from alpfit import read_run
    >>> from alpfit.chains.exports import to_arviz
    >>> tree = to_arviz(read_run("chains/reference/invisible").contents)
    >>> list(tree.children), tree["posterior"].sizes["chain"]
    (['posterior', 'log_likelihood', 'nested_samples'], 1)
    """
    from xarray import Dataset, DataTree

    tree = {"/": Dataset(attrs=root_attributes(contents.samples))}
    for name, group in groups(contents.samples, contents.seed, contents.quantities).items():
        columns = {
            column: (tuple(group.dimensions), values, group.shown.get(column, {}))
            for column, values in group.columns.items()
        }
        tree[name] = Dataset(columns, coords=dict(group.coordinates))
    return DataTree.from_dict(tree)


def groups(samples: Samples, seed: int, quantities: Mapping[str, Quantity]) -> dict[str, Group]:
    """All groups by name; ``seed`` draws the equally weighted samples, of which Markov chains need none.

    ``quantities`` give the columns their units and labels.
    """
    columns, draws = {**samples.parameters, **samples.derived}, _draws(samples, seed)
    everything = {
        **{stored(name): values for name, values in columns.items()},
        **{ENTRY_PREFIX + name: values for name, values in samples.log_l_by_entry.items()},
        LOG_L: samples.log_l,
        LOG_WEIGHT: samples.log_weights,
    }
    if samples.log_l_birth is not None:
        everything[LOG_L_BIRTH] = samples.log_l_birth
    shown = {stored(name): _shown(quantity) for name, quantity in quantities.items()}
    sizes = dict(zip(("chain", "draw"), draws.shape, strict=True))
    places = {name: np.arange(size) for name, size in sizes.items()}

    def drawn(columns: Mapping[str, Array]) -> dict[str, Array]:
        return {stored(name): values[draws] for name, values in columns.items()}

    return {
        "posterior": Group(sizes, drawn(columns), places, shown),
        "log_likelihood": Group(sizes, drawn(samples.log_l_by_entry), places),
        CHAINS if samples.n_chains > 1 else NESTED: Group({"sample": samples.log_l.size}, everything, shown=shown),
    }


def root_attributes(samples: Samples) -> dict[str, Any]:
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


def stored(name: str) -> str:
    """The name of a parameter, derived quantity or measurement among the columns of a group."""
    return beside(name, TAKEN)


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
