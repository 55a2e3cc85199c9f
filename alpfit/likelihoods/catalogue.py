"""The measurements on disk: one folder each, ``likelihood.toml`` and perhaps tables, no code."""

import os
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from alpfit.errors import CatalogueError, ConfigurationError, one_of, validation_sentence
from alpfit.likelihoods.entry import ENTRY, Entry, data_folder, folder_of, names, read_entry
from alpfit.likelihoods.exposure import Exposure
from alpfit.likelihoods.faults import METHOD, RESCALE, all_told, key_faults
from alpfit.likelihoods.files import DATA, EntryFileError, files_of, read_bytes
from alpfit.likelihoods.forms import FORMS, Form
from alpfit.likelihoods.measurement import Measurement
from alpfit.likelihoods.numbers import check_sizes
from alpfit.numerics.arguments import shown
from alpfit.numerics.files import can_be_named

__all__ = ["METHOD", "RESCALE", "data_files", "data_folder", "digest_of", "load", "load_folder", "names"]


def load(name: str | Path, options: Mapping[str, Any] | None = None) -> Measurement:
    """The measurement ``name``, with the run's ``options`` in place of the entry's own values.

    A path, or a ``name`` with a slash, is the folder of an entry of one's own. Raises :class:`ConfigurationError` for
    an unknown name or option, :class:`CatalogueError` for an entry that cannot be used.

    >>> from alpfit.likelihoods import load
    >>> load("planck_relic_2018", {"upper_limit": True}).options["upper_limit"]
    True
    """
    if not isinstance(name, str | Path) or not can_be_named(str(name)):
        raise ConfigurationError(f"likelihoods: {shown(name)} must be the name of an entry, or the path of its folder")
    if isinstance(name, Path):
        return load_folder(name, options)
    if "/" not in name and name not in names():
        folder = f"the folder is ./{name}; " if (Path(name) / ENTRY).is_file() else ""
        raise ConfigurationError(f"likelihoods: '{name}' is not in the catalogue: {folder}{one_of(name, names())}")
    return load_folder(folder_of(name), options)


def load_folder(folder: Path, options: Mapping[str, Any] | None = None) -> Measurement:
    """The measurement in ``folder``; errors as for :func:`load`."""
    if folder.name in ("", ".."):
        raise ConfigurationError(
            f"likelihoods: '{folder}' does not name a folder: give its own name, as in ./my/folder"
        )
    if not isinstance(options, Mapping | None):
        raise ConfigurationError(f"[options.{folder.name}] {shown(options)} must be a dictionary: option to value")
    path, chosen = folder / ENTRY, dict(options or {})
    try:
        entry = _checked(read_entry(path), path)
    except CatalogueError as error:
        raise all_told(path, error) from error
    options_of_entry = [*entry.options, *_own_options(entry)]
    for option in chosen:
        if option not in options_of_entry:
            allowed = one_of(str(option), options_of_entry) if options_of_entry else "it has none"
            raise ConfigurationError(f"[options.{folder.name}] {option} is not an option of this entry: {allowed}")
    rescale = _is_rescaled(chosen.pop(RESCALE, False), folder)
    try:
        form = _read_form(entry, chosen, path)
    except CatalogueError as error:
        if not chosen:
            raise all_told(path, error) from error
        _read_form(entry, {}, path)  # raises where the entry itself is to blame
        raise ConfigurationError(f"[options.{folder.name}] {error.__cause__ or error}") from error
    try:
        digest = digest_of(folder)
    except OSError as error:
        raise CatalogueError(f"{folder} cannot be read: {error.strerror}" if error.strerror else str(error)) from error
    return Measurement(
        name=folder.name,
        title=entry.title,
        experiment=entry.experiment,
        group=entry.group,
        scenarios=tuple(entry.scenarios),
        own_models=entry.own_models,
        form_name=entry.form,
        form=form,
        source=entry.source,
        references=tuple(entry.references),
        overlaps=tuple(entry.overlaps),
        projection=entry.projection,
        share=entry.rescale if rescale else None,
        exposure=_exposure_of(entry, form, path, chosen),
        notes=entry.notes,
        options={o: rescale if o == RESCALE else _plain(getattr(form, o)) for o in options_of_entry},
        digest=digest,
    )


def _exposure_of(entry: Entry, form: Form, path: Path, options: Mapping[str, Any]) -> Exposure | None:
    """The entry's ``[forecast]``, which knows each nuisance of the form. Raises :class:`CatalogueError`."""
    if entry.forecast is not None:
        try:
            entry.forecast.check(form.nuisances, all_of_them=not options)
        except ValueError as error:
            raise CatalogueError(f"{path}: [forecast] {error}") from error
    return entry.forecast


def _own_options(entry: Entry) -> list[str]:
    """Options that an entry has because of its form."""
    return [METHOD] if METHOD in FORMS[entry.form].model_fields else []


def _plain(value: object) -> object:
    """An option's value as TOML knows it."""
    return list(value) if isinstance(value, tuple) else value


def data_files(folder: Path) -> list[Path]:
    """The files that make up an entry: TOML and data.

    Raises :class:`OSError` where there is no folder, or one of them is no ordinary file of the folder, or too large.
    """
    try:
        return files_of(folder, (".toml", *DATA))
    except EntryFileError as error:
        raise OSError(str(error)) from error


def digest_of(folder: Path) -> str:
    """What identifies the contents of an entry. Raises :class:`OSError` where they cannot be read."""
    digest = sha256()
    try:
        for path in data_files(folder):
            digest.update(os.fsencode(path.name) + b"\0" + read_bytes(path))
    except EntryFileError as error:
        raise OSError(str(error)) from error
    return digest.hexdigest()


def _is_rescaled(value: object, folder: Path) -> bool:
    if not isinstance(value, bool):
        raise ConfigurationError(f"[options.{folder.name}] rescale = {shown(value)}: must be true or false")
    return value


def _read_form(entry: Entry, options: Mapping[str, Any], path: Path) -> Form:
    """The form with the entry's data and ``options`` in its place; the cause of an error is the sentence about it."""
    data = {**entry.data, **{option: getattr(entry.source, option) for option in _own_options(entry)}, **options}
    try:
        check_sizes(data)
        return FORMS[entry.form].read(data, path.parent)
    except ValueError as error:
        sentence = validation_sentence(error) if isinstance(error, ValidationError) else str(error)
        raise CatalogueError(f"{path}: [data] {sentence}") from ValueError(sentence)


def _checked(entry: Entry, path: Path) -> Entry:
    """The ``entry`` in the file at ``path``, all keys of which its form knows."""
    for fault in key_faults(entry.form, entry.data, entry.options, entry.rescale is not None):
        raise CatalogueError(f"{path}: {fault}")
    if entry.rescale is not None:
        try:
            check_sizes(asdict(entry.rescale), "rescale")
        except ValueError as error:
            raise CatalogueError(f"{path}: {error}") from error
    return entry
