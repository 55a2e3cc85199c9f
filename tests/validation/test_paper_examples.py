"""The scripts that redraw the paper say what their README says."""

from importlib import import_module

import comparison
import numpy as np
import pytest
from make import BEGIN, END, SCRIPTS

README = (comparison.FOLDER / "README.md").read_text(encoding="utf-8")

FAST = ("figure_1", "figure_5", "table_1")


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def table():
    """Where and what, and the rest of the row."""
    lines = README.partition(BEGIN)[2].partition(END)[0].splitlines()
    return {tuple(cells(line)[:2]): cells(line)[2:] for line in lines if line.startswith(("| Fig.", "| Table"))}


@pytest.mark.parametrize("name", FAST)
def test_the_table_holds_what_the_script_finds(name):
    rows, stored = import_module(name).compare(), table()
    assert rows
    for row in rows:
        printed, ours, ratio, reason = stored[row.place, row.quantity]
        fresh = cells(row.as_markdown())
        assert [printed, reason] == [fresh[2], fresh[5]]
        assert float(ours) == pytest.approx(row.ours, rel=2e-3, abs=0.0)  # the roots of the solver, and rounding
        if ratio:
            assert float(ratio) == pytest.approx(row.ours / row.printed, rel=2e-3, abs=1e-3)


def test_the_table_has_rows_of_every_figure_and_a_reason_for_every_number_that_differs():
    stored = table()
    assert {place.partition(",")[0] for place, _ in stored} == {*(f"Fig. {n}" for n in range(1, 8)), "Table 1"}
    for key, (_, _, ratio, reason) in stored.items():
        if ratio and abs(float(ratio) - 1.0) > 0.0105:
            assert reason, key


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_can_be_imported_and_is_in_the_readme(name):
    script = import_module(name)
    assert callable(script.compare)
    assert f"({name}.py)" in README
    assert name == "table_1" or (callable(script.draw) and f"(figures/{name}.png)" in README)


def test_figure_1_is_written(monkeypatch, tmp_path):
    monkeypatch.setattr(comparison, "FIGURES", tmp_path / "figures")
    import_module("figure_1").draw()
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {"figure_1.png", "figure_1.pdf"}


def test_where_the_relic_curves_of_figure_7_lie():
    script = import_module("figure_7")
    in_band = {key: np.abs(script._on_curve(*key, "cbe").distance) <= 1.0 for key in script.CURVES}
    assert [bool(inside.mean() > 0.5) for inside in in_band.values()] == [True, True, False]
    for key in script.CURVES:
        assert script._on_curve(*key, "nbe").distance.max() < -2.0
