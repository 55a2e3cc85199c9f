"""The family of scenarios: the package's own and those of installed packages by name, others where they stand."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from alpfit.errors import ConfigurationError, one_of, validation_sentence
from alpfit.numerics.arguments import shown
from alpfit.numerics.registry import Registry
from alpfit.scenarios.alp import AlpScenario
from alpfit.scenarios.attributes import check_attributes, check_options
from alpfit.scenarios.base import Scenario
from alpfit.scenarios.checked import CheckedScenario
from alpfit.scenarios.portal import PortalScenario
from alpfit.scenarios.recorded import RECORD, Record, RecordedScenario
from alpfit.scenarios.source import Source, is_file, load_dotted, read_source, split
from alpfit.scenarios.trusted import is_trusted

SCENARIOS: Registry[type[Scenario]] = Registry(
    "scenario",
    {
        "invisible": PortalScenario,
        "displaced": AlpScenario,
    },
)
"""``invisible``: a -> chi chi, the ALP is missing energy; ``displaced``: a -> gamma gamma, outside the detector.

Each with the fewest parameters that it can have: see :func:`scenario_for`. One of your own is known after
``SCENARIOS.add(name, scenario)``.

>>> from alpfit.scenarios import SCENARIOS
>>> list(SCENARIOS), list(SCENARIOS["displaced"].parameters)
(['invisible', 'displaced'], ['m_a', 'g_agg'])
"""


@dataclass(frozen=True)
class Kind:
    """A scenario whose options have not been chosen, ``named`` so in a run's input.

    ``place`` says where one of one's own stands, ``source`` is its file, ``record`` what a run folder says of it.
    """

    named: str
    name: str
    made_by: type[Scenario]
    place: str = ""
    source: Source | None = None
    record: Record | None = None

    @property
    def digest(self) -> str:
        """Of the code of one of one's own; empty for the package's."""
        if self.record is not None:
            return self.record.digest
        if self.source is not None:
            return self.source.digest
        return "" if not self.place else _digest_of_module(self.made_by)

    @property
    def tables(self) -> Mapping[str, Any]:
        """The tables of a run's input that are this scenario's own, each with its type."""
        if self.place and self.record is None:
            check_options(self.made_by, self.place)
        return self.made_by.tables() if self.record is None else dict.fromkeys(self.record.tables, dict[str, Any])

    def content(self, name: str, table: Mapping[str, Any]) -> Any:
        """What stands in the ``table`` of this ``name``, as its type; raises :class:`ConfigurationError`."""
        try:
            return TypeAdapter(self.tables[name]).validate_python(dict(table))
        except ValidationError as error:
            sentence = validation_sentence(error)
            raise ConfigurationError(
                f"{name}.{sentence}" if error.errors()[0]["loc"] else f"[{name}] {sentence}"
            ) from error

    def scenario_for(self, parameters: Iterable[str], tables: Mapping[str, Mapping[str, Any]]) -> CheckedScenario:
        """The scenario of a run with these ``parameters``, and ``tables``: with one of its extension's it is extended.

        ``displaced`` with dark matter is the same model as ``invisible``: how the ALP decays follows from the masses.
        Raises :class:`ConfigurationError`.
        """
        content = {name: self.content(name, tables.get(name, {})) for name in self.tables}
        remake = None if self.source is None else (remade, (self.source, tuple(parameters), dict(tables)))
        if self.record is not None:
            return CheckedScenario(RecordedScenario(self.record, partial(self._live, tables)), self.name)
        extension, made_by = self.made_by.extension, self.made_by
        if extension is not None and not set(extension.parameters).isdisjoint(parameters):
            made_by = extension.scenario
        return CheckedScenario(self._made(made_by, content), self.name, self.place, remake)

    def widest(self) -> CheckedScenario:
        """The scenario with all that it can have, and the defaults of its tables."""
        extension = self.made_by.extension
        return self.scenario_for(() if extension is None else extension.parameters, {})

    def _made(self, made_by: type[Scenario], content: Mapping[str, Any]) -> Scenario:
        try:
            made = made_by.from_tables(content)
            if self.place:
                check_attributes(made, self.place)
            return made
        except ConfigurationError:
            raise
        except Exception as error:
            if not self.place:
                raise
            raise ConfigurationError(
                f"{self.place}: {made_by.__name__} cannot be made: {type(error).__name__}: {error}"
            ) from error

    def _live(self, tables: Mapping[str, Mapping[str, Any]]) -> Scenario:
        """The scenario that a run folder has recorded; raises :class:`ConfigurationError` where it may not be run."""
        assert self.record is not None
        folder, code = Path(self.named).parent, self.record.code
        place = str(folder / code) if is_file(code) else code
        if not is_trusted(self.record.digest):
            raise ConfigurationError(
                f"{place} is code that came with the run, and is run only once you have named it: look at it, then "
                f"check it with alpfit.check_scenario({place!r})"
            )
        kind = kind_of(place)
        if kind.digest != self.record.digest:
            raise ConfigurationError(
                f"{place} is not the scenario that the run was made with: name the one that counts with "
                f"overrides=['scenario=FILE'], or run anew"
            )
        return kind.scenario_for(self.record.parameters, tables)


def kind_of(name: str, folder: Path | None = None) -> Kind:
    """The scenario that is named so, its path seen from ``folder``; raises :class:`ConfigurationError`."""
    if name in SCENARIOS:
        made_by = SCENARIOS[name]
        own = made_by.__module__.partition(".")[0] == __name__.partition(".")[0]
        where = SCENARIOS.package_of(name)
        return Kind(name, name, made_by, "" if own else f"the scenario '{name}'{f' of {where}' if where else ''}")
    if name.endswith(f"/{RECORD}"):
        record = Record.read(Path(name))
        return Kind(name, record.name, RecordedScenario, name, record=record)
    if is_file(name):
        return _kind_of_source(read_source(name, folder or Path()))
    made_by = load_dotted(name)
    return Kind(name, split(name)[1] or split(name)[0].rpartition(".")[2], made_by, name)


def known_kind(named: object, folder: Path | None = None) -> Kind:
    """As :func:`kind_of`, of what a user has named; raises :class:`ConfigurationError` for what names no scenario."""
    if not isinstance(named, str) or not (named in SCENARIOS or is_place(named)):
        hint = "; one of your own is a file, './FILE.py', or 'package.module:Name'"
        raise ConfigurationError(f"scenario = {shown(named)} is not known: {one_of(str(named), SCENARIOS)}{hint}")
    return kind_of(named, folder)


def is_place(name: str) -> bool:
    """Whether ``name`` says where a scenario stands: a file, or a class in a package."""
    return is_file(name) or bool(split(name)[1])


def scenario_for(name: str, parameters: Iterable[str] = (), **tables: Mapping[str, Any]) -> CheckedScenario:
    """The scenario ``name`` of a run with these ``parameters``; ``tables`` are its own, such as ``relic``.

    Raises :class:`ConfigurationError` for a scenario, a table, its key or a value that is not known.

    >>> import numpy as np
    >>> from alpfit.scenarios import scenario_for
    >>> scenario = scenario_for("displaced", physics={"form_factor": "exponential"})
    >>> found = scenario.predict({"m_a": np.array([0.2, 0.3]), "g_agg": np.array([1e-4, 1e-4])})
    >>> found.values["tau_a"].shape, found.failures
    ((2,), ('', ''))
    """
    kind = known_kind(name)
    for table in tables:
        if table not in kind.tables:
            raise ConfigurationError(f"[{table}] is no table of the scenario '{name}': {one_of(table, kind.tables)}")
    return kind.scenario_for(tuple(parameters), tables)


def widest_scenario(name: str) -> CheckedScenario:
    """The scenario ``name`` with all that it can have."""
    return kind_of(name).widest()


def remade(source: Source, parameters: tuple[str, ...], tables: Mapping[str, Mapping[str, Any]]) -> CheckedScenario:
    """A scenario of a file, in another process: from its text, wherever the file is."""
    return _kind_of_source(source).scenario_for(parameters, tables)


def _kind_of_source(source: Source) -> Kind:
    return Kind(source.named, source.name, source.load(), source.path, source)


def _digest_of_module(made_by: type[Scenario]) -> str:
    """The digest of the file in which a class of a package stands; of its name where there is none."""
    file = getattr(sys.modules.get(made_by.__module__), "__file__", None)
    if file is None or not Path(file).is_file():
        return sha256(f"{made_by.__module__}:{made_by.__qualname__}".encode()).hexdigest()
    return sha256(Path(file).read_bytes()).hexdigest()
