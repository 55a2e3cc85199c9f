"""What the samplers cost and how right they are on three stretches of a thin curved ridge: a table in Markdown.

Run as ``python sampler_table.py [words]``, where only the rows with all the words in them are computed.
"""

import sys
import time
from collections.abc import Iterator, Sequence

import numpy as np
from toys import Ridges, ridges

from alpfit.inference.samplers import SAMPLERS
from alpfit.inference.session import Session

ROWS = (
    ("dynesty rwalk 500", 5, "dynesty", {"n_live": 500}),
    ("dynesty rwalk 2000", 5, "dynesty", {"n_live": 2000}),
    ("dynesty unif 500", 5, "dynesty", {"n_live": 500, "sample": "unif"}),
    ("dynesty dynamic 500", 5, "dynesty", {"n_live": 500, "dynamic": True, "n_effective": 4000}),
    ("nautilus 1000", 10, "nautilus", {}),
    ("nautilus 2000", 5, "nautilus", {"n_live": 2000}),
    ("emcee stretch", 5, "emcee", {}),
    ("emcee de", 5, "emcee", {"moves": "de"}),
    ("minuit", 5, "minuit", {}),
)
HEADER = (
    "| sampler | runs | calls | n_eff | own time [s] | claimed error of ln Z | resampled | deviation, rms | range "
    "| mode fractions, rms error | shortfalls |"
)


def runs(name: str, options: dict, n: int) -> Iterator[tuple]:
    """Calls, n_eff, seconds outside of the likelihood, ln Z with both errors, mode fractions, shortfalls, by seed."""
    for seed in range(1, n + 1):
        session, start = Session(ridges()), time.perf_counter()
        samples = SAMPLERS[name](seed=seed, **options).run(session)
        own = time.perf_counter() - start - session.account.likelihood_s
        fractions = np.histogram(samples.parameters["x"], bins=Ridges.BORDERS, weights=samples.weights)[0]
        known = samples.log_z is not None
        evidence = (samples.log_z, samples.log_z_error) if known else (np.nan, np.nan)
        resampled = samples.diagnostics.get("error of ln Z, resampled", np.nan)
        yield (samples.n_calls, samples.n_eff, own, *evidence, resampled, *fractions, len(samples.shortfalls))


def row(label: str, results: Sequence[tuple]) -> str:
    """A line of the table."""
    log_z, fractions = Ridges().evidence()
    table = np.array(results)
    calls, n_eff, own, _, claimed, resampled = table[:, :6].mean(axis=0)
    deviation = table[:, 3] - log_z
    error = np.sqrt(np.mean((table[:, 6:9] - fractions) ** 2))
    return (
        f"| {label} | {len(table)} | {calls:.0f} | {n_eff:.0f} | {own:.1f} | {claimed:.4f} | {resampled:.4f} "
        f"| {np.sqrt(np.mean(deviation**2)):.4f} | {deviation.min():+.3f} ... {deviation.max():+.3f} | {error:.4f} "
        f"| {np.count_nonzero(table[:, 9])} |"
    )


def main(words: Sequence[str]) -> None:
    """Print the table, each row when it is finished."""
    sys.stdout.write(f"{HEADER}\n{'|---' * (HEADER.count('|') - 1)}|\n")
    for label, n, name, options in ROWS:
        if all(word in label.split() for word in words):
            sys.stdout.write(row(label, list(runs(name, options, n))) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
