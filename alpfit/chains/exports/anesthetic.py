"""``anesthetic``: files for ``anesthetic.read_chains``.

Nested sampling with the ln L above which each sample was drawn becomes PolyChord's ``NAME_dead-birth.txt`` (a row a
sample: parameters, derived quantities, ln L, ln L at birth) and ``NAME.paramnames``, from which anesthetic recomputes
weights and ln Z. All other samples become a table of anesthetic's own, ``NAME.csv``: number, weight, parameters,
derived quantities, ``logL``, and ``chain`` for Markov chains.
"""

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from alpfit.chains.exports.base import Contents, Format, chain_numbers, optional, relative_weights
from alpfit.chains.exports.paramnames import quantity_names, write_paramnames

if TYPE_CHECKING:
    from anesthetic.samples import Samples

Array = NDArray[np.float64]


def to_anesthetic(contents: Contents) -> "Samples":
    """What anesthetic makes of the files; raises :class:`ConfigurationError` without it.

    ``NestedSamples`` where there are births, ``MCMCSamples`` of Markov chains, else its plain ``Samples``.

    >>> from alpfit import read_run
    >>> from alpfit.chains.exports import to_anesthetic
    >>> type(to_anesthetic(read_run("chains/reference/invisible").contents)).__name__
    'Samples'
    """
    library = optional("anesthetic.samples", "to_anesthetic", "anesthetic")
    samples = contents.samples
    if samples.log_l_birth is not None:
        names = quantity_names(contents)
        return library.NestedSamples(
            data=_quantities(contents),
            columns=list(names.values()),
            labels=[f"${contents.label(name)}$" for name in names],
            logL=samples.log_l,
            logL_birth=samples.log_l_birth,
        )
    kind = library.MCMCSamples if samples.n_chains > 1 else library.Samples
    columns, labels = _weighted(contents)
    return kind(
        data=np.column_stack(list(columns.values())),
        columns=list(columns),
        labels=labels,
        weights=relative_weights(samples),
    )


def write(root: Path, contents: Contents) -> None:
    """Write the files whose names begin with ``root``."""
    samples = contents.samples
    if samples.log_l_birth is None:
        _write_weighted(root.with_name(f"{root.name}.csv"), contents)
        return
    rows = np.column_stack([_quantities(contents), samples.log_l, samples.log_l_birth])
    np.savetxt(root.with_name(f"{root.name}_dead-birth.txt"), rows, fmt="%.17g")
    write_paramnames(root.with_name(f"{root.name}.paramnames"), contents)


def _write_weighted(path: Path, contents: Contents) -> None:
    """Names, labels and the names of the index columns are three header rows, as pandas writes them."""
    columns, labels = _weighted(contents)
    weights = relative_weights(contents.samples).tolist()
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["", "", *columns])
        writer.writerow(["labels", "", *labels])
        writer.writerow(["", "weights", *("" for _ in columns)])
        rows = zip(weights, *(values.tolist() for values in columns.values()), strict=True)
        writer.writerows([i, *row] for i, row in enumerate(rows))


def _weighted(contents: Contents) -> tuple[dict[str, NDArray[Any]], list[str]]:
    """The columns of samples without births, by name, and their labels."""
    samples, names = contents.samples, quantity_names(contents)
    columns: dict[str, NDArray[Any]] = {plain: samples.column(name) for name, plain in names.items()}
    columns["logL"] = samples.log_l
    labels = [*(f"${contents.label(name)}$" for name in names), r"$\ln\mathcal{L}$"]
    if samples.n_chains > 1:
        columns["chain"] = chain_numbers(samples) + 1
        labels.append(r"$n_\mathrm{chain}$")
    return columns, labels


def _quantities(contents: Contents) -> Array:
    """Parameters and derived quantities, ``(n, n_quantities)``."""
    return np.column_stack([contents.samples.column(name) for name in quantity_names(contents)])


FORMAT = Format(write, r"_dead-birth\.txt|\.paramnames|\.csv")
