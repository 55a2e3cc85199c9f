"""Numbers on the command line, as ``NAME=VALUE`` and ``NAME=LOW:HIGH``."""

from collections.abc import Sequence

from alpfit.errors import ConfigurationError


def numbers(option: str, assignments: Sequence[str]) -> dict[str, float]:
    """The value of each name; raises :class:`ConfigurationError` for what is none, or is given twice."""
    return {name: values[0] for name, values in _read(option, assignments, "NAME=VALUE", 1).items()}


def ranges(option: str, assignments: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Both ends of each name's range; errors as for :func:`numbers`."""
    return {name: (ends[0], ends[1]) for name, ends in _read(option, assignments, "NAME=LOW:HIGH", 2).items()}


def _read(option: str, assignments: Sequence[str], form: str, n: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for assignment in assignments:
        name, _, text = assignment.partition("=")
        name = name.strip()
        if name in found:
            raise ConfigurationError(f"{option} {assignment}: {name} is given already")
        try:
            found[name] = [float(part) for part in text.split(":")]
        except ValueError:
            found[name] = []
        if len(found[name]) != n:
            raise ConfigurationError(f"{option} {assignment}: write it as {form} with numbers")
    return found
