"""The legend of the plane: its lines, and each group of regions with those of its members that have no name there."""

import re
from collections.abc import Mapping, Sequence
from itertools import product
from types import MappingProxyType

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from alpfit.inference.exclusion import OTHERS, Excluded
from alpfit.plots.density import Density, shade
from alpfit.plots.regions import GROUPS, Linestyle, Look, PlaneContents, label_of
from alpfit.plots.style import BEST_FIT, BLACK, YELLOW

PREFERRED = YELLOW
LINES: Mapping[str, Linestyle] = MappingProxyType({"cbe": "-", "nbe": "--"})

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
        label = rf"$\Omega h^2 = {contents.relic_density:g}$, {curve.engine.upper()}"
        label += " (dots: more)" if LINES.get(curve.engine) == "-" else ""
        handles.append(Line2D([], [], color=BLACK, linestyle=LINES.get(curve.engine, "-."), linewidth=1.1, label=label))
    named = [line for line in contents.curves if line.label]
    handles += [Line2D([], [], color=line.colour, linestyle=line.linestyle, label=line.label) for line in named]
    if posterior is not None:
        handles.append(Line2D([], [], color=BLACK, linestyle=":", linewidth=0.8, label="posterior, 68.3, 95.4 %"))
    if best is not None:
        handles.append(Line2D([], [], color=BEST_FIT, marker="*", linestyle="none", label="best fit"))
    return handles


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
