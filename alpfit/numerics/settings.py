"""Settings of other packages in the working directory are not read: that may be anybody's run folder.

numba takes from such a file where its machine code lies (which it unpickles), matplotlib what to import. The user's
environment variables, and files in the folders of the user's settings, count as ever.

Nor do packages that a user's code brings along decide what is printed.
"""

import builtins
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from io import StringIO
from types import MappingProxyType, ModuleType
from typing import Any

SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "numba.core.config": ".numba_config.yaml",
        "matplotlib": "matplotlibrc",
        "arviz.rcparams": "arvizrc",
        "arviz_base.rcparams": "arvizrc",
    }
)
"""The file that a module opens in the working directory."""


def ignore_working_directory() -> None:
    """Let the modules of :data:`SETTINGS` find their file there empty, from their first line on."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    loaded = sys.modules.get("numba.core.config")
    if loaded is not None and "open" not in vars(loaded):  # it has read one already, and looks again
        vars(loaded)["open"] = _open_but(SETTINGS["numba.core.config"])
        loaded.reload_config()


@contextmanager
def own_logging() -> Iterator[None]:
    """Within it, what is imported cannot change which messages the whole program prints, and where."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    try:
        yield
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers


class _Finder(MetaPathFinder):
    """Finds the modules of :data:`SETTINGS` where they are, and has them loaded with an ``open`` of their own."""

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Where the module ``name`` is; None for any other, which is not our concern."""
        spec = PathFinder.find_spec(name, path, target) if name in SETTINGS else None
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


class _Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        """Run the module, whose ``open`` is not the built-in one."""
        vars(module)["open"] = _open_but(SETTINGS[module.__name__])
        SourceFileLoader.exec_module(self, module)


def _open_but(name: str) -> Callable[..., Any]:
    """The built-in ``open``, for which the file ``name`` of the working directory is empty."""

    def opened(file: Any, *arguments: Any, **choices: Any) -> Any:
        if isinstance(file, (str, os.PathLike)):
            folder, own = os.path.split(os.fspath(file))
            if own == name and (not folder or folder == os.getcwd()):
                return StringIO()
        return builtins.open(file, *arguments, **choices)

    return opened
