"""``alpfit check``."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from alpfit.cli.arguments import File, Overrides
from alpfit.cli.terminal import say

if TYPE_CHECKING:
    from alpfit.config import Configuration


def check(file: File, overrides: Overrides = None) -> None:
    """Check FILE without running it: completed input, share of the prior without a likelihood, time of a call."""
    from alpfit.fit import Fit

    fit = Fit.from_file(file, overrides or [])
    fit.check_start()
    say(fit.configuration.to_toml())
    checked = fit.check_prior()
    call_s = fit.seconds_per_call()
    say(f"# {file} is good; one likelihood call takes {1e3 * call_s:.2f} ms")
    for line in _on_a_cluster(fit.configuration, call_s):
        say(f"# {line}")
    if checked.without_likelihood:
        say(f"# but {_percent(checked.share)} % of the prior has no likelihood; of {checked.n} points drawn:")
        for reason, count in checked.without_likelihood.items():
            say(f"#   {count} x {reason}")


def _on_a_cluster(configuration: "Configuration", call_s: float) -> Iterator[str]:
    """How busy workers of dask or MPI would be while a batch of points lasts, and what would suit them better."""
    from alpfit.inference.parallel.growth import advice

    at_once, chunk = configuration.sampler.at_once, configuration.parallel.chunk
    if at_once is None:
        return
    for workers in (8, 64, 512):
        told = advice(workers, call_s, at_once.n, chunk, at_once.most)
        line = f"on dask or MPI {workers} workers would be busy for {_percent(told.efficiency)} % of a batch"
        if told.n_batch is None:
            line += f"; for so many a call is too short, or {at_once.most} points at once too few"
        elif (told.n_batch, told.chunk) != (at_once.n, chunk):
            line += f"; sampler.{at_once.option} = {told.n_batch} with parallel.chunk = {told.chunk} would suit them"
        yield line


def _percent(share: float) -> str:
    """A share in per cent that is only all of it, or nothing, where it is."""
    text = f"{100.0 * share:.0f}"
    return {"100": ">99", "0": "<1"}.get(text, text) if 0.0 < share < 1.0 else text
