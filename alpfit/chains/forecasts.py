"""What a forecast leaves behind: tables of limits, for HEPData, too, and an entry of the data that are expected."""

import csv
import io
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from alpfit.chains.files import write_durably
from alpfit.chains.hepdata import dependent, digits, documents_text, table_entry
from alpfit.chains.records import read_text as text_of
from alpfit.errors import RunFolderError
from alpfit.inference.forecasting.forecast import AtLuminosity, Forecast
from alpfit.inference.forecasting.limits import BANDS
from alpfit.likelihoods import Measurement
from alpfit.likelihoods.entry import ENTRY
from alpfit.likelihoods.files import read_text


@dataclass(frozen=True)
class ForecastFolder:
    """The files of a forecast at ``path``."""

    path: Path

    @property
    def text(self) -> Path:
        """The results in a few lines."""
        return self.path / "forecast.txt"

    @property
    def record(self) -> Path:
        """All results, for programs."""
        return self.path / "forecast.json"

    @property
    def limits(self) -> Path:
        """The limits against mass."""
        return self.path / "limits.csv"

    def figure(self, ending: str = "png") -> Path:
        """The limits drawn."""
        return self.path / f"limits.{ending}"

    @property
    def unfinished(self) -> Path:
        """Results so far, while it is made or after an interrupt."""
        return self.path / "unfinished.jsonl"


@dataclass(frozen=True)
class Unfinished:
    """Results of a forecast's tasks, a line each, in the file ``path``; the first says what they belong to."""

    path: Path
    identity: str

    def known(self, *, resume: bool) -> dict[str, list[float]]:
        """What is there already, begun with the same input.

        Raises :class:`RunFolderError` where something else is there, or something that is not to be continued.
        """
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(self.path, json.dumps({"identity": self.identity}).encode() + b"\n")
            return {}
        if not resume:
            raise RunFolderError(
                f"{self.path.parent} holds a forecast that was interrupted: continue it with resume=True, or remove "
                f"{self.path.name}"
            )
        first, *lines = text_of(self.path, "remove it and begin anew").splitlines()
        rows = [row for row in map(_row_of, (first, *lines)) if row is not None]
        if not rows or rows[0].get("identity") != self.identity:
            raise RunFolderError(f"{self.path} was begun with other input: give the same, or remove the file")
        return {row["task"]: row["result"] for row in rows[1:] if "task" in row and "result" in row}

    def keep(self, task: str, result: list[float]) -> None:
        """Add a line."""
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({"task": task, "result": result}) + "\n")


def _row_of(line: str) -> dict[str, Any] | None:
    """A line's table; None for the last one, which may have been cut off."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def limits_table(made: Forecast) -> str:
    """CSV: for the data and each luminosity the limits at each mass; empty where there is none."""
    mass, rate = made.signal.mass or "mass", made.signal.rate
    text = io.StringIO()
    text.write(f"# 95 % limits on {rate}: CL_s, and where 2 ln L is 3.84 below its maximum\n")
    text.write(f"# luminosity in {made.unit}, {mass} in GeV; errors: {made.policy}\n")
    writer = csv.writer(text, lineterminator="\n")
    bands = [f"expected {band:+g} sigma" if band else "expected" for band in BANDS]
    ratios = [f"{band}, likelihood ratio" for band in bands]
    toys = [f"{band}, toys" for band in bands] if any(at.toy_limits for at in made.at) else []
    writer.writerow(["luminosity", mass, "observed", "observed, likelihood ratio", *bands, *ratios, *toys])
    today = _luminosity_of(made.measurement)
    for at in made.at:
        toy_limits = at.toy_limits or [()] * len(at.limits)
        for limits, observed, of_toys in zip(at.limits, made.observed, toy_limits, strict=True):
            seen = (observed.cl_s, observed.likelihood_ratio) if at.luminosity == today else (np.nan, np.nan)
            numbers = (*seen, *limits.cl_s, *limits.likelihood_ratio, *of_toys)
            cells = ["" if np.isnan(value) else f"{value:.5g}" for value in numbers]
            writer.writerow([f"{at.luminosity:g}", f"{limits.mass:g}", *cells])
    return text.getvalue()


def hepdata_files(made: Forecast) -> dict[str, str]:
    """A submission to HEPData, by the paths of its files below the forecast's."""
    has, rate = f"{_luminosity_of(made.measurement):g} {made.unit}", made.signal.rate
    columns = [
        ("limits_observed", f"Observed limits on {rate}, {has}", _observed_columns(made)),
        *(
            (f"limits_{at.luminosity:g}", f"Expected limits on {rate}, {at.luminosity:g} {made.unit}", _columns(at))
            for at in made.at
        ),
    ]
    errors = {"name": "systematic errors", "value": made.policy}
    masses = {"header": {"name": made.signal.mass or "mass", "units": "GeV"}}
    documents: list[dict[str, Any]] = [{"comment": f"Limits at 95 % CL_s of {made.measurement.name}, by alpfit."}]
    files = {}
    for stem, name, (kept, found) in columns:
        values = [{"value": digits(mass)} for mass in kept]
        table = {
            "independent_variables": [{**masses, "values": values}],
            "dependent_variables": [{**column, "qualifiers": [errors]} for column in found],
        }
        documents.append(table_entry(name, f"{name}, at 95 % CL_s.", "Upper limit", f"{stem}.yaml"))
        files[f"hepdata/{stem}.yaml"] = documents_text([table])
    return {"hepdata/submission.yaml": documents_text(documents), **files}


def _observed_columns(made: Forecast) -> tuple[list[float], list[dict[str, Any]]]:
    """The masses that have a limit, and it."""
    kept = [limits for limits in made.observed if np.isfinite(limits.cl_s)]
    return [limits.mass for limits in kept], [dependent("observed", [digits(limits.cl_s) for limits in kept], [])]


def _columns(at: AtLuminosity) -> tuple[list[float], list[dict[str, Any]]]:
    """The masses that have a limit, and its median with both bands as errors."""
    kept = [limits for limits in at.limits if np.isfinite(limits.cl_s).all()]
    middle = len(BANDS) // 2
    values = []
    for limits in kept:
        median = limits.cl_s[middle]
        errors = [
            {
                "label": label,
                "asymerror": {"minus": digits(limits.cl_s[low] - median), "plus": digits(limits.cl_s[high] - median)},
            }
            for label, low, high in (("68 %", 1, -2), ("95 %", 0, -1))
        ]
        values.append({"value": digits(median), "errors": errors})
    return [limits.mass for limits in kept], [{"header": {"name": "expected"}, "values": values}]


def _luminosity_of(measurement: Measurement) -> float:
    """Of its data, or of those that are expected."""
    return measurement.known_exposure.luminosity


def name_of(measurement: Measurement) -> str:
    """Of the entry with the data that are expected."""
    return f"{measurement.name}_at_{_luminosity_of(measurement):g}"


def entry_files(made: Forecast, measurement: Measurement, entry_of: Path) -> dict[str, str]:
    """The files of an entry with the data that are expected in ``measurement``, by their paths below the forecast's.

    ``entry_of`` is the folder of the entry with the data that there are.
    """
    source = tomllib.loads(read_text(entry_of / ENTRY))
    data, tables = measurement.form.written()
    luminosity, known = _luminosity_of(measurement), set(measurement.form.nuisances)
    entry: dict[str, Any] = {
        **source,
        "title": f"{source['title']}: expected with {luminosity:g} {made.unit}",
        "projection": True,
        "overlaps": sorted({*source.get("overlaps", []), measurement.name}),
        "data": data,
    }
    if "forecast" in source:
        kept = [
            {**errors, "parameters": [name for name in errors["parameters"] if name in known]}
            for errors in source["forecast"].get("errors", [])
        ]
        errors = [one for one in kept if one["parameters"]]
        entry["forecast"] = {**source["forecast"], "luminosity": luminosity, "errors": errors}
    said = f"no data: what is expected with {made.truth_in_words}; errors {made.policy}"
    entry["notes"] = {**source.get("notes", {}), "expected": said}
    folder = name_of(measurement)
    return {f"{folder}/{ENTRY}": tomli_w.dumps(entry), **{f"{folder}/{name}": text for name, text in tables.items()}}
