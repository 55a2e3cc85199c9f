"""The legend of the plane: its lines, and each group of regions with those of its members that have no name there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from alpfit.inference.exclusion import OTHERS, Excluded, RelicCurve
from alpfit.plots.density import Density, shade
from alpfit.plots.regions import GROUPS, Linestyle, Look, PlaneContents, label_of
from alpfit.plots.style import BEST_FIT, BLACK, YELLOW

PREFERRED = YELLOW
LINES: Mapping[str, Linestyle] = MappingProxyType({"cbe": "-", "nbe": "--"})

HATCHES = "#c0c0c0"
"""The colour of hatches."""

MORE_HATCH, UNKNOWN_HATCH = "......", "\\\\\\\\"
"""Where there is too much dark matter, and where the engine has no answer."""

PROJECTED: Linestyle = "--"
"""The line of what has not been measured yet."""

Handle = Patch | Line2D


def legend_of_lines(
    contents: PlaneContents, posterior: Density | None, best: tuple[float, float] | None
) -> list[Handle]:
    """What is preferred, the relic density, and the run's own."""
    handles: list[Handle] = []
    if contents.preferred:
        names = ", ".join(dict.fromkeys(label_of(wanted) for wanted in contents.preferred))
        handles.append(Patch(color=PREFERRED, label=f"{names}, 68.3, 95.4 %"))
    for curve in contents.relic:
        handles += _legend_of_relic(curve, contents.relic_density)
    named = [line for line in contents.curves if line.label]
    handles += [Line2D([], [], color=line.colour, linestyle=line.linestyle, label=line.label) for line in named]
    if posterior is not None:
        handles.append(Line2D([], [], color=BLACK, linestyle=":", linewidth=0.8, label="posterior, 68.3, 95.4 %"))
    if best is not None:
        handles.append(Line2D([], [], color=BEST_FIT, marker="*", linestyle="none", label="best fit"))
    return handles


@dataclass(frozen=True)
class RelicParts:
    """What of a relic density is drawn: its ``line``, and of the first engine of the style two hatched areas.

    These are where there is ``more``, and where it is ``unknown``.
    """

    linestyle: Linestyle
    line: bool
    more: bool
    unknown: bool


def relic_parts(curve: RelicCurve, measured: float) -> RelicParts:
    """What there is to draw of a curve."""
    linestyle = LINES.get(curve.engine, "-.")
    known, hatched = curve.omega_h2[np.isfinite(curve.omega_h2)], linestyle == "-"
    more, less = bool((known > measured).any()), bool((known < measured).any())
    return RelicParts(linestyle, more and less, hatched and more, hatched and known.size < curve.omega_h2.size)


def _legend_of_relic(curve: RelicCurve, measured: float) -> list[Handle]:
    """Of what is drawn of it."""
    parts, engine = relic_parts(curve, measured), curve.engine.upper()
    handles: list[Handle] = []
    if parts.line:
        label = rf"$\Omega h^2 = {measured:g}$, {engine}" + (" (dots: more)" if parts.more else "")
        handles.append(Line2D([], [], color=BLACK, linestyle=parts.linestyle, linewidth=1.1, label=label))
    elif parts.more:
        handles.append(_hatched(MORE_HATCH, rf"$\Omega h^2 > {measured:g}$, {engine}"))
    if parts.unknown:
        handles.append(_hatched(UNKNOWN_HATCH, f"no relic density, {engine}"))
    return handles


def _hatched(hatch: str, label: str) -> Patch:
    return Patch(facecolor="none", edgecolor=HATCHES, hatch=hatch, linewidth=0.0, label=label)


def legend_of_groups(
    regions: Sequence[Excluded], numerals: Mapping[str, str], looks: Mapping[str, Look]
) -> list[Handle]:
    """Of each group that is drawn an entry, one for its projections, and below them those whose names had no room.

    These, by the names of their entries, have ``numerals`` in the plane, or an empty text.
    """
    handles: list[Handle] = []
    unwritten = in_the_legends_order([region for region in regions if region.name in numerals], looks)
    for (group, colour), projection in product(GROUPS.items(), (False, True)):
        members = [region.name for region in regions if (_group(region), region.projection) == (group, projection)]
        if projection and members:
            label = f"{group}, projected"
            handles.append(Line2D([], [], color=colour, linestyle=PROJECTED, linewidth=0.9, label=label))
        elif members:
            handles.append(Patch(facecolor=shade(colour, 0.3), edgecolor=colour, label=group))
        for region in unwritten:
            if region.name in members:
                look, linestyle = looks[region.name], PROJECTED if projection else "-"
                numeral = numerals[region.name]
                label = rf"$\mathbf{{{numeral}}}$ {look.label}" if numeral else look.label
                handles.append(Line2D([], [], color=look.colour, linestyle=linestyle, linewidth=0.9, label=label))
    return handles


def in_the_legends_order(regions: Sequence[Excluded], looks: Mapping[str, Look]) -> list[Excluded]:
    """By groups, in each the measured before the projected, and these by their labels."""
    order = list(GROUPS)
    return sorted(
        regions, key=lambda region: (order.index(_group(region)), region.projection, looks[region.name].label)
    )


def _group(region: Excluded) -> str:
    """The group under which a region stands."""
    return region.group if region.group in GROUPS else OTHERS


def letters(text: str) -> int:
    """How many letters are seen of a text with mathematics."""
    return len(re.sub(r"[$^{}]|\\to", "", re.sub(r"\\[a-zA-Z]+", "x", text)))
