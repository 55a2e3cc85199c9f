"""The plane: regions, lines, labels that do not lie on each other, and a legend for the rest."""

import re
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from shipped_entries import all_shipped

from alpfit.inference.exclusion import Excluded, Preferred, RelicCurve
from alpfit.plots.labels import GRID, distances, edge_of, from_others, nearest, on_grid
from alpfit.plots.plane import HALF, plane_figure
from alpfit.plots.plane_legend import UNKNOWN_HATCH, letters
from alpfit.plots.regions import GROUPS, Curve, PlaneContents, colour_of, label_of, looks_of
from alpfit.plots.style import COLUMN_WIDTH, paper_style
from alpfit.scenarios import SCENARIOS

M_A, G_AGG = np.geomspace(0.01, 10.0, 60), np.geomspace(1e-7, 1e-2, 50)
X, Y = np.meshgrid(np.log10(M_A), np.log10(G_AGG), indexing="ij")


def contents(n_small=25):
    """Three large regions, one of them a projection, and many that are too small for a label."""
    large = [
        Excluded("a", "BaBar", "$K+$inv", "$B$ decays", Y + 4.0),
        Excluded("b", "NA62", "$\\pi+$inv", "kaon decays", np.minimum(-0.5 - X, Y + 5.5)),
        Excluded("c", "Belle II", "$\\gamma+$inv", "photons", Y + 4.5, projection=True),
    ]
    small = [
        Excluded(f"s{k}", f"Dump {k}", "", "beam dumps", 0.01 - (X + 1.9 + 0.1 * k) ** 2 - (Y + 6.5) ** 2)
        for k in range(n_small)
    ]
    wanted = Preferred("q2", "Belle II", "$K+$inv", 400.0 * ((X - 0.3) ** 2 + 0.1 * (Y + 4.3) ** 2))
    curves = [
        RelicCurve(name, M_A, G_AGG, 0.12 * 10.0 ** (-4.0 + at - Y)) for name, at in (("cbe", -0.2), ("nbe", -0.7))
    ]
    return PlaneContents(M_A, G_AGG, (*large, *small), (wanted,), tuple(curves), 0.12, "$r = 0.477$")


@pytest.fixture(scope="module")
def figure():
    with paper_style():
        made = plane_figure(contents(), best=(2.0, 5e-5))
        made.savefig(BytesIO(), format="png", dpi="figure")  # the extents of texts are those of the last drawing
    return made


def legend_texts(figure):
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def test_axes_have_their_units_and_the_range_of_the_grid(figure):
    (panel,) = figure.axes
    assert panel.get_xlabel() == "$m_a$ [GeV]"
    assert panel.get_ylabel() == r"$g_{a\gamma\gamma}$ [GeV$^{-1}$]"
    assert panel.get_xlim() == pytest.approx((0.01, 10.0))
    assert panel.get_ylim() == pytest.approx((1e-7, 1e-2), abs=0.0)
    assert panel.get_title() == "$r = 0.477$"


def names_in(panel):
    """The texts in the panel that are names, by themselves."""
    return {text.get_text(): text for text in panel.texts if not text.get_text().isdecimal()}


def numerals_in(panel):
    """The texts in the panel that are numerals, by themselves."""
    return {text.get_text(): text for text in panel.texts if text.get_text().isdecimal()}


def entries_of(figure):
    """The legend's samples, by the texts beside them."""
    return {
        text.get_text(): handle
        for legend in figure.legends
        for text, handle in zip(legend.get_texts(), legend.legend_handles, strict=True)
    }


def test_labels_lie_in_their_regions_and_not_on_each_other(figure):
    (panel,) = figure.axes
    texts = names_in(panel)
    assert {"BaBar $K+$inv", "NA62 $\\pi+$inv"} <= set(texts)
    boxes = [text.get_window_extent() for text in panel.texts]
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:i])
    by_label = {label_of(region): region for region in contents().excluded}
    for label, text in texts.items():
        x, y = text.get_position()  # in widths of the panel, which the grid spans
        i, j = int(x * M_A.size), int(y * G_AGG.size)
        assert by_label[label].inside[i, j]
    edges = {label: edge_of(on_grid(region.inside)) for label, region in by_label.items()}
    near = dict(zip(edges, nearest(distances(list(edges.values()))), strict=True))
    for label, text in texts.items():
        x, y = text.get_position()
        assert near[label][int(x * GRID[0]), int(y * GRID[1])], label


NUMBERED = re.compile(r"\$\\mathbf\{(\d+)\}\$ (.*)")
"""An entry of the legend for a line that has a numeral in the plane."""


def test_what_has_no_room_for_a_label_is_in_the_legend_and_all_is_named_once(figure):
    (panel,) = figure.axes
    written = names_in(panel)
    legend = [NUMBERED.sub(r"\2", text) for text in entries_of(figure)]
    for region in contents().excluded:
        assert (label_of(region) in written) != (legend.count(label_of(region)) == 1), label_of(region)
    assert label_of(contents().excluded[2]) in written  # of the projection


def test_what_the_legend_names_stands_there_beside_its_own_line(figure):
    looks = looks_of(contents().excluded)
    colours = {look.label: look.colour for look in looks.values()}
    entries = {NUMBERED.sub(r"\2", text): handle for text, handle in entries_of(figure).items()}
    named = set(entries) & set(colours)
    assert len(named) > 10
    for label in named:
        assert entries[label].get_color() == colours[label]


def test_numerals_stand_on_lines_that_are_theirs_alone(figure):
    (panel,) = figure.axes
    regions = contents().excluded
    names = [label_of(region) for region in regions]
    away = distances([edge_of(on_grid(region.inside)) for region in regions])
    found = [NUMBERED.fullmatch(text) for text in entries_of(figure)]
    numbered = {match[1]: match[2] for match in found if match}
    assert list(numbered) == [str(k + 1) for k in range(len(numbered))]
    assert set(numbered) == set(numerals_in(panel))
    assert len(numbered) > 1
    for numeral, text in numerals_in(panel).items():
        k = names.index(numbered[numeral])
        i, j = (int(at * cells) for at, cells in zip(text.get_position(), GRID, strict=True))
        assert away[k][i, j] <= 2.0, numeral
        assert from_others(away, k)[i, j] >= 1.0, numeral


def test_the_legend_is_inside_of_a_column_and_does_not_overlap_itself(figure):
    assert figure.get_figwidth() == COLUMN_WIDTH
    boxes = [text.get_window_extent() for legend in figure.legends for text in legend.get_texts()]
    for i, box in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0 < box.x1 <= figure.bbox.x1
        assert figure.bbox.y0 <= box.y0 + 1.0
        assert not any(box.overlaps(other) for other in boxes[:i])
    columns = figure.legends[1]
    assert max(letters(text.get_text()) for text in columns.get_texts()) <= HALF


def test_lines_and_the_preferred_region_are_explained(figure):
    texts = legend_texts(figure)
    wanted = ["Belle II $K+$inv, 68.3, 95.4 %", r"$\Omega h^2 = 0.12$, CBE (dots: more)", r"$\Omega h^2 = 0.12$, NBE"]
    assert {*wanted, "best fit", "photons, projected"} <= set(texts)
    assert not any(text.startswith("photons:") or text == "photons" for text in texts)  # nothing else of its group


def projected(depth, **changes):
    """The region of a projection that is ``depth`` decades deep, drawn alone, and its panel."""
    region = replace(Excluded("p", "SHiP", "", "beam dumps", depth, projection=True), **changes)
    with paper_style():
        made = plane_figure(replace(contents(0), excluded=(region,), preferred=(), relic=()))
    return made, made.axes[0]


def test_a_projection_is_a_dashed_line_that_is_not_shaded():
    (_, expected), (_, measured) = projected(Y + 4.0 - X), projected(Y + 4.0 - X, projection=False)
    (edge,) = expected.collections
    assert edge.get_linestyle()[0][1] is not None  # a pattern of dashes
    assert edge.get_facecolor().size == 0
    assert [lines.get_linestyle()[0][1] for lines in measured.collections if not lines.get_facecolor().size] == [None]
    assert any(lines.get_facecolor().size for lines in measured.collections)


@pytest.mark.parametrize("slope", [1.0, 0.0, -1.0])
def test_a_projections_name_stands_along_its_line_on_the_inner_side(slope):
    figure, panel = projected(Y + 4.5 - slope * X)
    (text,) = panel.texts
    box = panel.get_window_extent()
    x, y = np.multiply(text.get_position(), (box.width, box.height))
    per_decade = box.width / 3.0, box.height / 5.0  # of the axes
    steepness = slope * per_decade[1] / per_decade[0]
    assert text.get_rotation() % 360.0 == pytest.approx(np.degrees(np.arctan(steepness)) % 360.0, abs=2.0)
    at = (-2.0 + x / per_decade[0], -7.0 + y / per_decade[1])
    above = (at[1] + 4.5 - slope * at[0]) * per_decade[1] * np.cos(np.arctan(steepness)) * 72.0 / figure.dpi
    assert 3.0 < above < 8.0  # [pt] from the line to the middle of a label of 6 pt
    assert legend_texts(figure) == ["beam dumps, projected"]


def test_a_projection_whose_line_is_too_short_for_its_name_is_named_in_the_legend_beside_a_dashed_line():
    figure, panel = projected(0.1 - np.hypot(X + 0.5, Y + 4.5))
    assert [text.get_text() for text in panel.texts] == ["1"]
    entries = entries_of(figure)
    assert list(entries) == ["beam dumps, projected", r"$\mathbf{1}$ SHiP"]
    assert all(handle.get_linestyle() == "--" for handle in entries.values())


def test_curves_of_ones_own_are_drawn_and_named_and_no_label_lies_on_them():
    level = Curve(np.array([0.01, 10.0]), np.array([1e-3, 1e-3]), "#b00020", "--", "mine")
    unnamed = Curve(np.array([0.01, 10.0]), np.array([3e-4, 3e-4]), "#b00020", ":")
    with paper_style():
        made = plane_figure(replace(contents(), curves=(level, unnamed)))
        made.savefig(BytesIO(), format="png", dpi="figure")  # the extents of texts are those of the last drawing
    (panel,) = made.axes
    drawn = [line for line in panel.lines if line.get_color() == "#b00020"]
    assert [line.get_linestyle() for line in drawn] == ["--", ":"]
    assert legend_texts(made).count("mine") == 1
    for text in panel.texts:
        box = text.get_window_extent()
        for curve in (level, unnamed):
            height = panel.transData.transform((1.0, curve.y[0]))[1]
            assert not box.y0 < height < box.y1, text.get_text()


def test_the_preferred_region_has_the_thresholds_that_are_asked_for():
    areas = []
    for thresholds in ((2.30, 6.18), (1.0, 4.0)):
        (wanted,) = contents().preferred
        asked = replace(contents(0), preferred=(replace(wanted, thresholds=thresholds),), excluded=(), relic=())
        with paper_style():
            panel = plane_figure(asked).axes[0]
        edges = np.concatenate([path.vertices for path in panel.collections[1].get_paths()])
        areas.append(np.ptp(np.log10(edges[:, 1])))
    assert areas[1] / areas[0] == pytest.approx(np.sqrt(4.0 / 6.18), rel=0.05)


def test_an_empty_plane_can_be_drawn():
    nothing = PlaneContents(M_A, G_AGG, (), (), (RelicCurve("cbe", M_A, G_AGG, np.full(X.shape, np.nan)),), 0.12, "")
    with paper_style():
        plane_figure(nothing).savefig(BytesIO(), format="png", dpi=50)


def test_every_group_of_the_model_has_a_colour_and_what_is_unknown_that_of_the_others():
    groups = {q.group for build in SCENARIOS.values() for q in build().observables.values() if q.group}
    groups |= {entry.group for entry in all_shipped() if entry.group}
    assert groups <= set(GROUPS)
    assert colour_of("an invented group") == GROUPS["others"] not in {colour_of(group) for group in groups}


# how measurements are told apart


def limits(*named):
    """Limits of these entries, experiments and processes."""
    excess = np.ones((3, 3))
    return [Excluded(name, experiment, process, "$B$ decays", excess) for name, experiment, process in named]


TWINS = limits(
    ("belle_bkstarinv_2017", "Belle", "$K^*+$inv"),
    ("belle_bkstarinv_2013", "Belle", "$K^*+$inv"),
    ("belle2_bkinv_2025", "Belle II", "$K+$inv"),
    ("babar_bkgg_2021", "BaBar", r"$K\gamma\gamma$"),
)


def test_two_of_one_name_are_told_by_their_years():
    labels = {name: look.label for name, look in looks_of(TWINS).items()}
    assert labels["belle_bkstarinv_2013"] == "Belle $K^*+$inv (2013)"
    assert labels["belle_bkstarinv_2017"] == "Belle $K^*+$inv (2017)"
    assert labels["belle2_bkinv_2025"] == "Belle II $K+$inv"


def test_two_of_one_name_and_year_are_told_by_what_they_are_called():
    both = limits(*((name, "BaBar", "$K+$inv") for name in ("babar_bkinv_2013", "babar_bknunu_2013", "babar_old_2010")))
    assert [look.label for look in looks_of(both).values()] == [
        "BaBar $K+$inv (bkinv 2013)",
        "BaBar $K+$inv (bknunu 2013)",
        "BaBar $K+$inv (2010)",
    ]


def test_no_two_entries_of_the_catalogue_have_one_label():
    shipped = limits(*((entry.name, entry.experiment, "") for entry in all_shipped()))
    labels = [look.label for look in looks_of(shipped).values()]
    assert len(set(labels)) == len(labels) > 40


def test_no_two_lines_of_a_group_have_one_colour_nor_any_the_colour_of_another_group():
    many = limits(*((f"entry_{i}", f"E{i}", "") for i in range(12)))
    looks = looks_of([*many, *(replace(limit, name=f"k{limit.name}", group="kaon decays") for limit in many)])
    assert len({look.colour for look in looks.values()}) == 24


@pytest.mark.parametrize("group", GROUPS)
def test_letters_are_dark_enough_to_be_read_on_white(group):
    many = [replace(limit, group=group) for limit in limits(*((f"entry_{i}", f"E{i}", "") for i in range(12)))]
    for look in looks_of(many).values():
        assert 1.05 / (luminance(look.ink) + 0.05) >= 6.5  # of WCAG 2, where 4.5 is asked for
        assert look.ink <= look.colour


def luminance(colour):
    """Of WCAG 2, with the gamma of sRGB."""
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in colour]
    return float(np.dot((0.2126, 0.7152, 0.0722), linear))


def test_a_measurement_looks_the_same_in_whatever_order_they_come():
    assert looks_of(TWINS) == looks_of(TWINS[::-1])


def test_where_there_is_no_relic_density_the_plane_and_its_legend_say_so():
    curve = RelicCurve("cbe", M_A, G_AGG, np.where(X < -1.0, np.nan, 1e-3))
    with paper_style():
        made = plane_figure(replace(contents(0), excluded=(), preferred=(), relic=(curve,)))
    assert legend_texts(made) == ["no relic density, CBE"]  # nor a line, nor too much
    assert made.axes[0].collections[0].hatches == [UNKNOWN_HATCH]


def test_a_density_that_is_too_large_everywhere_is_dots_without_a_line():
    curves = [RelicCurve(name, M_A, G_AGG, np.full(X.shape, 1.0)) for name in ("cbe", "nbe")]
    with paper_style():
        made = plane_figure(replace(contents(0), excluded=(), preferred=(), relic=tuple(curves)))
    assert legend_texts(made) == [r"$\Omega h^2 > 0.12$, CBE"]
