"""Thins a finished run to a size that can be committed: ``make reference`` after ``make run``.

Usage: python chains/reference/thin.py RUN FOLDER N
"""

import shutil
import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from alpfit import Run
from alpfit.chains.folder import RunFolder
from alpfit.chains.posterior import write_posterior
from alpfit.chains.provenance import seal
from alpfit.chains.records import read_json
from alpfit.figures import figures, rendered
from alpfit.inference.samples import Samples


def thinned(samples: Samples, n: int, seed: int) -> Samples:
    """``n`` equally weighted samples, the best one among them."""
    draws = np.random.default_rng(seed).choice(samples.log_l.size, size=n, p=samples.weights)
    draws[0] = samples.best
    columns = {
        group: {name: values[draws] for name, values in getattr(samples, group).items()}
        for group in ("parameters", "derived", "log_l_by_entry")
    }
    return replace(samples, **columns, log_l=samples.log_l[draws], log_weights=np.full(n, -np.log(n)), log_l_birth=None)


def main(source: Path, target: Path, n: int) -> None:
    """Copy the small files of the run in ``source``, thin its samples, and draw the corner plot of all of them."""
    run = Run.read(source)
    target.mkdir(parents=True, exist_ok=True)
    for name in ("run.toml", "summary.json", "summary.txt", "best_fit.toml"):
        shutil.copy(source / name, target / name)
    seed = run.configuration.sampler.seed
    small = replace(run, samples=thinned(run.samples, n, seed))
    write_posterior(RunFolder(target).posterior, small.samples, seed, run.configuration.quantities)
    picture = rendered(next(figures(run, ["corner"])).figure, "png", 120)
    with Image.open(BytesIO(picture)) as opened:
        opened.quantize(16).save(target / "corner.png", optimize=True)
    seal(RunFolder(target).manifest, read_json(source / "manifest.json", "run anew"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
