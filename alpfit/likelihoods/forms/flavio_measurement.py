"""A measurement of flavio's collection, with the probability density that flavio gives it.

ln L is that of flavio's distribution, a density in what is measured, normalised; of several observables the joint one
where flavio correlates them, and its marginal where the others are not predicted. The numbers are those of the
installed flavio, so that an entry names the version that it was checked with. Needs flavio (D. M. Straub,
arXiv:1810.08132), the optional dependency ``alpfit[flavio]``.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy.special import ndtri

from alpfit.errors import ConfigurationError, one_of
from alpfit.likelihoods.forms.base import Comparison, Form, Step
from alpfit.numerics.arguments import shown
from alpfit.numerics.settings import own_logging

Array = NDArray[np.float64]

LIMIT = float(ndtri(0.95))
"""Standard deviations, on both sides, of what is shown as the bound where the best value is none: 90 %."""


@final
class FlavioMeasurement(Form):
    """flavio's ``measurement`` of this name, as it is in flavio's ``version``.

    ``reads`` says of each prediction which of flavio's observables it is: its name, or for one with arguments, such as
    a bin of q2, a list of name and arguments.
    """

    measurement: str
    version: str
    reads: dict[str, str | list[str | float]] = Field(min_length=1)

    measures: ClassVar[bool] = True

    @classmethod
    def read(cls, data: Mapping[str, object], _folder: Path) -> "FlavioMeasurement":
        """The form from an entry's ``[data]``; it has no table.

        Raises :class:`ConfigurationError` without flavio, and pydantic's ``ValidationError`` or :class:`ValueError` for
        ``data`` that is not flavio's.
        """
        form = cls.model_validate(data)
        flavio = _flavio()
        if form.version != flavio.__version__:
            raise ValueError(
                f"version = {shown(form.version)}, and flavio {flavio.__version__} is installed: see that the "
                "measurement is still what you want, and name that version"
            )
        known = flavio.Measurement.instances
        if form.measurement not in known:
            raise ValueError(
                f"measurement = {shown(form.measurement)} is not flavio's: {one_of(form.measurement, known)}"
            )
        measured = {_in_words(name): name for name in known[form.measurement].all_parameters}
        for prediction, name in form.reads.items():
            if _key(name) not in measured.values():
                words = _in_words(_key(name))
                raise ValueError(
                    f"reads.{shown(prediction)} = {shown(name)} is not in the measurement: {one_of(words, measured)}"
                )
        return form

    @property
    def observables(self) -> tuple[str, ...]:
        """What ``reads`` names."""
        return tuple(self.reads)

    @property
    def steps(self) -> tuple[Step, ...]:
        """None."""
        return ()

    @cached_property
    def _parts(self) -> Sequence[tuple[Any, list[str]]]:
        """flavio's distributions, each with the predictions that it is a density in."""
        predictions, parts = {_key(name): prediction for prediction, name in self.reads.items()}, []
        for distribution, names in _flavio().Measurement[self.measurement]._constraints:
            read = [predictions[name] for name in names if name in predictions]
            left_out = tuple(i for i, name in enumerate(names) if name not in predictions)
            if read:
                marginal = distribution.reduce_dimension(exclude=left_out) if left_out else distribution
                parts.append((marginal, read))
        return parts

    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L, the shape of the predictions."""
        arrays = np.broadcast_arrays(*(np.asarray(predictions[name], float) for name in self.observables))
        columns = {name: array.ravel() for name, array in zip(self.observables, arrays, strict=True)}
        total = np.zeros(arrays[0].size)
        for distribution, names in self._parts:
            total += _log_density(distribution, np.stack([columns[name] for name in names], axis=-1))
        return total.reshape(arrays[0].shape)

    def compare(self, predictions: Mapping[str, Array]) -> Comparison:
        """Of the first observable the best value, or the limit where that is none, and the pull from all of it."""
        distribution, names = self._part_of_first
        values = np.stack(np.broadcast_arrays(*(np.asarray(predictions[name], float) for name in names)), axis=-1)
        best, at = np.atleast_1d(distribution.central_value), names.index(self.observables[0])
        log_l = _log_density(distribution, values.reshape(-1, len(names))).reshape(values.shape[:-1])
        distance = np.sqrt(np.maximum(2.0 * (_log_density(distribution, best[None])[0] - log_l), 0.0))
        value = values[..., at]
        return Comparison(value, np.full_like(value, self._bound), np.where(value < best[at], -distance, distance))

    @property
    def _part_of_first(self) -> tuple[Any, list[str]]:
        return next(part for part in self._parts if self.observables[0] in part[1])

    @property
    def _bound(self) -> float:
        """The best value of the first observable; the limit where nothing is best."""
        distribution, names = self._part_of_first
        central = float(np.atleast_1d(distribution.central_value)[names.index(self.observables[0])])
        is_limit = len(names) == 1 and central == 0.0
        return float(distribution.get_error_right(nsigma=LIMIT)) if is_limit else central

    def describe(self) -> str:
        """The measurement in one line."""
        kinds = dict.fromkeys(_kind(distribution) for distribution, _ in self._parts)
        return (
            f"flavio {self.version}, {self.measurement}: {', '.join(self.reads)}, {', '.join(kinds)}; "
            f"{self.observables[0]} = {self._bound:.3g}"
        )


def _log_density(distribution: Any, values: Array) -> Array:
    """ln of the density at ``values (n, k)``, ``(n,)``: NaN where one is, -inf where one is infinite.

    NaN also for a negative value where the density begins at zero; -inf where flavio's ends, in a table beyond it.
    """
    if values.shape[1] == 1 and float(np.ravel(distribution.support[0])[0]) == 0.0:
        values = np.where(values < 0.0, np.nan, values)
    log_l = np.where(np.isnan(values).any(axis=1), np.nan, -np.inf)
    finite = np.isfinite(values).all(axis=1)
    if not finite.any():
        return log_l
    with np.errstate(divide="ignore", over="ignore"):
        if values.shape[1] == 1:
            log_l[finite] = distribution.logpdf(values[finite, 0])
        else:
            log_l[finite] = [float(distribution.logpdf(row)) for row in values[finite]]
    return log_l


def _kind(distribution: Any) -> str:
    """The distribution's kind in words: ``GammaUpperLimit`` is a gamma upper limit."""
    name = type(distribution).__name__.removesuffix("Distribution")
    return " ".join(re.findall("[A-Z][a-z]*", name)).lower() + ("" if name.endswith("Limit") else " distribution")


def _key(name: str | list[str | float]) -> str | tuple[str | float, ...]:
    """A name as flavio has it."""
    return name if isinstance(name, str) else tuple(name)


def _in_words(name: str | tuple[str | float, ...]) -> str:
    return name if isinstance(name, str) else f"[{', '.join(map(str, name))}]"


def _flavio() -> ModuleType:
    try:
        with own_logging():
            import flavio
    except ImportError as error:
        raise ConfigurationError("a likelihood of the form flavio needs flavio: pip install alpfit[flavio]") from error
    module: ModuleType = flavio
    return module
