"""Sample a fit, with one seed or with several."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from alpfit.fit.fit import Fit, fit_of
from alpfit.fit.presenting import Tell
from alpfit.inference.progress import Progress
from alpfit.numerics.arguments import whole_number
from alpfit.runs.run import Run


def run(
    fit: Fit | Run | str | Path | Mapping[str, Any],
    output: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    seed: int | None = None,
    repeat: int = 1,
    overwrite: bool = False,
    resume: bool = False,
    force: bool = False,
    progress: Progress | None = None,
    tell: Tell | None = None,
) -> Run:
    """Sample the posterior of ``fit``, a TOML file or what stands for one, and write the run folder ``output``.

    ``overrides`` are ``table.key=value``, ``seed`` is the sampler's, and with ``repeat`` so many seeds run side by side
    and are merged. All else, and what is raised, as in :meth:`Fit.run`.

        >>> import alpfit
        >>> settings = ["sampler.name=minuit", "sampler.n_scan=64", "sampler.n_starts=1", "sampler.n_draws=50"]
        >>> run = alpfit.run("examples/displaced.toml", "quick", overrides=settings)
        >>> sorted(run.samples.parameters)
        ['g_agg', 'm_a']
    """
    seeds = [] if seed is None else [f"sampler.seed={whole_number('seed', seed, 0)}"]
    wanted = fit_of(fit, [*overrides, *seeds])
    choices = {"overwrite": overwrite, "resume": resume, "force": force}
    if whole_number("repeat", repeat, 1) == 1:
        return wanted.run(output, **choices, progress=progress, tell=tell)
    return wanted.repeat(repeat, output, **choices, progress=progress, tell=tell)
