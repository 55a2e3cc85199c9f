"""``getdist``: the plain text chains of CosmoMC, for ``getdist.loadMCSamples``.

``NAME.txt`` (of Markov chains ``NAME_1.txt``, ``NAME_2.txt`` and so on) has a row a sample: weight over the largest
one, -ln of the posterior density, that is -(ln L + ln prior), parameters, derived quantities. ``NAME.paramnames`` names
them, ``NAME.ranges`` has the hard limits of the priors (N for none), ``NAME.properties.ini`` the kind of sampling, by
which getdist judges how many samples are independent.
"""

from pathlib import Path

import numpy as np

from alpfit.chains.exports.base import Contents, Format, relative_weights
from alpfit.chains.exports.names import quantity_names, write_paramnames
from alpfit.inference.priors import Prior


def write(root: Path, contents: Contents) -> None:
    """Write all files whose names begin with ``root``."""
    samples = contents.samples
    log_prior = sum(prior.log_density(samples.parameters[name]) for name, prior in contents.priors.items())
    quantities = (samples.column(name) for name in quantity_names(contents))
    rows = np.column_stack([relative_weights(samples), -(samples.log_l + log_prior), *quantities])
    for i, chain in enumerate(np.split(rows, samples.n_chains), start=1):
        number = f"_{i}" if samples.n_chains > 1 else ""
        np.savetxt(_file(root, f"{number}.txt"), chain, fmt="%.17g")
    write_paramnames(_file(root, ".paramnames"), contents)
    plain = quantity_names(contents)
    lines = [f"{plain[name]} {_limits(prior)}\n" for name, prior in contents.priors.items()]
    _file(root, ".ranges").write_text("".join(lines), encoding="utf-8")
    kind = "mcmc" if samples.n_chains > 1 or samples.autocorrelation > 1.0 else "nested"
    _file(root, ".properties.ini").write_text(f"sampler = {kind}\nburn_removed = T\n", encoding="utf-8")


def _limits(prior: Prior) -> str:
    """Hard limits as they stand in ``.ranges``."""
    return " ".join(repr(end) if np.isfinite(end) else "N" for end in prior.bounds)


def _file(root: Path, ending: str) -> Path:
    return root.with_name(root.name + ending)


FORMAT = Format(write, r"(_\d+)?\.txt|\.paramnames|\.ranges|\.properties\.ini", numbered=True)
