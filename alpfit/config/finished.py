"""The input in a run folder, which may be anybody's: what of it is followed, and what only the user may say."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from alpfit.chains.folder import RunFolder
from alpfit.chains.layout import SCENARIO
from alpfit.config.document import apply_override, is_path, read_toml, table_of
from alpfit.config.tables import Configuration
from alpfit.errors import ConfigurationError
from alpfit.inference.parallel import Parallel
from alpfit.inference.samplers import FROM_PRIOR
from alpfit.numerics.arguments import path_of, words
from alpfit.scenarios import SCENARIOS
from alpfit.scenarios.recorded import RECORD
from alpfit.scenarios.registry import is_place


class Pointer(NamedTuple):
    """Something in a run folder that leads elsewhere: its ``file``, its ``place`` there, and what it ``may`` do."""

    file: str
    place: str
    may: str


POINTERS = (
    Pointer(
        "run.toml, best_fit.toml",
        "[parallel] executor, scheduler",
        "nothing: work is done by this machine's threads, or where --set parallel.KEY=VALUE says",
    ),
    Pointer(
        "run.toml, best_fit.toml",
        "[sampler] start",
        "nothing until it is given again: --set sampler.start=RUN",
    ),
    Pointer(
        "run.toml, best_fit.toml",
        "likelihoods",
        "name entries of the catalogue, and copies in the folder's own likelihoods/",
    ),
    Pointer(
        "run.toml, best_fit.toml",
        "scenario, where it is a file or in a package",
        "nothing: what the run holds is shown as scenario/quantities.json describes it",
    ),
    Pointer(
        "scenario/quantities.json",
        "code",
        "name a file beside it, or a class of an installed package, which is run once you have named the same code",
    ),
    Pointer("likelihoods/NAME/likelihood.toml", "[data] table", "name a CSV or JSON file beside it"),
    Pointer("manifest.json", "files", "name files of the folder, whose digests are compared"),
    Pointer("manifest.json", "originals", "name folders of entries, which are compared by digest and not shown"),
    Pointer("summary.json", "reweighted_from: run", "be shown"),
    Pointer("posterior.nc", "links, external and virtual data sets", "nothing: the file is refused"),
    Pointer("profile/manifest.json", "files", "name files of the profile's folder, whose digests are compared"),
    Pointer("unfinished/identity.json", "profile", "be shown, quoted for a shell"),
    Pointer(
        "unfinished/checkpoint-N.bin",
        "all of it, a pickle",
        "anything, once --resume reads it: one's own files only, or with --force",
    ),
    Pointer(
        ".numba_config.yaml, matplotlibrc, arvizrc",
        "all of it, in the working directory",
        "nothing: it is not read, whoever works in the folder",
    ),
    Pointer("any file", "a symbolic link in its place", "be read; what is written replaces the link"),
    Pointer("any folder", "a symbolic link in its place", "be read; nothing is written or removed through it"),
)
"""Every path, address and program in a run folder. Whoever adds one says here what it may do, and tests it."""


def is_in_run_folder(path: Path) -> bool:
    """Whether the file at ``path`` is part of a finished run."""
    return RunFolder(path.parent).manifest.exists()


def read_document(path: Path) -> dict[str, Any]:
    """The tables of the input at ``path``; of one in a run folder only what :data:`POINTERS` lets be followed.

    Raises :class:`ConfigurationError`.
    """
    document = read_toml(path)
    if not is_in_run_folder(path):
        return document
    document.pop("parallel", None)
    named = document.get("scenario")
    record = path.parent.resolve() / SCENARIO / RECORD
    if isinstance(named, str) and (is_place(named) or (named not in SCENARIOS and record.exists())):
        document["scenario"] = str(record)
    named = document.get("likelihoods")
    if isinstance(named, list):
        document["likelihoods"] = [_inside(path, name) if is_path(name) else name for name in named]
    return document


def _inside(path: Path, name: str) -> str:
    """Where the folder of the input at ``path`` has its copy of the entry ``name``, seen from there."""
    entries = RunFolder(path.parent).entries
    copy = entries / Path(name).name
    if path_of("likelihoods", copy).resolve() != path.parent.resolve() / entries.name / copy.name:
        raise ConfigurationError(
            f"{path}: likelihoods: '{name}' leads out of the folder, where nothing is read: put the entry's own files "
            f"into {entries}"
        )
    return f"./{entries.name}/{copy.name}"


def workers_left_out(path: Path, overrides: Sequence[str] = ()) -> str:
    """That the input at ``path`` asks for other workers than it gets, where ``overrides`` name none; else nothing."""
    if not is_in_run_folder(path) or any(_place(override).startswith("parallel.") for override in overrides):
        return ""
    executor = table_of(read_toml(path), "parallel").get("executor", Parallel().executor)
    if executor == Parallel().executor:
        return ""
    return (
        f"{path} says [parallel] executor = {executor!r}, which counts in an input of your own only: this machine's "
        "threads are used; others with overrides=['parallel.executor=...']"
    )


def check_start(path: Path, configuration: Configuration, overrides: Sequence[str]) -> None:
    """Raise :class:`ConfigurationError` where sampling would start from a run that only a run folder's input names."""
    if not is_in_run_folder(path):
        return
    start = configuration.sampler.start_run
    if start and "sampler.start" not in map(_place, overrides):
        raise ConfigurationError(
            f"{path} starts from {start}, and a run folder's input may not lead to another: repeat it with "
            f"overrides=[{f'sampler.start={start}'!r}], or start anew with overrides=['sampler.start={FROM_PRIOR}']"
        )


def _place(override: str) -> str:
    return override.partition("=")[0].strip()


def revise(document: dict[str, Any], overrides: Sequence[str], tables: Sequence[str], way_out: str) -> None:
    """Set the ``table.key=value`` of ``overrides`` in ``document``.

    Raises :class:`ConfigurationError` for another table than ``tables``, with the ``way_out``.
    """
    for override in words("overrides", overrides):
        table = override.partition("=")[0].split(".")[0].strip()
        if table not in tables:
            allowed = ", ".join(f"[{name}]" for name in tables)
            raise ConfigurationError(
                f"overrides=[{override!r}]: only {allowed} may change here; for other [{table}] {way_out}"
            )
        apply_override(document, override)
