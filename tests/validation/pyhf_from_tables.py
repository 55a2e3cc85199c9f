"""A pyhf workspace from the tables of a binned entry, written without the package."""

import csv
import math
from collections import defaultdict
from pathlib import Path

import numpy as np


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        reader = csv.reader(file)
        header = [title.split(" [")[0] for title in next(reader)]
        return [dict(zip(header, row, strict=True)) for row in reader]


def workspace(folder: Path, signal: dict[str, str]) -> dict:
    """The workspace; statistical factors are called ``stat_<channel>_<sample>``, the signal's strength ``mu``."""
    observed, nominal, errors = defaultdict(list), defaultdict(list), defaultdict(list)
    high, low = defaultdict(list), defaultdict(list)
    for row in rows(folder / "bins.csv"):
        observed[row["channel"]].append(float(row["observed"]))
    for row in rows(folder / "samples.csv"):
        nominal[row["channel"], row["sample"]].append(float(row["nominal"]))
        errors[row["channel"], row["sample"]].append(float(row["stat_error"]))
    for row in rows(folder / "shapes.csv"):
        key = (row["channel"], row["sample"], row["parameter"])
        high[key].append(float(row["high"]))
        low[key].append(float(row["low"]))
    modifiers = defaultdict(list)
    for (channel, sample), values in errors.items():
        name = f"stat_{channel}_{sample}"
        modifiers[channel, sample].append({"name": name, "type": "staterror", "data": values})
        if signal.get(channel) == sample:
            modifiers[channel, sample].append({"name": "mu", "type": "normfactor", "data": None})
    for channel, sample, parameter in high:
        key = (channel, sample, parameter)
        data = {"hi_data": high[key], "lo_data": low[key]}
        modifiers[channel, sample].append({"name": parameter, "type": "histosys", "data": data})
    for row in rows(folder / "norms.csv"):
        data = {"hi": float(row["high"]), "lo": float(row["low"])}
        modifiers[row["channel"], row["sample"]].append({"name": row["parameter"], "type": "normsys", "data": data})
    channels = []
    for channel in observed:
        samples = [
            {"name": sample, "data": data, "modifiers": modifiers[channel, sample]}
            for (where, sample), data in nominal.items()
            if where == channel
        ]
        channels.append({"name": channel, "samples": samples})
    return {
        "channels": channels,
        "observations": [{"name": channel, "data": data} for channel, data in observed.items()],
        "measurements": [{"name": "measurement", "config": {"poi": "mu", "parameters": []}}],
        "version": "1.0.0",
    }


def quasi_normal(point: int, n: int) -> np.ndarray:
    """``n`` numbers like draws of a standard normal, the same everywhere: a Weyl sequence through the quantiles."""
    from scipy.special import ndtri

    k = np.arange(1.0, n + 1.0)
    return ndtri((k * (math.sqrt(5.0) - 1.0) / 2.0 + (point + 1) * math.sqrt(2.0)) % 1.0)


def nuisances(form, point: int) -> tuple[np.ndarray, np.ndarray]:
    """``alphas`` and ``gammas`` (not below 0.1) of a binned form, drawn in the alphabetical order of their names."""
    spectrum = form.spectrum
    z = quasi_normal(point, len(spectrum.parameters) + len(spectrum.cells))
    alphas, gammas = np.empty(len(spectrum.parameters)), np.empty(len(spectrum.cells))
    alphas[np.argsort(spectrum.parameters)] = z[: alphas.size]
    order = sorted(range(gammas.size), key=lambda c: spectrum.cells[c])
    gammas[order] = np.maximum(1.0 + spectrum.model.spread[order] * z[alphas.size :], 0.1)
    return alphas, gammas


def pyhf_parameters(form, model, strength: float, alphas: np.ndarray, gammas: np.ndarray, stat_name) -> np.ndarray:
    """The parameters of pyhf's ``model`` for nuisances of a binned form; ``stat_name`` names a sample's factors."""
    values = np.array(model.config.suggested_init())
    values[model.config.par_slice("mu")] = strength
    for name, alpha in zip(form.spectrum.parameters, alphas, strict=True):
        values[model.config.par_slice(name)] = alpha
    for (channel, sample, number), gamma in zip(form.spectrum.cells, gammas, strict=True):
        values[model.config.par_slice(stat_name(channel, sample)).start + int(number)] = gamma
    return values
