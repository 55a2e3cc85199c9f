"""What every export is made of: the run's samples, their columns by name, and the facts that are no column."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alpfit.chains.exports.names import beside
from alpfit.errors import ConfigurationError
from alpfit.inference.diagnostics import known
from alpfit.inference.priors import Prior
from alpfit.inference.samples import Samples
from alpfit.scenarios import Quantity

Array = NDArray[np.float64]

OWN = frozenset({"weight", "log_weight", "log_likelihood", "log_likelihood_birth", "chain"})
"""Columns of a table that are no quantity."""

ENTRY_PREFIX = "log_likelihood:"
"""So begin the columns of ln L by measurement."""


@dataclass(frozen=True)
class Contents:
    """The samples of a run; what is known of its ``quantities``; ``priors`` of its parameters; its ``seed``.

    >>> from alpfit import read_run
    >>> contents = read_run("chains/reference/invisible").contents
    >>> list(contents.priors), contents.quantities["tau_a"].unit, contents.label("m_a")
    (['m_a', 'r', 'g_agg', 'g_achi'], 's', 'm_a')
    """

    samples: Samples
    quantities: Mapping[str, Quantity]
    priors: Mapping[str, Prior]
    seed: int = 0

    def label(self, name: str) -> str:
        """The label of a quantity, in LaTeX without dollars; its name where it has none."""
        return self.quantities[name].label if name in self.quantities else name


@dataclass(frozen=True)
class Format:
    """``write`` takes what the files' names begin with, ``endings`` is a regular expression for how they end.

    Different contents may want different files. Where they are ``numbered``, NAME_1 is the first chain of NAME.

    >>> from alpfit.chains.exports import EXPORTS, Format
    >>> def write(root, contents):
    ...     root.with_name(f"{root.name}.best").write_text(str(contents.samples.log_l.max()))
    >>> EXPORTS.add("best", Format(write, "[.]best"))
    >>> "best" in EXPORTS
    True
    >>> EXPORTS.remove("best")
    """

    write: Callable[[Path, Contents], None]
    endings: str
    numbered: bool = False


def columns(samples: Samples) -> dict[str, NDArray[Any]]:
    """All columns of a table with a row a sample; ``chain`` counts Markov chains from zero, where there are some."""
    table: dict[str, NDArray[Any]] = {
        "weight": samples.weights,
        "log_weight": samples.log_weights,
        "log_likelihood": samples.log_l,
    }
    if samples.log_l_birth is not None:
        table["log_likelihood_birth"] = samples.log_l_birth
    if samples.n_chains > 1:
        table["chain"] = chain_numbers(samples)
    table |= {beside(name, OWN): values for name, values in {**samples.parameters, **samples.derived}.items()}
    return table | {ENTRY_PREFIX + name: values for name, values in samples.log_l_by_entry.items()}


def chain_numbers(samples: Samples) -> NDArray[np.int64]:
    """The Markov chain that each sample belongs to, counted from zero."""
    return np.repeat(np.arange(samples.n_chains), samples.log_l.size // samples.n_chains)


def relative_weights(samples: Samples) -> Array:
    """Weights over the largest one, so that those of Markov chains are counts."""
    return np.asarray(np.exp(samples.log_weights - samples.log_weights.max()))


def facts(samples: Samples) -> dict[str, Any]:
    """Evidence, cost and trust, as they can stand in JSON; what the run has not got is left out."""
    everything = {
        "log_z": samples.log_z,
        "log_z_error": samples.log_z_error,
        "n_calls": samples.n_calls,
        "n_eff": samples.n_eff,
        "n_chains": samples.n_chains,
        "autocorrelation": samples.autocorrelation,
        "diagnostics": {name: value for name, value in samples.diagnostics.items() if known(value) is not None},
        "shortfalls": list(samples.shortfalls),
    }
    return {name: value for name, value in everything.items() if value is not None}


def optional(module: str, what: str, extra: str) -> Any:
    """The ``module`` that ``what`` needs; raises :class:`ConfigurationError`, which names the ``extra`` that has it."""
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise ConfigurationError(f"{what} needs {package}: pip install alpfit[{extra}]") from error
