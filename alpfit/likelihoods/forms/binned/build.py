"""From the tables of an entry to the flat arrays of the kernels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import CatalogueError
from alpfit.likelihoods.forms.binned.blocks import Block, Term, blocks_of, blocks_of_cells, flat
from alpfit.likelihoods.forms.binned.rates import Model
from alpfit.likelihoods.forms.binned.tables import Bin, Response, check, read_response, read_rows, read_sheet

Array = NDArray[np.float64]
Cell = tuple[str, str, str]
"""A channel, a sample in it, and the number of the bin."""
Events = Mapping[Cell, tuple[float, float, float]]
"""Nominal events of each cell, their relative statistical error, and the centre of their statistical factor."""


STRENGTH = "standard_model"
"""The nuisance that is the strength of the Standard Model's signal, over the assumed one, less one."""

LARGEST_SPREAD = 1e7
"""Of a statistical error over its nominal events; beyond, the best factors are lost in rounding."""


@dataclass(frozen=True)
class Files:
    """Where the tables are; each is described in :mod:`alpfit.likelihoods.forms.binned.tables`."""

    bins: Path
    samples: Path
    shapes: Path
    norms: Path
    response: Path
    constraints: Path | None = None


@dataclass(frozen=True)
class Spectrum:
    """The counts of the chosen channels: names and arrays.

    ``cells`` and ``parameters`` name the statistical factors and the nuisances in the order of the arrays;
    ``response`` gives the signal's events in the order of ``Model.signal``, ``observed (columns,)`` what was counted in
    those bins.
    """

    channels: tuple[str, ...]
    bins: tuple[Bin, ...]
    cells: tuple[Cell, ...]
    parameters: tuple[str, ...]
    response: Response
    observed: Array
    model: Model

    def with_counts(self, counts: Array) -> "Spectrum":
        """The same with other ``counts (bins,)``, in the order of ``bins``."""
        place = {name: i for i, name in enumerate(self.bins)}
        observed = counts[[place[name] for name in self.response.bins]]
        return replace(self, observed=observed, model=self.model._replace(observed=counts))

    def scaled(self, growth: float, precision: Array, spread: float) -> "Spectrum":
        """The same with ``growth`` times the events, ``spread`` times the relative errors of simulated ones.

        ``precision (parameters,)`` are the inverse variances of the constraints.
        """
        model, response = self.model, self.response
        return replace(
            self,
            response=replace(response, events=growth * response.events),
            observed=growth * self.observed,
            model=model._replace(
                observed=growth * model.observed,
                nominal=growth * model.nominal,
                spread=spread * model.spread,
                slope=growth * model.slope,
                bend=growth * model.bend,
                precision=precision * model.precision,
            ),
        )

    def with_free_strength(self, error: float) -> "Spectrum":
        """The same with one nuisance more, :data:`STRENGTH`: the Standard Model's signal, known to ``error`` of itself.

        New physics in the same bins does not follow it, and systematic errors of the signal stay what they are.
        """
        model, k = self.model, len(self.parameters)
        blocks = [
            block.with_parameter(k, model.nominal[list(block.cells)]) if model.signal[block.cells[0]] >= 0 else block
            for block in blocks_of(model)
        ]
        return replace(
            self,
            parameters=(*self.parameters, STRENGTH),
            model=model._replace(
                carried=np.append(model.carried, 0.0),
                centre=np.append(model.centre, 0.0),
                precision=np.append(model.precision, error**-2),
                **flat(blocks),
            ),
        )

    def centred(self, alphas: Array, gammas: Array) -> "Spectrum":
        """The same with constraints around ``alphas (parameters,)`` and ``gammas (cells,)``: other auxiliary data."""
        return replace(self, model=self.model._replace(centre=alphas, factor=gammas))


@dataclass
class _Terms:
    """The terms of all cells, while they are read; norms are kept once for each parameter and size."""

    by_cell: dict[Cell, dict[str, Term]]
    norms: dict[tuple[str, float, float], int] = field(default_factory=dict)

    def at(self, cell: Cell, parameter: str) -> Term:
        return self.by_cell[cell].setdefault(parameter, Term())


def read_spectrum(
    files: Files, signal: Mapping[str, str], exclude_parameters: Sequence[str], channels: Sequence[str]
) -> Spectrum:
    """The spectrum in ``channels`` (all, if none is named), with the ``signal`` sample of each channel that has one.

    New physics is spared the shapes ``exclude_parameters``. Raises :class:`CatalogueError` for tables that do not
    fit together.
    """
    observed = read_rows(read_sheet(files.bins), ("channel", "bin"), {"observed": "events"}, minimum=0.0)
    known = dict.fromkeys(row.words[0] for row in observed)
    for name in channels:
        check(name, known, "channel", "channels")
    chosen = tuple(name for name in known if name in (channels or known))
    bins: dict[Bin, float] = {(r.words[0], r.words[1]): r.numbers[0] for r in observed if r.words[0] in chosen}
    cells = _read_cells(files.samples, {(row.words[0], row.words[1]) for row in observed}, bins)
    terms = _Terms({cell: {} for cell in cells})
    _read_shapes(files.shapes, cells, chosen, terms)
    _read_norms(files.norms, cells, chosen, terms)
    response = _signal_columns(read_response(files.response), files, signal, bins, cells)
    parameters = tuple(dict.fromkeys(name for by_name in terms.by_cell.values() for name in by_name))
    columns = {(place[0], signal[place[0]], place[1]): j for j, place in enumerate(response.bins)}
    blocks = _blocks(cells, terms, parameters, columns)
    ordered = _in_blocks(cells, blocks)
    model = _flat(bins, ordered, blocks, terms, parameters, columns, frozenset(exclude_parameters))
    if files.constraints is not None:
        model = _constrained(files.constraints, parameters, model, all_of_them=len(chosen) == len(known))
    for name in exclude_parameters:
        if any(term.norm >= 0 for by_name in terms.by_cell.values() for key, term in by_name.items() if key == name):
            raise CatalogueError(f"{files.norms}: exclude_parameters has '{name}', but only shapes can be excluded")
    return Spectrum(
        channels=chosen,
        bins=tuple(bins),
        cells=tuple(ordered),
        parameters=parameters,
        response=response,
        observed=np.array([bins[place] for place in response.bins]),
        model=model,
    )


def _read_cells(path: Path, known: set[Bin], bins: Mapping[Bin, float]) -> dict[Cell, tuple[float, float, float]]:
    """Nominal events, relative statistical error and centre of the statistical factor of every cell, bin by bin."""
    by_bin: dict[Bin, dict[Cell, tuple[float, float, float]]] = {place: {} for place in bins}
    names, wanted = {":".join(place) for place in known}, {"nominal": "events", "stat_error": "events"}
    sheet = read_sheet(path)
    centred = {"factor": ""} if "factor" in sheet.units else {}
    for row in read_rows(sheet, ("channel", "sample", "bin"), wanted | centred, minimum=0.0):
        channel, sample, number = row.words
        check(f"{channel}:{number}", names, "bin", row.place)
        nominal, error, factor = (*row.numbers, 1.0)[:3]
        if error > 0.0 and nominal == 0.0:
            raise CatalogueError(f"{row.place}: stat_error = {error:g} of no events; give nominal a small number")
        if error > LARGEST_SPREAD * nominal:
            raise CatalogueError(
                f"{row.place}: stat_error = {error:g} is more than {LARGEST_SPREAD:g} times nominal = {nominal:g}; "
                "give nominal a larger number"
            )
        if (channel, number) in by_bin:
            by_bin[channel, number][channel, sample, number] = (
                nominal,
                error / nominal if error > 0.0 else 0.0,
                factor,
            )
    for place, inside in by_bin.items():
        if not inside:
            raise CatalogueError(f"{path}: no sample has events in bin {':'.join(place)}")
    return {cell: values for inside in by_bin.values() for cell, values in inside.items()}


def _constrained(path: Path, parameters: Sequence[str], model: Model, *, all_of_them: bool) -> Model:
    """The ``model`` with constraints of other centres and widths than 0 and 1, for the parameters that the table has.

    It may have others where not ``all_of_them`` are fitted.
    """
    centre, precision = model.centre.copy(), model.precision.copy()
    for row in read_rows(read_sheet(path), ("parameter",), {"centre": "", "width": ""}):
        (name,), (middle, width) = row.words, row.numbers
        if all_of_them:
            check(name, parameters, "parameter", row.place)
        if not width > 0.0:
            raise CatalogueError(f"{row.place}: width = {width:g} must be positive")
        if name in parameters:
            k = parameters.index(name)
            centre[k], precision[k] = middle, width**-2
    return model._replace(centre=centre, precision=precision)


def _read_shapes(path: Path, cells: Events, chosen: Sequence[str], terms: _Terms) -> None:
    names, wanted = {":".join(cell) for cell in cells}, {"high": "events", "low": "events"}
    for row in read_rows(read_sheet(path), ("parameter", "channel", "sample", "bin"), wanted):
        parameter, channel, sample, number = row.words
        if channel not in chosen:
            continue
        check(":".join(row.words[1:]), names, "sample in a bin", row.place)
        nominal, (high, low) = cells[channel, sample, number][0], row.numbers
        term = terms.at((channel, sample, number), parameter)
        term.slope = 0.5 * ((high - nominal) + (nominal - low))
        term.bend = 0.0625 * ((high - nominal) - (nominal - low))


def _read_norms(path: Path, cells: Events, chosen: Sequence[str], terms: _Terms) -> None:
    names = {":".join(cell[:2]) for cell in cells}
    for row in read_rows(read_sheet(path), ("parameter", "channel", "sample"), {"high": "", "low": ""}):
        parameter, channel, sample = row.words
        if not min(row.numbers) > 0.0:
            raise CatalogueError(f"{row.place}: high = {row.numbers[0]:g}, low = {row.numbers[1]:g} must be positive")
        if channel not in chosen:
            continue
        check(f"{channel}:{sample}", names, "sample in a channel", row.place)
        high, low = row.numbers
        norm = terms.norms.setdefault((parameter, high, low), len(terms.norms))
        for cell in cells:
            if cell[:2] == (channel, sample):
                terms.at(cell, parameter).norm = norm


def _signal_columns(
    response: Response,
    files: Files,
    signal: Mapping[str, str],
    bins: Mapping[Bin, float],
    cells: Events,
) -> Response:
    """The columns of the response for the chosen bins, each of which has a signal sample with events."""
    kept = [place in bins for place in response.bins]
    for place, keep in zip(response.bins, kept, strict=True):
        if place[0] not in signal:
            raise CatalogueError(f"{files.response}: column {':'.join(place)}, but [data.signal] names no sample there")
        cell = (place[0], signal[place[0]], place[1])
        if keep and not (cell in cells and cells[cell][0] > 0.0):
            raise CatalogueError(
                f"{files.samples}: the signal sample {':'.join(cell)} has no nominal events; "
                "new physics has none of its systematic errors to carry"
            )
    inside = tuple(place for place, keep in zip(response.bins, kept, strict=True) if keep)
    return Response(inside, response.edges, np.ascontiguousarray(response.events[:, kept]))


def _blocks(cells: Events, terms: _Terms, parameters: Sequence[str], columns: Mapping[Cell, int]) -> list[Block]:
    index = {name: k for k, name in enumerate(parameters)}
    numbered = [{index[name]: term for name, term in terms.by_cell[cell].items()} for cell in cells]
    return blocks_of_cells(numbered, [cell in columns for cell in cells])


def _in_blocks(cells: Events, blocks: Sequence[Block]) -> Events:
    """The ``cells`` in the order of the ``blocks``."""
    names = list(cells)
    return {names[i]: cells[names[i]] for block in blocks for i in block.cells}


def _flat(
    bins: Mapping[Bin, float],
    cells: Events,
    blocks: Sequence[Block],
    terms: _Terms,
    parameters: Sequence[str],
    columns: Mapping[Cell, int],
    excluded: frozenset[str],
) -> Model:
    """The ``cells`` are in the order of the ``blocks``."""
    place = {name: i for i, name in enumerate(bins)}
    index = {name: k for k, name in enumerate(parameters)}
    return Model(
        observed=np.array(list(bins.values())),
        bin=np.array([place[channel, number] for channel, _, number in cells], dtype=np.uint64),
        nominal=np.array([nominal for nominal, _, _ in cells.values()]),
        spread=np.array([spread for _, spread, _ in cells.values()]),
        factor=np.array([factor for _, _, factor in cells.values()]),
        signal=np.array([columns.get(cell, -1) for cell in cells]),
        carried=np.array([float(name not in excluded) for name in parameters]),
        centre=np.zeros(len(parameters)),
        precision=np.ones(len(parameters)),
        norm_parameter=np.array([index[name] for name, _, _ in terms.norms], dtype=np.int64),
        norm_table=np.array([norm_row(high, low) for _, high, low in terms.norms]).reshape(-1, 8),
        **flat(blocks),
    )


def norm_row(high: float, low: float) -> Array:
    """ln f(1), ln f(-1) and the coefficients of alpha ... alpha^6 that continue f, f' and f'' at +-1 (code 4)."""
    powers = np.arange(1, 7)
    ends = (1.0, np.log(high), high), (-1.0, -np.log(low), low)
    equations = [[a**powers, powers * a ** (powers - 1), powers * (powers - 1) * a**powers] for a, _, _ in ends]
    values = [[f - 1.0, rate * f, rate**2 * f] for _, rate, f in ends]
    inside = np.linalg.solve(np.reshape(equations, (6, 6)), np.ravel(values))
    return np.array([np.log(high), np.log(low), *inside])
