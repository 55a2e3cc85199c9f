"""What is wrong with the file of an entry: all of it, as far as one fault does not hide another."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from alpfit.errors import CatalogueError, one_of, validation_sentences
from alpfit.likelihoods.entry import Entry
from alpfit.likelihoods.files import read_text
from alpfit.likelihoods.forms import FORMS
from alpfit.numerics.arguments import shown
from alpfit.numerics.toml import tables_in

RESCALE = "rescale"
"""The option that an entry with a table ``[rescale]`` may have: whether it is in force."""

METHOD = "method"
"""The option of every limit: the method that gave it. The entry says so in its ``[source]``."""

NAMES = ("observable", "abscissa", "bound", "lifetime")
"""Keys of ``[data]`` by which the form finds the rest."""


def key_faults(form: str, data: Mapping[str, Any], options: Sequence[str], rescale: bool) -> Iterator[str]:
    """Sentences about the keys of ``[data]`` and the ``options`` of an entry with a table ``[rescale]``, or none."""
    if form not in FORMS:
        yield f"form = '{form}' is not known: {one_of(form, FORMS)}"
        return
    fields = FORMS[form].model_fields
    known = set(fields) - {METHOD}  # that is the source's
    for key in NAMES:
        value = data.get(key)
        if key in known and fields[key].is_required() and key not in data:
            yield f"[data] {key} is missing"
        elif key in known and fields[key].annotation is str and not (value and isinstance(value, str)):
            yield f"[data] {key} = {shown(value)} must be a name"
    for key in (*data, *options):
        if key not in known and not (key == RESCALE and rescale and key in options):
            yield f"{key} is no key of the form {form}: {one_of(key, known)}"


def all_told(path: Path, first: CatalogueError) -> CatalogueError:
    """The error with all that is wrong with the entry at ``path``; ``first`` itself where that is one thing."""
    try:
        found = list(dict.fromkeys(_faults(tables_in(read_text(path)), path.parent)))
    except (OSError, ValueError):  # what is no TOML has one fault
        return first
    if len(found) < 2:
        return first
    return CatalogueError(
        f"{path} has {len(found)} faults: {'; '.join(f'({i}) {fault}' for i, fault in enumerate(found, 1))}"
    )


def _faults(document: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """Of the tables, the keys of ``[data]``, and if these are good of their values."""
    try:
        Entry.model_validate(document)
    except ValidationError as error:
        yield from validation_sentences(error)
    form, data, options = (document.get(key, default) for key, default in (("form", ""), ("data", {}), ("options", [])))
    if not (isinstance(form, str) and isinstance(data, dict) and isinstance(options, list)):
        return
    of_keys = list(key_faults(form, data, [str(option) for option in options], "rescale" in document))
    yield from of_keys
    if form not in FORMS or of_keys:
        return
    source = document.get("source")
    method = {METHOD: source[METHOD]} if isinstance(source, dict) and METHOD in source else {}
    try:
        FORMS[form].read({**data, **(method if METHOD in FORMS[form].model_fields else {})}, folder)
    except ValidationError as error:
        yield from (f"[data] {sentence}" for sentence in validation_sentences(error))
    except ValueError as error:
        yield f"[data] {error}"
