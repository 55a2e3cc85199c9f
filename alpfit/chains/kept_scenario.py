"""A scenario of one's own travels with a run: its code and what it has are copied into the run's folder."""

import os
from pathlib import Path
from typing import NamedTuple

from alpfit.chains.folder import RunFolder
from alpfit.chains.layout import SCENARIO
from alpfit.chains.provenance import Manifest
from alpfit.chains.records import read_text
from alpfit.errors import ConfigurationError
from alpfit.scenarios import CheckedScenario
from alpfit.scenarios.recorded import RECORD, Record
from alpfit.scenarios.registry import Kind
from alpfit.scenarios.source import is_file, qualified, read_source, split


class KeptScenario(NamedTuple):
    """What a run's input names in the place of ``scenario``, and where the file came from, if it came from one."""

    named: str
    original: str


def keep_scenario(kind: Kind, theory: CheckedScenario, staging: RunFolder, path: Path) -> KeptScenario:
    """Copy what is not the package's own to ``staging``, the run folder that will be at ``path``.

    Raises :class:`OSError` where it cannot be copied.
    """
    if not kind.place:
        return KeptScenario(kind.named, "")
    staging.scenario.mkdir(parents=True)
    record, text, file, original = kind.record, "", "", ""
    if record is not None:
        if is_file(record.code):
            file = split(record.code)[0]
            text = read_text(Path(kind.named).parent / file, "restore the file")
    else:
        code = kind.named
        if kind.source is not None:
            text, file = kind.source.text, Path(kind.source.path).name
            code = qualified(file, kind.source.class_name)
            original = os.path.relpath(kind.source.path, path.resolve())
        record = Record.of(theory, kind.name, code, kind.digest, kind.tables)
    (staging.scenario / RECORD).write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
    if not file:
        return KeptScenario(record.code, original)
    (staging.scenario / file).write_text(text, encoding="utf-8")
    return KeptScenario(f"./{SCENARIO}/{record.code}", original)


def changed_scenario(folder: RunFolder, manifest: Manifest) -> str:
    """The file of the scenario that the run in ``folder`` was made with, where it has changed since; else nothing."""
    kept = manifest.scenario
    if not kept.get("original"):
        return ""
    path = (folder.path / kept["original"]).resolve()
    try:
        return "" if read_source(str(path), Path()).digest == kept.get("digest") else str(path)
    except ConfigurationError:
        return ""
