"""Whether this process is the program ``alpfit``, whose threads are known, or another that imports the package."""

_begun: list[bool] = []


def begin_program() -> None:
    """Say that it is the program."""
    _begun.append(True)


def is_program() -> bool:
    """Whether that has been said."""
    return bool(_begun)
