"""``alpfit check``."""

from alpfit.cli.arguments import File, Overrides
from alpfit.cli.terminal import say


def check(file: File, overrides: Overrides = None) -> None:
    """Check FILE without running it: completed input, share of the prior without a likelihood, time of a call."""
    from alpfit.fit import Fit

    fit = Fit.from_file(file, overrides or [])
    fit.check_start()
    say(fit.configuration.to_toml())
    checked = fit.check_prior()
    say(f"# {file} is good; one likelihood call takes {1e3 * fit.seconds_per_call():.2f} ms")
    if checked.without_likelihood:
        say(f"# but {_percent(checked.share)} % of the prior has no likelihood; of {checked.n} points drawn:")
        for reason, count in checked.without_likelihood.items():
            say(f"#   {count} x {reason}")


def _percent(share: float) -> str:
    """A share in per cent that is only all of it, or nothing, where it is."""
    text = f"{100.0 * share:.0f}"
    return {"100": ">99", "0": "<1"}.get(text, text) if 0.0 < share < 1.0 else text
