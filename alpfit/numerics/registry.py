"""Families: members of one kind by name, in files of their own, with one place that lists them."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from alpfit.errors import ConfigurationError, one_of

T = TypeVar("T")


class Registry(Mapping[str, T]):
    """The members of a family by name, in order; ``kind`` is what one of them is called.

    It is read as any mapping; only :meth:`add` and :meth:`remove` change it, so that a package of one's own, or a test,
    can bring a member along.
    """

    def __init__(self, kind: str, members: Mapping[str, T]) -> None:
        self._kind, self._members = kind, dict(members)

    def add(self, name: str, member: T) -> None:
        """Let the family have a ``member`` of this ``name``; :class:`ConfigurationError` where the name is taken."""
        if name in self._members:
            raise ConfigurationError(f"there is a {self._kind} '{name}' already: choose another name")
        self._members[name] = member

    def remove(self, name: str) -> None:
        """Take the member of this ``name`` out again; :class:`ConfigurationError` where there is none."""
        if name not in self._members:
            raise ConfigurationError(f"there is no {self._kind} '{name}': {one_of(str(name), self._members)}")
        del self._members[name]

    def __getitem__(self, name: str) -> T:
        return self._members[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __repr__(self) -> str:
        return f"{self._kind}: {', '.join(self)}"
