"""What a forecast leaves behind: a table of limits, and an entry of the data that are expected."""

import csv
import io
import tomllib
from typing import Any

import numpy as np
import tomli_w

from alpfit.inference.forecasting.forecast import Forecast
from alpfit.inference.forecasting.limits import BANDS
from alpfit.likelihoods import Measurement
from alpfit.likelihoods.catalogue import ENTRY, folder_of
from alpfit.likelihoods.files import read_text


def limits_table(made: Forecast) -> str:
    """CSV: for the data and each luminosity the limits at each mass; empty where there is none."""
    mass, rate = made.signal.mass or "mass", made.signal.rate
    text = io.StringIO()
    text.write(f"# 95 % limits on {rate}: CL_s, and where 2 ln L is 3.84 below its maximum\n")
    text.write(f"# luminosity in {made.unit}, {mass} in GeV; errors: {made.policy}\n")
    writer = csv.writer(text, lineterminator="\n")
    bands = [f"expected {band:+g} sigma" if band else "expected" for band in BANDS]
    ratios = [f"{band}, likelihood ratio" for band in bands]
    writer.writerow(["luminosity", mass, "observed", "observed, likelihood ratio", *bands, *ratios])
    for at in made.at:
        for limits, observed in zip(at.limits, made.observed, strict=True):
            seen = (observed.cl_s, observed.likelihood_ratio) if at.luminosity == _today(made) else (np.nan, np.nan)
            numbers = (*seen, *limits.cl_s, *limits.likelihood_ratio)
            cells = ["" if np.isnan(value) else f"{value:.5g}" for value in numbers]
            writer.writerow([f"{at.luminosity:g}", f"{limits.mass:g}", *cells])
    return text.getvalue()


def _today(made: Forecast) -> float:
    return made.measurement.exposure.luminosity if made.measurement.exposure else np.nan


def name_of(measurement: Measurement) -> str:
    """Of the entry with the data that are expected."""
    luminosity = f"{measurement.exposure.luminosity:g}" if measurement.exposure else ""
    return f"{measurement.name}_at_{luminosity}"


def entry_files(made: Forecast, measurement: Measurement) -> dict[str, str]:
    """The files of an entry with the data that are expected in ``measurement``, by their paths below the forecast's."""
    source = tomllib.loads(read_text(folder_of(measurement.name) / ENTRY))
    data, tables = measurement.form.written()
    luminosity = measurement.exposure.luminosity if measurement.exposure else np.nan
    truth = f"{made.truth.name}, BR = {made.truth.rate:g} at {made.truth.mass:g} GeV"
    entry: dict[str, Any] = {
        **source,
        "title": f"{source['title']}: expected with {luminosity:g} {made.unit}",
        "projection": True,
        "overlaps": sorted({*source.get("overlaps", []), measurement.name}),
        "data": data,
    }
    entry["forecast"] = {
        **source["forecast"],
        "luminosity": measurement.exposure.luminosity if measurement.exposure else 0.0,
    }
    said = f"no data: what is expected with {truth}; errors {made.policy}"
    entry["notes"] = {**source.get("notes", {}), "expected": said}
    folder = name_of(measurement)
    return {f"{folder}/{ENTRY}": tomli_w.dumps(entry), **{f"{folder}/{name}": text for name, text in tables.items()}}
