"""``alpfit``: the program, and what its exit codes mean."""

import errno
import gc
import os
import sys
from typing import Annotated, Any

import typer

from alpfit.cli.arguments import SeveralValues
from alpfit.cli.commands import (
    check,
    cite,
    compare,
    compile_ahead,
    evaluate,
    explain,
    export,
    fit_quality,
    forecast,
    likelihoods,
    plot,
    profile,
    report,
    reweight,
    run,
    scenarios,
    status,
)
from alpfit.cli.exit_codes import ExitCode
from alpfit.cli.terminal import STDOUT, flush, say, warn
from alpfit.errors import AlpfitError
from alpfit.numerics.memory import MEMORY_IS_OUT, NEW_OBJECTS, memory_is_out
from alpfit.numerics.program import begin_program
from alpfit.version import __version__

UsageError: Any = typer.BadParameter.__base__
"""What the parser raises for a command line that it cannot read; typer has no public name for it."""

app = typer.Typer(
    name="alpfit",
    help="Bayesian fits of new physics with dark matter, first of all of the Belle II B+ -> K+ nu nu excess.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        say(f"alpfit {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Bayesian fits of new physics with dark matter, first of all of the Belle II B+ -> K+ nu nu excess."""


app.command()(run.run)
app.command()(status.status)
app.command()(check.check)
app.command("compile")(compile_ahead.compile_ahead)
app.command()(evaluate.evaluate)
app.command()(explain.explain)
app.command("fit-quality")(fit_quality.fit_quality)
app.command(cls=SeveralValues)(profile.profile)
app.command()(reweight.reweight)
app.command()(plot.plot)
app.command()(compare.compare)
app.command()(forecast.forecast)
app.command()(report.report)
app.command()(export.export)
app.command()(likelihoods.likelihoods)
app.command()(scenarios.scenarios)
app.command()(cite.cite)


def main() -> None:
    """Run the program; one sentence on stderr for whatever the user can mend."""
    gc.set_threshold(NEW_OBJECTS)
    if getattr(sys.modules["__main__"], "main", None) is main:  # and not something else that calls it
        begin_program()
    os.environ.setdefault("PYTHONSAFEPATH", "1")  # workers import nothing from the working directory
    try:
        code = app(standalone_mode=False) or ExitCode.OK
        flush()
    except (KeyboardInterrupt, typer.Abort):
        code = ExitCode.INTERRUPTED
    except AlpfitError as error:
        warn(error)
        sys.exit(ExitCode.BAD_INPUT)
    except UsageError as error:
        if message := error.format_message():  # without arguments, typer has printed the help instead
            warn(message)
        sys.exit(ExitCode.BAD_INPUT)
    except Exception as error:  # what no verb has foreseen
        _end(error)
        raise
    if code == ExitCode.INTERRUPTED:
        warn("interrupted")
    gc.freeze()  # Python looks for garbage once more as it ends, for a quarter of a second where numba has been loaded
    sys.exit(code)


def _end(error: Exception) -> None:
    """End the program where it is the machine's fault: memory that is out, or a file or standard output that fails."""
    if memory_is_out(error):
        warn(MEMORY_IS_OUT)
        os._exit(ExitCode.BAD_INPUT)  # libraries that want memory for their farewell end in a segmentation fault
    if isinstance(error, OSError) and error.errno is not None:
        if error.filename == STDOUT:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing more is tried at exit
        if not isinstance(error, BrokenPipeError):  # then whoever reads has seen enough
            place = "a file" if error.filename is None else error.filename
            way_out = "; make room" if error.errno == errno.ENOSPC else ""
            warn(f"{place} cannot be used: {error.strerror or error}{way_out}")
        sys.exit(ExitCode.BAD_INPUT)


if __name__ == "__main__":
    main()
