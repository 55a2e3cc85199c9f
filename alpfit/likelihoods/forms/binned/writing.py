"""A spectrum as the tables that it can be read from."""

import csv
import io
from collections.abc import Iterable

import numpy as np

from alpfit.likelihoods.forms.binned.blocks import blocks_of
from alpfit.likelihoods.forms.binned.build import Spectrum

CONSTRAINTS = "constraints.csv"
"""The file of constraints that are not of 0 and 1."""


SHAPES = ("parameter", "channel", "sample", "bin", "high [events]", "low [events]")


def written_tables(spectrum: Spectrum) -> dict[str, str]:
    """The text of each file, by its name; numbers keep all digits."""
    model, response = spectrum.model, spectrum.response
    bins = [(*place, observed) for place, observed in zip(spectrum.bins, model.observed, strict=True)]
    samples = [
        (*cell, nominal, spread * nominal, factor)
        for cell, nominal, spread, factor in zip(spectrum.cells, model.nominal, model.spread, model.factor, strict=True)
    ]
    widths = [(name, model.centre[k], model.precision[k] ** -0.5) for k, name in enumerate(spectrum.parameters)]
    columns = [":".join(place) for place in response.bins]
    rows = [
        (low, high, *events)
        for low, high, events in zip(response.edges[:-1], response.edges[1:], response.events, strict=True)
    ]
    return {
        "bins.csv": _csv(("channel", "bin", "observed [events]"), bins),
        "samples.csv": _csv(("channel", "sample", "bin", "nominal [events]", "stat_error [events]", "factor"), samples),
        "shapes.csv": _csv(SHAPES, _shapes(spectrum)),
        "norms.csv": _csv(("parameter", "channel", "sample", "high", "low"), _norms(spectrum)),
        "response.csv": _csv(("q2_low [GeV^2]", "q2_high [GeV^2]", *columns), rows),
        CONSTRAINTS: _csv(("parameter", "centre", "width"), widths),
    }


def _shapes(spectrum: Spectrum) -> Iterable[tuple[object, ...]]:
    """A parameter that neither shifts nor scales a cell has its row, too, so that it is there."""
    for block in blocks_of(spectrum.model):
        for p, (parameter, norm) in enumerate(zip(block.parameters, block.norms, strict=True)):
            for c, slope, bend in zip(block.cells, block.slope[p], block.bend[p], strict=True):
                if norm < 0 or slope or bend:
                    middle = spectrum.model.nominal[c] + 8.0 * bend
                    yield (spectrum.parameters[parameter], *spectrum.cells[c], middle + slope, middle - slope)


def _norms(spectrum: Spectrum) -> Iterable[tuple[object, ...]]:
    seen = set()
    for block in blocks_of(spectrum.model):
        for parameter, norm in zip(block.parameters, block.norms, strict=True):
            for channel, sample, _ in (spectrum.cells[c] for c in block.cells):
                key = (spectrum.parameters[parameter], channel, sample)
                if norm >= 0 and key not in seen:
                    seen.add(key)
                    yield (*key, *np.exp(spectrum.model.norm_table[norm, :2]))


def _csv(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([repr(float(x)) if isinstance(x, float) else x for x in row] for row in rows)
    return text.getvalue()
