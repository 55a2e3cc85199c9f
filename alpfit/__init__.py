"""Bayesian inference for resonant ALP-portal dark matter and the Belle II B+ -> K+ nu nu excess.

    >>> import alpfit
    >>> alpfit.relic_density(0.75, 0.477, 9.037e-5, 6.93e-5).omega_h2
    >>> alpfit.Fit.from_file("invisible.toml").run()

The names below are loaded when first used, so that importing the package (and ``alpfit --help``) is instant.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from alpfit.numerics.settings import ignore_working_directory
from alpfit.version import __version__

if TYPE_CHECKING:
    from alpfit import likelihoods
    from alpfit.errors import AlpfitError
    from alpfit.fit import Fit, Run
    from alpfit.relic import Evolution, RelicDensity, Status, evolve, relic_density, required_coupling

__all__ = [
    "AlpfitError",
    "Evolution",
    "Fit",
    "RelicDensity",
    "Run",
    "Status",
    "__version__",
    "evolve",
    "likelihoods",
    "relic_density",
    "required_coupling",
]

ignore_working_directory()

_HOMES = {
    "AlpfitError": "alpfit.errors",
    "Evolution": "alpfit.relic",
    "Fit": "alpfit.fit",
    "RelicDensity": "alpfit.relic",
    "Run": "alpfit.fit",
    "Status": "alpfit.relic",
    "evolve": "alpfit.relic",
    "relic_density": "alpfit.relic",
    "required_coupling": "alpfit.relic",
}


def __getattr__(name: str) -> Any:
    if name == "likelihoods":
        return import_module("alpfit.likelihoods")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'alpfit' has no attribute '{name}'")


def __dir__() -> list[str]:
    return list(__all__)
