"""A fit as a likelihood and priors of bilby.

    likelihood = FitLikelihood("invisible.toml")
    result = bilby.run_sampler(likelihood, likelihood.priors(), sampler="dynesty")

bilby: G. Ashton and others, Astrophys. J. Suppl. 241 (2019) 27, arXiv:1811.02042. Needs the optional dependency
``alpfit[bilby]``.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

try:
    import bilby
except ImportError as error:
    raise ImportError("alpfit.adapters.bilby needs bilby: pip install alpfit[bilby]") from error

from alpfit.errors import ConfigurationError
from alpfit.fit import Fit
from alpfit.fit.fit import fit_of
from alpfit.inference.priors import (
    Beta,
    HalfNormal,
    LogNormal,
    LogUniform,
    Normal,
    Prior,
    Tabulated,
    TruncatedNormal,
    Uniform,
)
from alpfit.numerics.arguments import real_number
from alpfit.scenarios import Quantity

TABLE_STEPS = 4096
"""Into which a tabulated density is divided: bilby draws from it as if it were constant in each."""


class FitLikelihood(bilby.Likelihood):  # type: ignore[misc]
    """ln L of a ``fit``, a TOML file, a dictionary or a :class:`~alpfit.Fit`, of its sampled parameters.

    Raises :class:`~alpfit.errors.ConfigurationError` for a fit that cannot be used.
    """

    def __init__(self, fit: Fit | str | Path | Mapping[str, Any]) -> None:
        super().__init__()
        self.fit = fit_of(fit)

    def log_likelihood(self, parameters: Mapping[str, float] | None = None) -> float:
        """ln L at ``parameters``, name to number; -inf where there is no prediction."""
        problem = self.fit.problem
        given = parameters or {}
        if missing := [name for name in problem.names if name not in given]:
            raise ConfigurationError(f"parameters: {missing[0]} has no value: the fit {self.fit.name} samples it")
        theta = np.array([[real_number(name, given[name]) for name in problem.names]])
        return float(problem.evaluate(theta).log_l[0])

    def priors(self) -> Any:
        """The fit's priors, a ``bilby.core.prior.PriorDict`` with labels and units.

        Raises :class:`~alpfit.errors.ConfigurationError` for densities that bilby does not have: those that several
        parameters share, and one's own.
        """
        problem, priors = self.fit.problem, {}
        known = {**problem.scenario.parameters, **problem.scenario.optional}
        for name, prior in problem.priors.items():
            priors[name] = _prior(name, prior, known.get(name))
        return bilby.core.prior.PriorDict(priors)


def _prior(name: str, prior: Prior, quantity: Quantity | None) -> Any:
    """The ``prior`` of the parameter ``name`` as bilby's."""
    if prior.joint is not None:
        raise ConfigurationError(f"{name} shares its prior with other parameters, which has no translation: {_WAY_OUT}")
    if type(prior) not in _TRANSLATED:
        raise ConfigurationError(f"{name}: the prior '{prior.prior}' has no translation: {_WAY_OUT}")
    label = prior.label or (quantity.label if quantity is not None else "") or name
    unit = prior.unit or (quantity.unit if quantity is not None else "") or None
    return _TRANSLATED[type(prior)](prior)(name=name, latex_label=f"${label}$", unit=unit)


def _with(kind: str, **arguments: Any) -> Callable[..., Any]:
    """bilby's prior ``kind``, which lacks name and labels."""
    return lambda **labels: getattr(bilby.core.prior, kind)(**arguments, **labels)


def _interpolated(prior: Tabulated) -> Callable[..., Any]:
    x = np.union1d(prior.x, np.linspace(*prior.bounds, TABLE_STEPS + 1))
    return _with("Interped", xx=x, yy=np.exp(prior.log_density(x)))


_WAY_OUT = "give bilby one of its own"
_TRANSLATED: Mapping[type[Prior], Callable[[Any], Callable[..., Any]]] = {
    Uniform: lambda p: _with("Uniform", minimum=p.min, maximum=p.max),
    LogUniform: lambda p: _with("LogUniform", minimum=p.min, maximum=p.max),
    Normal: lambda p: _with("Gaussian", mu=p.mean, sigma=p.sigma),
    LogNormal: lambda p: _with("LogNormal", mu=float(np.log(p.median)), sigma=p.sigma),
    TruncatedNormal: lambda p: _with("TruncatedGaussian", mu=p.mean, sigma=p.sigma, minimum=p.min, maximum=p.max),
    HalfNormal: lambda p: _with("TruncatedGaussian", mu=p.min, sigma=p.sigma, minimum=p.min, maximum=np.inf),
    Beta: lambda p: _with("Beta", alpha=p.a, beta=p.b, minimum=p.min, maximum=p.max),
    Tabulated: _interpolated,
}
