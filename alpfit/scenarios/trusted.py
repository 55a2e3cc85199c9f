"""Which code the user has named as a scenario before: what came with a run folder is not run unasked.

A run folder keeps its scenario's file, so that a run can be made again. Whoever gets the folder from somebody else gets
code, too, which is run only when its digest is known: when the user has named a file of the same content as a scenario,
in an input of one's own, on the command line or in a call. Digests are kept in the user's state directory.
"""

from contextlib import suppress
from pathlib import Path

from platformdirs import user_state_path

_named: set[str] = set()


def trust(digest: str) -> None:
    """Remember that the user has named code of this ``digest``; for this process alone where nothing can be written."""
    if digest in _named:
        return
    _named.add(digest)
    with suppress(OSError):
        _folder().mkdir(parents=True, exist_ok=True)
        (_folder() / digest).touch()


def is_trusted(digest: str) -> bool:
    """Whether the user has named code of this ``digest``."""
    if digest in _named:
        return True
    with suppress(OSError):
        return (_folder() / digest).exists()
    return False


def _folder() -> Path:
    return user_state_path("alpfit") / "scenarios"
