"""The profile likelihood as CSV: a row a bin, with the point that attains the maximum."""

import csv
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from alpfit.chains.exports.names import beside
from alpfit.inference.profile import ProfileBin
from alpfit.inference.samples import Samples


def write_profile(path: Path, samples: Samples, bins: Iterable[ProfileBin]) -> None:
    """One row for each of ``bins``, all of the same dimension, which are taken one by one; no ``bins``, no file.

    Columns: for each axis its quantity, bin edges and centre; ``log_likelihood``, ``minus_two_delta_log_likelihood``
    (against the best sample); then all parameters, derived quantities and ln L by measurement at the maximum.
    """
    rest = iter(bins)
    if (first := next(rest, None)) is None:
        return
    axes = ("",) if len(first.names) == 1 else ("_x", "_y")
    columns = {**samples.parameters, **samples.derived}
    columns |= {f"log_likelihood:{name}": values for name, values in samples.log_l_by_entry.items()}
    header = [f"{key}{axis}" for axis in axes for key in ("quantity", "lower", "upper", "centre")]
    top = float(samples.log_l[samples.best])
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        header += ["log_likelihood", "minus_two_delta_log_likelihood"]
        writer.writerow([*header, *(beside(name, header) for name in columns)])
        for b in chain([first], rest):
            places = zip(b.names, b.lower, b.upper, b.centre, strict=True)
            edges = [c for axis in places for c in (axis[0], *map(_digits, axis[1:]))]
            log_l = float(samples.log_l[b.sample])
            point = [_digits(float(values[b.sample])) for values in columns.values()]
            writer.writerow([*edges, _digits(log_l), _digits(2.0 * (top - log_l)), *point])


def _digits(value: float) -> str:
    return f"{value:.8g}"
