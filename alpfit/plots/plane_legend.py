"""The legend of the plane: its lines, and each group of regions with the names that had no room beside them."""

import re
from collections.abc import Mapping, Sequence
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

LETTERS = 66
"""In a line of the legend."""

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
    regions: Sequence[Excluded], unwritten: Sequence[Excluded], looks: Mapping[str, Look], width: int
) -> list[Handle]:
    """Of each group that is drawn an entry, and one for its projections, with the names that have no room beside them.

    It is broken into lines of ``width`` letters.
    """
    handles: list[Handle] = []
    for group, colour in GROUPS.items():
        missing = [region for region in unwritten if _group(region) == group]
        if any(_group(region) == group and not region.projection for region in regions):
            names = [looks[region.name].label for region in missing if not region.projection]
            handles.append(Patch(facecolor=shade(colour, 0.3), edgecolor=colour, label=_line(group, names, width)))
        if any(_group(region) == group and region.projection for region in regions):
            names = [looks[region.name].label for region in missing if region.projection]
            label = _line(f"{group}, projected", names, width)
            handles.append(Line2D([], [], color=colour, linestyle=PROJECTED, linewidth=0.9, label=label))
    return handles


def _group(region: Excluded) -> str:
    """The group under which a region stands."""
    return region.group if region.group in GROUPS else OTHERS


def _line(group: str, names: Sequence[str], width: int) -> str:
    """The group, and the names in it, in lines of ``width`` letters; no name is broken."""
    lines, words = [group], [f"{name}," for name in sorted(dict.fromkeys(names))]
    for word in [*words[:-1], *(word.removesuffix(",") for word in words[-1:])]:
        if letters(lines[-1]) + letters(word) < width:
            lines[-1] += (": " if lines == [group] else " ") + word
        else:
            lines.append("   " + word)
    return "\n".join(lines)


def letters(text: str) -> int:
    """How many letters are seen of a text with mathematics."""
    return len(re.sub(r"[$^{}]|\\to", "", re.sub(r"\\[a-zA-Z]+", "x", text)))
