"""Likelihoods: predictions to ln L.

The names are loaded when first used: what only lists the catalogue needs no form of likelihood, nor what compiles one.

>>> from alpfit import likelihoods
>>> planck = likelihoods.load("planck_relic_2018")
>>> print(f"{planck.compare({'Omega_h2': 0.1224, 'Omega_h2_theory_error': 0.0}).pull:.1f} sigma")
2.0 sigma
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alpfit.likelihoods.catalogue import load
    from alpfit.likelihoods.entry import names
    from alpfit.likelihoods.forms import FORMS, Comparison, Step
    from alpfit.likelihoods.joint import JointLikelihood
    from alpfit.likelihoods.measurement import Measurement

__all__ = ["FORMS", "Comparison", "JointLikelihood", "Measurement", "Step", "load", "names"]

_HOMES = {
    "load": "catalogue",
    "names": "entry",
    **dict.fromkeys(("FORMS", "Comparison", "Step"), "forms"),
    "JointLikelihood": "joint",
    "Measurement": "measurement",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"alpfit.likelihoods.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'alpfit.likelihoods' has no attribute '{name}'")


def __dir__() -> list[str]:
    return list(__all__)
