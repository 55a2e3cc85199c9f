"""ln L at 32 fixed points of each example, stored: ``python tests/validation/stored_loglikes.py`` writes them anew."""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from alpfit import Fit
from alpfit.inference.problem import Evaluation

ROOT = Path(__file__).parents[2]
EXAMPLES = tuple(sorted(path.stem for path in (ROOT / "examples").glob("*.toml")))
N_POINTS = 32

Array = NDArray[np.float64]


class Stored(NamedTuple):
    """Parameters ``(32, n_dim)`` and ln L by entry ``(32,)``."""

    parameters: Array
    log_l: dict[str, Array]


def file_of(example: str) -> Path:
    """Where the numbers of ``example`` are."""
    return Path(__file__).parent / "reference" / f"loglike_{example}.csv"


def problem_of(example: str):
    """The inference problem of ``example``."""
    return Fit.from_file(ROOT / "examples" / f"{example}.toml").configuration.problem


def evaluate(example: str) -> tuple[Array, Evaluation]:
    """Points of a Sobol sequence in the prior that have a likelihood, and everything there."""
    problem = problem_of(example)
    cube = qmc.Sobol(problem.n_dim, seed=32).random(8 * N_POINTS)
    theta = problem.prior_transform(cube)
    good = np.isfinite(problem.evaluate(theta).log_l)
    chosen = theta[good][:N_POINTS]
    return chosen, problem.evaluate(chosen)


def rows(example: str) -> Iterator[list[str]]:
    """The lines of the file: names, then a point each."""
    (theta, point), names = evaluate(example), problem_of(example).names
    yield [*names, *(f"ln L {name}" for name in point.log_l_by_entry)]
    for i in range(len(theta)):
        columns = (*theta.T, *point.log_l_by_entry.values())
        yield [repr(float(column[i])) for column in columns]


def read(example: str) -> Stored:
    """The stored numbers of ``example``."""
    header, *lines = csv.reader(file_of(example).read_text().splitlines())
    table = np.array(lines, dtype=float)
    n_entries = sum(name.startswith("ln L ") for name in header)
    names = [name.removeprefix("ln L ") for name in header[-n_entries:]]
    return Stored(table[:, :-n_entries], dict(zip(names, table[:, -n_entries:].T, strict=True)))


if __name__ == "__main__":
    if len(sys.argv) > 1:  # as --help: nothing is overwritten by accident
        sys.exit(__doc__)
    for example in EXAMPLES:
        with file_of(example).open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows(example))
