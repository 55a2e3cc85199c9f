"""``anesthetic``: files for ``anesthetic.read_chains``.

Nested sampling with the ln L above which each sample was drawn becomes PolyChord's ``NAME_dead-birth.txt`` (a row a
sample: parameters, derived quantities, ln L, ln L at birth) and ``NAME.paramnames``, from which anesthetic recomputes
weights and ln Z. All other samples become a table of anesthetic's own, ``NAME.csv``: number, weight, parameters,
derived quantities, ``logL``, and ``chain`` for Markov chains.
"""

import csv
from pathlib import Path

import numpy as np

from alpfit.chains.exports.base import Contents, Format, chain_numbers, relative_weights
from alpfit.chains.exports.names import quantity_names, write_paramnames


def write(root: Path, contents: Contents) -> None:
    """Write the files whose names begin with ``root``."""
    samples = contents.samples
    if samples.log_l_birth is None:
        _write_weighted(root.with_name(f"{root.name}.csv"), contents)
        return
    quantities = (samples.column(name) for name in quantity_names(contents))
    rows = np.column_stack([*quantities, samples.log_l, samples.log_l_birth])
    np.savetxt(root.with_name(f"{root.name}_dead-birth.txt"), rows, fmt="%.17g")
    write_paramnames(root.with_name(f"{root.name}.paramnames"), contents)


def _write_weighted(path: Path, contents: Contents) -> None:
    """Names, labels and the names of the index columns are three header rows, as pandas writes them."""
    samples, names = contents.samples, quantity_names(contents)
    header = [*names.values(), "logL"]
    labels = [*(f"${contents.label(name)}$" for name in names), r"$\ln\mathcal{L}$"]
    columns = [samples.column(name).tolist() for name in names] + [samples.log_l.tolist()]
    if samples.n_chains > 1:
        header, labels = [*header, "chain"], [*labels, r"$n_\mathrm{chain}$"]
        columns.append((chain_numbers(samples) + 1).tolist())
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["", "", *header])
        writer.writerow(["labels", "", *labels])
        writer.writerow(["", "weights", *("" for _ in header)])
        weights = relative_weights(samples).tolist()
        writer.writerows([i, *row] for i, row in enumerate(zip(weights, *columns, strict=True)))


FORMAT = Format(write, r"_dead-birth\.txt|\.paramnames|\.csv")
