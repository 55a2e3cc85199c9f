"""A pyhf workspace as it was published, fitted by pyhf itself, with a two-body decay on top.

Slow, and free of assumptions about the workspace's modifiers: the nuisances are at their best within pyhf's bounds.
ln L is pyhf's ``logpdf`` without the constant that its constraints have at their centres, as in the form binned.
Needs pyhf (L. Heinrich et al., J. Open Source Softw. 6 (2021) 2823), the optional dependency ``alpfit[pyhf]``.
"""

import json
import math
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from alpfit.errors import CatalogueError, ConfigurationError, PredictionError
from alpfit.likelihoods.files import data_file, read_text
from alpfit.likelihoods.forms.base import Comparison, Form, Step
from alpfit.likelihoods.forms.binned.comparison import Compared, compare_with_best
from alpfit.likelihoods.forms.binned.line import line_events
from alpfit.likelihoods.forms.binned.tables import Response, check, read_response
from alpfit.likelihoods.numbers import ENDS, ENDS_OF_COUNTS, check_sizes, number_in
from alpfit.likelihoods.units import require_unit
from alpfit.numerics.fields import Names

Array = NDArray[np.float64]
Json = dict[str, Any]
CARRIED = ("histosys", "normsys", "staterror", "lumi")
"""Modifiers that new physics shares with the Standard Model's signal; free normalisations are none of them."""


@final
class PyhfWorkspace(Form):
    """The ``workspace`` (a JSON file) and its ``response`` to a branching ratio ``observable`` and mass ``abscissa``.

    ``signal_sample`` names for each channel the sample whose relative systematic errors new physics carries, but for
    ``exclude_parameters``; the parameter of interest of the workspace's first measurement is fixed to
    ``standard_model``. ``line_width``
    [GeV^2] is the standard deviation of the two-body line. The files are in the entry's folder.
    """

    observable: str
    abscissa: str
    workspace: str
    signal_sample: dict[str, str]
    exclude_parameters: Names = ()
    response: str = "response.csv"
    line_width: float = Field(gt=0.0)
    standard_model: float = Field(default=1.0, ge=0.0)
    specification: Json = Field(repr=False)
    table: Response = Field(repr=False)

    measures: ClassVar[bool] = True
    costly: ClassVar[bool] = True

    @classmethod
    def read(cls, data: Mapping[str, object], folder: Path) -> "PyhfWorkspace":
        """The form from an entry's ``[data]`` and the files that it names.

        Raises :class:`ConfigurationError` without pyhf, pydantic's ``ValidationError`` for ``data`` and
        :class:`CatalogueError` for files that cannot be used.
        """
        _pyhf()
        nothing = Response((), np.empty(0), np.empty((0, 0)))
        settings = cls.model_validate({**data, "specification": {}, "table": nothing})
        require_unit(data, "observable", "")
        require_unit(data, "abscissa", "GeV")
        path, response_path = data_file(folder, settings.workspace), data_file(folder, settings.response)
        files = {"specification": _read_workspace(path), "table": read_response(response_path)}
        form = settings.model_copy(update=files)
        bins = {channel["name"]: len(channel["samples"][0]["data"]) for channel in form.specification["channels"]}
        for channel, number in form.table.bins:
            check(channel, bins, "channel", str(response_path))
            check(number, [str(i) for i in range(bins[channel])], f"bin of {channel}", str(response_path))
            check(channel, form.signal_sample, "channel in signal_sample", str(response_path))
        for channel in form.specification["channels"]:
            if channel["name"] in form.signal_sample:
                names = [sample["name"] for sample in channel["samples"]]
                check(form.signal_sample[channel["name"]], names, "sample", f"{path}, channel {channel['name']}")
        form.check_model(path)
        return form

    def check_model(self, path: Path) -> None:
        """Raise :class:`CatalogueError` where pyhf cannot use the workspace, which is the file at ``path``."""
        own = (error for error in vars(_pyhf().exceptions).values() if isinstance(error, type))
        problems: tuple[type[Exception], ...] = (IndexError, TypeError, ValueError, *own)
        try:
            self._model(np.zeros(len(self.table.bins)))
        except KeyError as error:
            raise CatalogueError(f"{path} lacks {error}, which pyhf needs") from error
        except problems as error:
            reason = " ".join(str(error).split())
            raise CatalogueError(f"{path} is no workspace that pyhf can use: {reason}") from error

    @property
    def observables(self) -> tuple[str, ...]:
        """The branching ratio and the mass."""
        return (self.observable, self.abscissa)

    @property
    def steps(self) -> tuple[Step, ...]:
        """None."""
        return ()

    def loglike(self, predictions: Mapping[str, Array]) -> Array:
        """ln L, the shape of the predictions; for a branching ratio above 1 continued with - ln of it."""
        ratios, masses = np.broadcast_arrays(*(np.asarray(predictions[name], float) for name in self.observables))
        events = line_events(
            np.minimum(ratios, 1.0).ravel(), masses.ravel(), self.table.edges, self.table.events, self.line_width
        )
        loss = np.where((events > 0.0).any(axis=1), np.log(np.maximum(ratios, 1.0)).ravel(), 0.0)
        log_l = [math.nan if np.isnan(row).any() else self.log_l_of_events(row) for row in events]
        return np.asarray(log_l - loss).reshape(ratios.shape)

    def log_l_of_events(self, events: Array) -> float:
        """ln L for ``events (columns,)`` of new physics. A fit that fails counts with the best value it reached.

        Raises :class:`PredictionError` where there is none.
        """
        pyhf = _pyhf()
        model, data = self._model(events)
        try:
            if model.config.poi_name is None:
                _, value = pyhf.infer.mle.fit(data, model, return_fitted_val=True, tolerance=1e-9)
            else:
                _, value = pyhf.infer.mle.fixed_poi_fit(
                    self.standard_model, data, model, return_fitted_val=True, tolerance=1e-9
                )
        except pyhf.exceptions.FailedMinimization as error:
            value = error.result.fun
        if not math.isfinite(float(value)):
            raise PredictionError(
                f"{self.workspace}: pyhf's fit ends without ln L for {float(np.sum(events)):g} events of new physics; "
                "look for numbers far from all others in the workspace"
            )
        centres = np.asarray(model.config.suggested_init())
        return -0.5 * float(value) - float(model.constraint_logpdf(np.asarray(model.config.auxdata), centres))

    def _model(self, events: Array) -> tuple[Any, list[float]]:
        """pyhf's model with ``events (columns,)`` of new physics, and its data."""
        settings = self.specification["measurements"][0]["config"]
        model = _pyhf().Model(
            {"channels": self.with_signal(events)["channels"], "parameters": settings["parameters"]},
            poi_name=settings["poi"] or None,
            validate=False,
        )
        counts = {channel["name"]: channel["data"] for channel in self.specification["observations"]}
        for channel, bins in model.config.channel_nbins.items():
            if len(counts[channel]) != bins:
                raise ValueError(f"channel {channel} has {len(counts[channel])} observed counts in {bins} bins")
        return model, [*(n for channel in model.config.channels for n in counts[channel]), *model.config.auxdata]

    def with_signal(self, events: Array) -> Json:
        """The workspace with a sample ``new_physics`` of ``events (columns,)`` in each channel of the response."""
        by_channel: dict[str, dict[str, float]] = {}
        for (channel, number), value in zip(self.table.bins, events, strict=True):
            by_channel.setdefault(channel, {})[number] = float(value)
        channels = []
        for channel in self.specification["channels"]:
            values = by_channel.get(channel["name"])
            samples = channel["samples"]
            if values is not None:
                template = next(s for s in samples if s["name"] == self.signal_sample[channel["name"]])
                counts = [values.get(str(i), 0.0) for i in range(len(template["data"]))]
                samples = [*samples, self._sample(counts, template, samples)]
            channels.append({**channel, "samples": samples})
        return {**self.specification, "channels": channels}

    def _sample(self, counts: list[float], template: Json, samples: list[Json]) -> Json:
        """New physics with the relative systematic errors of ``template``, one of the channel's ``samples``."""
        ratios = [count / nominal if nominal else 0.0 for count, nominal in zip(counts, template["data"], strict=True)]
        modifiers = []
        for modifier in template["modifiers"]:
            kind, data = modifier["type"], modifier["data"]
            if kind not in CARRIED or modifier["name"] in self.exclude_parameters:
                continue
            if kind == "histosys":
                data = {
                    side: [r * x for r, x in zip(ratios, data[side], strict=True)] for side in ("hi_data", "lo_data")
                }
            elif kind == "staterror":
                data = _shared_errors(counts, modifier["name"], samples)
            modifiers.append({**modifier, "data": data})
        return {"name": "new_physics", "data": counts, "modifiers": modifiers}

    def compare(self, predictions: Mapping[str, Array]) -> Comparison:
        """The branching ratio, the best one at the same mass in place of a bound, and the pull from it."""
        return compare_with_best(Compared(self.loglike), self.observables, predictions)

    def describe(self) -> str:
        """The workspace in one line."""
        names = [channel["name"] for channel in self.specification["channels"]]
        return (
            f"pyhf workspace {Path(self.workspace).name}, channels {', '.join(names)}; {self.observable} as a line at "
            f"q2 = {self.abscissa}^2, on {self.standard_model:g} times the Standard Model"
        )


def _shared_errors(counts: list[float], name: str, samples: list[Json]) -> list[float]:
    """Statistical errors with which one more sample leaves the relative error of a shared factor what it was.

    pyhf takes sqrt(sum of squared errors)/(sum of nominal events) over the samples that share the factor.
    """
    sharing = [(s["data"], m["data"]) for s in samples for m in s["modifiers"] if m["name"] == name]
    nominal = np.sum([data for data, _ in sharing], axis=0)
    errors = np.sqrt(np.sum([np.square(errors) for _, errors in sharing], axis=0))
    ratio = np.divide(counts, nominal, out=np.zeros(len(counts)), where=nominal > 0.0)
    return [float(error * math.sqrt(r * (2.0 + r))) for error, r in zip(errors, ratio, strict=True)]


def _read_workspace(path: Path) -> Json:
    try:
        content = json.loads(read_text(path), parse_constant=number_in, parse_float=number_in)
        with warnings.catch_warnings():  # pyhf 0.7.6 calls a class of jsonschema that is going to be removed
            warnings.simplefilter("ignore", DeprecationWarning)
            _pyhf().Workspace(content)
    except FileNotFoundError as error:
        raise CatalogueError(f"{path} is missing, but the entry's [data] names it as its workspace") from error
    except (ValueError, RecursionError) as error:
        raise CatalogueError(f"{path} cannot be read as JSON: {error}") from error
    except _pyhf().exceptions.InvalidSpecification as error:
        raise CatalogueError(f"{path} is not a pyhf workspace: {str(error).splitlines()[0]}") from error
    if not isinstance(content, dict):
        raise CatalogueError(f"{path} is not a pyhf workspace: it must be a JSON object")
    try:
        check_sizes(content, ends=(ENDS[0], ENDS_OF_COUNTS[1]))  # bins without events often have tiny ones
    except ValueError as error:
        raise CatalogueError(f"{path}: {error}") from error
    return content


def _pyhf() -> ModuleType:
    try:
        import pyhf
        import pyhf.infer.mle
    except ImportError as error:
        raise ConfigurationError("a likelihood of the form pyhf needs pyhf: pip install alpfit[pyhf]") from error
    module: ModuleType = pyhf
    return module
