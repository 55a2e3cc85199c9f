"""``getdist``: the plain text chains of CosmoMC, for ``getdist.loadMCSamples``.

``NAME.txt`` (of Markov chains ``NAME_1.txt``, ``NAME_2.txt`` and so on) has a row a sample: weight over the largest
one, -ln of the posterior density, that is -(ln L + ln prior), parameters, derived quantities. ``NAME.paramnames`` names
them, ``NAME.ranges`` has the hard limits of the priors (N for none), ``NAME.properties.ini`` the kind of sampling, by
which getdist judges how many samples are independent. Quantities with a logarithmic prior or scale have their logarithm
beside them as a derived quantity, ``log10_NAME``, since getdist smooths its densities in what they are of.
"""

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from alpfit.chains.exports.base import Contents, Format, optional, relative_weights
from alpfit.chains.exports.paramnames import quantity_names, write_paramnames
from alpfit.inference.joint import log_density
from alpfit.inference.priors import Prior
from alpfit.inference.samples import Samples
from alpfit.scenarios import Quantity

if TYPE_CHECKING:
    from getdist import MCSamples

Limit = float | None


def to_getdist(contents: Contents) -> "MCSamples":
    """What getdist makes of the files; raises :class:`ConfigurationError` without it.

    >>> from alpfit import read_run
    >>> from alpfit.chains.exports import to_getdist
    >>> samples = to_getdist(read_run("chains/reference/invisible").contents)
    >>> samples.ranges.getLower("m_a"), samples.ranges.getUpper("m_a")  # of the prior [GeV]
    (0.6, 4.7)
    """
    library, contents = optional("getdist", "to_getdist", "getdist"), _with_logarithms(contents)
    names, rows = quantity_names(contents), _rows(contents)
    with contextlib.redirect_stdout(None):  # it prints that it removed no burn in
        return library.MCSamples(
            samples=[chain[:, 2:] for chain in rows],
            weights=[chain[:, 0] for chain in rows],
            loglikes=[chain[:, 1] for chain in rows],
            names=[plain + ("*" if name in contents.samples.derived else "") for name, plain in names.items()],
            labels=[contents.label(name) for name in names],
            ranges={names[name]: _limits(prior) for name, prior in contents.priors.items()},
            sampler=_kind(contents.samples),
        )


def write(root: Path, contents: Contents) -> None:
    """Write all files whose names begin with ``root``."""
    contents = _with_logarithms(contents)
    samples, plain = contents.samples, quantity_names(contents)
    for i, chain in enumerate(_rows(contents), start=1):
        number = f"_{i}" if samples.n_chains > 1 else ""
        np.savetxt(_file(root, f"{number}.txt"), chain, fmt="%.17g")
    write_paramnames(_file(root, ".paramnames"), contents)
    lines = []
    for name, prior in contents.priors.items():
        lower, upper = ("N" if limit is None else repr(limit) for limit in _limits(prior))
        lines.append(f"{plain[name]} {lower} {upper}\n")
    _file(root, ".ranges").write_text("".join(lines), encoding="utf-8")
    _file(root, ".properties.ini").write_text(f"sampler = {_kind(samples)}\nburn_removed = T\n", encoding="utf-8")


def _with_logarithms(contents: Contents) -> Contents:
    """The same with log10 of what has a logarithmic prior or scale, where all samples are positive."""
    samples, derived, quantities = contents.samples, dict(contents.samples.derived), dict(contents.quantities)
    for name, values in {**samples.parameters, **samples.derived}.items():
        known, prior = contents.quantities.get(name), contents.priors.get(name)
        logarithmic = prior.logarithmic if prior else known is not None and known.logarithmic
        if logarithmic and (values > 0.0).all() and (new := f"log10_{name}") not in {*samples.parameters, *derived}:
            unit = f"/{_in_mathematics(known.unit)}" if known and known.unit else ""
            label = rf"\log_{{10}}({contents.label(name)}{unit})"
            derived[new], quantities[new] = np.log10(values), Quantity(label, "", f"log10 of {name}")
    return replace(contents, samples=replace(samples, derived=derived), quantities=quantities)


def _in_mathematics(unit: str) -> str:
    """A unit, text with mathematics between dollars, as mathematics."""
    parts = unit.split("$")
    return "".join(part if k % 2 else rf"\mathrm{{{part}}}" for k, part in enumerate(parts) if part)


def _rows(contents: Contents) -> list[NDArray[np.float64]]:
    """The rows ``(n, 2 + n_quantities)`` of each Markov chain, or of all samples: weight, -ln posterior, quantities."""
    samples = contents.samples
    log_prior = log_density(contents.priors, samples.parameters, samples.log_l.size)
    quantities = (samples.column(name) for name in quantity_names(contents))
    rows = np.column_stack([relative_weights(samples), -(samples.log_l + log_prior), *quantities])
    return np.split(rows, samples.n_chains)


def _kind(samples: Samples) -> str:
    """getdist's word for how independent the samples are."""
    return "mcmc" if samples.n_chains > 1 or samples.autocorrelation > 1.0 else "nested"


def _limits(prior: Prior) -> tuple[Limit, Limit]:
    """The hard limits of a prior."""
    low, high = (end if np.isfinite(end) else None for end in prior.bounds)
    return low, high


def _file(root: Path, ending: str) -> Path:
    return root.with_name(root.name + ending)


FORMAT = Format(write, r"(_\d+)?\.txt|\.paramnames|\.ranges|\.properties\.ini", numbered=True)
