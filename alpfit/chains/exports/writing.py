"""Puts the files of an export in place when all of them are complete."""

import re
import shutil
from contextlib import suppress
from pathlib import Path

from alpfit.chains.exports.base import Contents, Format
from alpfit.chains.files import check_place, temporary_name
from alpfit.errors import RunFolderError


def replace_files(folder: Path, name: str, kind: Format, contents: Contents) -> list[Path]:
    """Write the export ``name`` to ``folder``, and remove what an earlier one of that name had and this one has not.

    Returns the files. Whatever fails, no half file is left, and nobody else's file is touched.
    """
    check_place(folder)
    staging = folder / temporary_name()
    if kind.numbered:
        _check_numbers(folder, name)
    try:
        staging.mkdir(parents=True)
        kind.write(staging / name, contents)
        written = sorted(path.name for path in staging.iterdir())
        own = re.compile(re.escape(name) + f"(?:{kind.endings})")
        for path in [path for path in folder.iterdir() if own.fullmatch(path.name) and path.name not in written]:
            path.unlink()
        return [(staging / file).replace(folder / file) for file in written]
    except OSError as error:
        raise RunFolderError(
            f"{folder} cannot be written: {error.strerror or error}; choose another with output=DIR"
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        with suppress(OSError):  # it stays where it holds something
            folder.rmdir()


def _check_numbers(folder: Path, name: str) -> None:
    """Raise :class:`RunFolderError` where the files of another export would be taken for chains of this, or these."""
    for other in (path.stem for path in folder.glob("*.paramnames")):
        shorter, longer = sorted((name, other), key=len)
        if re.fullmatch(re.escape(shorter) + r"_\d+", longer):
            raise RunFolderError(
                f"{folder} holds an export of {other}: {longer} would be read as a chain of {shorter}; choose another "
                "with output=DIR"
            )
