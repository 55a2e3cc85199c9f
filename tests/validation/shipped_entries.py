"""The entries of the catalogue, each read once in a process: for what they say, not for how they are read."""

from functools import cache

from alpfit.likelihoods import Measurement, load, names


@cache
def shipped(name: str) -> Measurement:
    """The entry with its own options."""
    return load(name)


def all_shipped() -> tuple[Measurement, ...]:
    """Every entry, in the order of their names."""
    return tuple(map(shipped, names()))
