"""Libraries that want something of the machine when they are imported."""

import os
import warnings
from importlib import import_module
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch


def imported(name: str) -> Any:
    """The module ``name``, which may bring arviz 0.x with it.

    That announces its successor, and leaves a note of it in the user's cache: where there can be none, in a folder that
    is gone at once.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return import_module(name)
        except OSError:
            with TemporaryDirectory() as folder, patch.dict(os.environ, HOME=folder, XDG_CACHE_HOME=folder):
                return import_module(name)
