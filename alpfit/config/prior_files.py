"""Priors that stand in files: what they hold is taken into the input, so that a run does not depend on them later."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from alpfit.chains.layout import RunFolder
from alpfit.chains.posterior import read_posterior
from alpfit.chains.provenance import check_whole
from alpfit.chains.unfinished import not_finished
from alpfit.config.document import read_toml, table_of
from alpfit.errors import ConfigurationError, RunFolderError
from alpfit.inference.joint import FEWEST_CENTRES, table_around
from alpfit.numerics.arguments import path_of, shown
from alpfit.numerics.files import read_ordinary

MOST_CENTRES = 500
"""Samples of another run that its posterior is made of: more cost time at each draw."""

LARGEST = 2**24
"""Bytes of a file with a density."""


def without_files(parameters: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The table ``[parameters]`` with the content of the files that tabulated densities name, seen from ``folder``."""
    return {
        name: _read_density(name, value, folder) if isinstance(value, dict) and "file" in value else value
        for name, value in parameters.items()
    }


def _read_density(name: str, table: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A tabulated prior whose ``file`` has two columns, x and the density there, with a comma between them."""
    place = f"[parameters] {name}: file = {shown(table['file'])}"
    if not isinstance(table["file"], str):
        raise ConfigurationError(f"{place} must be the path of a CSV file")
    path = folder / path_of("file", table["file"]).expanduser()
    try:
        lines = read_ordinary(path, LARGEST).decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{place}: {path} cannot be read: {getattr(error, 'strerror', None) or error}"
        ) from error
    columns: tuple[list[float], list[float]] = ([], [])
    for number, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in line.partition("#")[0].split(",")]
        if cells == [""] or (number == 1 and not _is_number(cells[0])):
            continue
        if len(cells) != 2 or not all(map(_is_number, cells)):
            raise ConfigurationError(
                f"{path}, line {number}: {shown(line)} must be two numbers, x and the density there"
            )
        for column, cell in zip(columns, cells, strict=True):
            column.append(float(cell))
    return {**{key: value for key, value in table.items() if key != "file"}, "x": columns[0], "density": columns[1]}


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def joint_tables(tables: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The tables ``[joint.NAME]`` with samples in the place of the runs that they name, seen from ``folder``."""
    return {
        name: _from_run(name, table, folder) if isinstance(table, dict) and table.get("prior") == "run" else table
        for name, table in tables.items()
    }


def _from_run(name: str, table: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The posterior of the ``run`` in the plane, or space, of ``parameters``, as samples of equal weight."""
    place = f"[joint.{name}]"
    for key in table:
        if key not in ("prior", "run", "parameters"):
            raise ConfigurationError(f"{place} {key} is not known: a run as a prior has run and parameters")
    if not isinstance(table.get("run"), str):
        raise ConfigurationError(f"{place} run = {shown(table.get('run'))} must be the path of a run folder")
    run = RunFolder(folder / path_of("run", table["run"]).expanduser())
    try:
        if not run.manifest.exists():
            raise RunFolderError(not_finished(run.path))
        check_whole(run.path, run.configuration, run.posterior)
        document, samples = read_toml(run.configuration), read_posterior(run.posterior)
    except RunFolderError as error:
        raise ConfigurationError(f"{place} run = {shown(table['run'])}: {error}") from error
    columns = {**samples.parameters, **samples.derived}
    wanted = table.get("parameters", [])
    if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
        raise ConfigurationError(f"{place} parameters = {shown(wanted)} must be a list of names")
    if missing := [each for each in wanted if each not in columns]:
        raise ConfigurationError(f"{place} {missing[0]} is not in {run.path}: it has {', '.join(columns)}")
    drawn = samples.equally_weighted(np.random.default_rng(0))
    chosen = np.unique(drawn[np.linspace(0, drawn.size - 1, min(MOST_CENTRES, drawn.size)).astype(int)])
    if samples.n_eff < FEWEST_CENTRES * len(wanted):
        raise ConfigurationError(
            f"{place} run = {shown(table['run'])} has only {samples.n_eff:.0f} effective samples, too few for "
            f"{len(wanted)} parameters: {FEWEST_CENTRES} for each are needed"
        )
    priors = table_of(document, "parameters")
    logarithmic = [
        bool((columns[each] > 0.0).all())
        and isinstance(priors.get(each), dict)
        and str(priors[each].get("prior", "")).startswith("log-")
        for each in wanted
    ]
    values = np.stack([columns[each][chosen] for each in wanted], axis=-1)
    used = [Path(entry).name for entry in document.get("likelihoods", [])]
    return table_around(wanted, values, logarithmic, run=str(run.path.resolve()), likelihoods=used)
