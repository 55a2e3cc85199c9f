"""``alpfit status``."""

import math
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from alpfit.cli.arguments import RunPath
from alpfit.cli.opening import opened
from alpfit.cli.terminal import say

if TYPE_CHECKING:
    from alpfit.chains.unfinished import UnfinishedRun
    from alpfit.runs.profile_request import ProfileRequest


def status(run: RunPath) -> None:
    """Show how far a run is, or a profile of one, whether it is running, interrupted or finished."""
    from alpfit.chains.profiles.folder import PROFILE
    from alpfit.chains.unfinished import UnfinishedRun

    unfinished, profiled = UnfinishedRun(run), UnfinishedRun(run / PROFILE)
    if unfinished.path.exists():
        _tell(unfinished)
        return
    say(_finished(run))
    if profiled.path.exists():
        _tell(profiled, f"the profile in {profiled.run} is ")


def _tell(unfinished: "UnfinishedRun", whose: str = "") -> None:
    """Say how far it is, after the words that say ``whose`` state that is."""
    from alpfit.fit.progress import described

    at = unfinished.last_status()
    if unfinished.is_running():
        say(f"{whose}running" if at is None else f"{whose}running: process {at.process} on {at.host}")
    else:
        say(f"{whose}interrupted: continue with {_to_continue(unfinished.run)}")
    if at is not None:
        say(described(at.n_calls, {name: math.nan if v is None else v for name, v in at.values.items()}))
        begun, updated = at.begun.isoformat(timespec="seconds"), at.updated.isoformat(timespec="seconds")
        say(f"{100.0 * at.share_done:.0f} % done; begun {begun}, last seen {updated}")
    checkpoints = unfinished.checkpoints()
    say(f"last checkpoint: {checkpoints[-1] if checkpoints else 'none yet'}")


def _finished(path: Path) -> str:
    """What is in the folder of a finished run or profile."""
    from alpfit.chains.profiles import ProfileFolder
    from alpfit.fit.progress import described
    from alpfit.runs.profile import RunProfile

    if ProfileFolder(path).intervals.exists():
        made = RunProfile.read(path)
        return f"finished: {len(made.profiles)} profiles, best ln L = {made.top:.2f}"
    finished = opened(path)
    return f"finished: {described(finished.samples.n_calls, finished.headline)}"


def _to_continue(path: Path) -> str:
    """The command that continues what is unfinished in the folder ``path``."""
    from alpfit.chains.folder import RunFolder
    from alpfit.runs.profile_request import ProfileRequest

    request = ProfileRequest.of_unfinished(path)
    if request is None:
        return f"alpfit run FILE --output {shlex.quote(str(path))} --resume"
    run = str(path.parent) if RunFolder(path.parent).manifest.exists() else "RUN"
    return shlex.join(["alpfit", "profile", run, *_words(request), "--output", str(path), "--resume"])


def _words(request: "ProfileRequest") -> list[str]:
    """How ``alpfit profile`` is asked for it."""
    parameters = ["--parameters", *request.parameters] if request.parameters else []
    grid = ["--grid", request.grid] if request.grid is not None else []
    return [*parameters, *grid, *({True: ["--refine"], False: ["--no-refine"], None: []}[request.refine])]
