"""Families: members of one kind by name, in files of their own, with one place that lists them."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

from alpfit.errors import LONGEST, ConfigurationError, in_one_line, one_of

T = TypeVar("T")


class Registry(Mapping[str, T]):
    """The members of a family by name, in order; ``kind`` is what one of them is called.

    It is read as any mapping; :meth:`add` and :meth:`remove` change it, so that a script or a test can bring a member
    along. Installed packages bring theirs as entry points of the group ``alpfit.KINDs``, such as ``alpfit.samplers``:
    they are listed like others, and loaded when they are asked for.
    """

    def __init__(self, kind: str, members: Mapping[str, T]) -> None:
        self._kind, self._members = kind, dict(members)

    @property
    def group(self) -> str:
        """The group of entry points that belongs to the family."""
        return f"alpfit.{self._kind.replace(' ', '_')}s"

    def add(self, name: str, member: T) -> None:
        """Let the family have a ``member`` of this ``name``; :class:`ConfigurationError` where the name is taken."""
        if name in self:
            raise ConfigurationError(f"there is a {self._kind} '{name}' already: choose another name")
        self._members[name] = member

    def remove(self, name: str) -> None:
        """Take the member of this ``name`` out again; :class:`ConfigurationError` where there is none."""
        if name not in self._members:
            raise ConfigurationError(f"there is no {self._kind} '{name}': {one_of(str(name), self._members)}")
        del self._members[name]

    def package_of(self, name: str) -> str:
        """The installed package that brings the member ``name``, and where in it; empty for the program's own."""
        found = _installed(self.group).get(name)
        return "" if found is None else f"{found.dist.name if found.dist else 'a package'}, {found.value}"

    def __getitem__(self, name: str) -> T:
        if name not in self._members and isinstance(name, str) and (found := _installed(self.group).get(name)):
            try:
                self._members[name] = found.load()
            except Exception as error:
                raise ConfigurationError(
                    f"the {self._kind} '{name}' of {self.package_of(name)} cannot be loaded: {type(error).__name__}: "
                    f"{in_one_line(str(error))[:LONGEST]}"
                ) from error
        return self._members[name]

    def __contains__(self, name: object) -> bool:
        return name in self._members or name in _installed(self.group)

    def __iter__(self) -> Iterator[str]:
        return iter({**self._members, **_installed(self.group)})

    def __len__(self) -> int:
        return len({**self._members, **_installed(self.group)})

    def __repr__(self) -> str:
        return f"{self._kind}: {', '.join(self)}"


@cache
def _installed(group: str) -> Mapping[str, EntryPoint]:
    """The entry points of a ``group`` by their names, found once."""
    return {found.name: found for found in entry_points(group=group)}
