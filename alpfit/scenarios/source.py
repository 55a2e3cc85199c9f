"""A scenario in a file of one's own, or in an installed package."""

import sys
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType

from alpfit.errors import LONGEST, ConfigurationError, in_one_line, one_of
from alpfit.numerics.arguments import shown
from alpfit.numerics.files import can_be_named, read_ordinary
from alpfit.numerics.settings import own_logging
from alpfit.scenarios.base import Scenario

LARGEST = 2**20
"""Bytes of a scenario's file."""

SUFFIX = ".py"


@dataclass(frozen=True)
class Source:
    """The ``text`` of a file at ``path``, and the ``class_name`` in it: empty where there is one scenario."""

    path: str
    text: str
    class_name: str = ""

    @property
    def name(self) -> str:
        """What the scenario is called."""
        return self.class_name or Path(self.path).stem

    @property
    def named(self) -> str:
        """How a run's input names it: its whole path, and the class where that is said."""
        return qualified(self.path, self.class_name)

    @cached_property
    def digest(self) -> str:
        """Of the text."""
        return sha256(self.text.encode()).hexdigest()

    def load(self) -> type[Scenario]:
        """Run the file, once a process; raises :class:`ConfigurationError`."""
        return _class_in(_module(self.path, self.text), self.class_name, self.path)


def is_file(name: str) -> bool:
    """Whether a scenario is named by the path of its file."""
    return split(name)[0].endswith(SUFFIX) or "/" in name


def qualified(place: str, class_name: str) -> str:
    """``PLACE:NAME``, as :func:`split` takes it apart; the place alone where no class is named."""
    return f"{place}:{class_name}" if class_name else place


def split(name: str) -> tuple[str, str]:
    """The path, or the module, and the class of ``PATH:NAME``."""
    place, colon, class_name = name.rpartition(":")
    return (place, class_name) if colon and class_name.isidentifier() else (name, "")


def read_source(name: str, folder: Path) -> Source:
    """The file that ``name`` stands for, seen from ``folder``; raises :class:`ConfigurationError`."""
    place, class_name = split(name)
    if not can_be_named(place):
        raise ConfigurationError(f"scenario = {shown(name)} cannot be the path of a file")
    path = (folder / Path(place).expanduser()).resolve()
    if path.suffix != SUFFIX:
        raise ConfigurationError(f"scenario = {shown(name)}: {path} must be a file of Python, {SUFFIX}")
    try:
        return Source(str(path), read_ordinary(path, LARGEST).decode("utf-8"), class_name)
    except FileNotFoundError as error:
        raise ConfigurationError(f"scenario = {shown(name)}: {path} does not exist") from error
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(f"scenario = {shown(name)}: {path} cannot be read: {reason}") from error


def load_dotted(name: str) -> type[Scenario]:
    """The class ``package.module:NAME``; raises :class:`ConfigurationError`."""
    place, class_name = split(name)
    try:
        with own_logging():
            module = import_module(place)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"scenario = {shown(name)}: there is no module {error.name!r}: install it, or name a file, ./FILE{SUFFIX}"
        ) from error
    except Exception as error:
        raise ConfigurationError(f"scenario = {shown(name)}: {_raised(error, None)}") from error
    return _class_in(module, class_name, name)


@cache
def _module(path: str, text: str) -> ModuleType:
    """The module that the ``text`` makes; it is known under a name of its own, for pickles and annotations."""
    name = f"alpfit_scenario_{sha256(f'{path}:{text}'.encode()).hexdigest()[:16]}"
    module = ModuleType(name)
    module.__file__ = path
    sys.modules[name] = module
    try:
        with own_logging():
            exec(compile(text, path, "exec"), vars(module))
    except Exception as error:
        del sys.modules[name]
        raise ConfigurationError(f"{path}: {_raised(error, path)}") from error
    except SystemExit as error:
        del sys.modules[name]
        raise ConfigurationError(f"{path}: ends the program when it is loaded: leave the call of exit out") from error
    return module


def _raised(error: Exception, path: str | None) -> str:
    """What loading has raised, and in which line of the file at ``path``."""
    line, frame = getattr(error, "lineno", None) if isinstance(error, SyntaxError) else None, error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == path:
            line = frame.tb_lineno
        frame = frame.tb_next
    said = in_one_line(str(error.msg if isinstance(error, SyntaxError) else error))[:LONGEST]
    hint = ""
    if isinstance(error, ModuleNotFoundError):
        hint = ": a scenario is one file, and can import what is installed"
    return f"cannot be loaded: {type(error).__name__}{f' in line {line}' if line else ''}: {said}{hint}"


def _class_in(module: ModuleType, class_name: str, place: str) -> type[Scenario]:
    """The scenario ``class_name`` of ``module``, or the only one that is made there."""
    made = {
        name: member
        for name, member in vars(module).items()
        if isinstance(member, type) and issubclass(member, Scenario) and member.__module__ == module.__name__
    }
    if class_name:
        member = vars(module).get(class_name)
        if isinstance(member, type) and issubclass(member, Scenario):
            return member
        raise ConfigurationError(f"{place}: there is no Scenario '{class_name}': {one_of(class_name, made)}")
    if len(made) == 1:
        return next(iter(made.values()))
    if not made:
        raise ConfigurationError(
            f"{place}: has no scenario: a class with parameters and predict, whose base is alpfit.scenarios.Scenario"
        )
    raise ConfigurationError(f"{place}: has {len(made)} scenarios: say which, {place}:{next(iter(made))}")
