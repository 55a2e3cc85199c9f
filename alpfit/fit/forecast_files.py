"""The files of a forecast: tables, the figure, and by luminosity an entry of the expected data and a fit of it."""

from pathlib import Path

import numpy as np
import tomli_w

from alpfit.chains.files import write_durably
from alpfit.chains.forecasts import ForecastFolder, entry_files, hepdata_files, limits_table, name_of
from alpfit.chains.records import json_text, read_json
from alpfit.errors import RunFolderError
from alpfit.fit.fit import Fit
from alpfit.inference.forecasting.forecast import Forecast
from alpfit.likelihoods import Measurement
from alpfit.likelihoods.entry import folder_of
from alpfit.plots.forecast import draw_limits
from alpfit.plots.style import paper_style


def make_room(folder: ForecastFolder, *, overwrite: bool) -> None:
    """Take away what a forecast has left in its ``folder``; raises :class:`RunFolderError` where that is not wanted."""
    if not folder.record.exists():
        return
    if not overwrite:
        raise RunFolderError(
            f"{folder.path} holds a forecast: choose another folder, or replace it with overwrite=True"
        )
    left = read_json(folder.record, "remove it").get("files", [])
    try:
        for name in left if isinstance(left, list) else ():
            path = folder.path / str(name)
            if folder.path.resolve() in path.resolve().parents:
                path.unlink(missing_ok=True)
        folder.record.unlink()
    except OSError as error:
        raise cannot_be_written(folder, error) from error


def cannot_be_written(folder: ForecastFolder, error: OSError) -> RunFolderError:
    """What to say where the disk refuses."""
    return RunFolderError(f"{folder.path} cannot be written: {error.strerror}; choose another with output=DIR")


def write(made: Forecast, fit: Fit, folder: ForecastFolder, samples: str) -> None:
    """Tables, the figure, and for each luminosity an entry and a fit of it; ``samples`` is the digest of a run's."""
    texts = {
        folder.text.name: f"{made.as_text()}\n",
        folder.limits.name: limits_table(made),
        **hepdata_files(made),
    }
    own = made.measurement.name
    entry_of = folder_of(next(name for name in fit.configuration.likelihoods if Path(name).name == own))
    for measurement in made.measurements:
        texts |= entry_files(made, measurement, entry_of)
        texts[f"{name_of(measurement)}.toml"] = _fit_file(fit, made, measurement)
    record = {**made.as_record(), "samples": samples, "files": sorted(texts)}
    texts[folder.record.name] = f"{json_text(record)}\n"
    try:
        for name, text in texts.items():
            path = folder.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(path, text.encode())
        if made.signal.mass and sum(np.isfinite(limits.sigma) for limits in made.observed) > 1:
            with paper_style():
                quantities = fit.configuration.quantities
                figure = draw_limits(made, quantities[made.signal.mass], quantities[made.signal.rate])
                for ending in ("png", "pdf"):
                    figure.savefig(folder.figure(ending), dpi=300)
        folder.unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_be_written(folder, error) from error


def _fit_file(fit: Fit, made: Forecast, measurement: Measurement) -> str:
    """TOML: the fit with the data that are expected in the place of those that there are."""
    document = {**fit.configuration.completed(), "projection": True}
    own, expected = made.measurement.name, f"./{name_of(measurement)}"
    document["likelihoods"] = [expected if Path(name).name == own else name for name in fit.configuration.likelihoods]
    document["options"] = {name: table for name, table in document.get("options", {}).items() if name != own}
    return tomli_w.dumps(document)
