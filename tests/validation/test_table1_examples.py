"""examples/table1: what its page says is what its fits gave, and what the likelihoods still say."""

import csv
import importlib.util
from pathlib import Path

import pytest
from shipped_entries import all_shipped, shipped

from alpfit import Fit

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "table1"

with (FOLDER / "results.csv").open(newline="", encoding="utf-8") as stream:
    RECORDS = list(csv.DictReader(stream))

ASSUMPTIONS = ("a_seed", "b_unitary", "c_spectrum", "d_everything")


@pytest.fixture(scope="module")
def readme():
    """The script that writes the table."""
    spec = importlib.util.spec_from_file_location("table1_readme", FOLDER / "readme.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_is_a_result_for_each_interval_and_each_set_of_assumptions():
    assert len(RECORDS) == 20
    assert {record["assumptions"] for record in RECORDS} == set(ASSUMPTIONS)
    assert len({record["masses"] for record in RECORDS}) == 5


def test_the_page_holds_the_table_of_the_results(readme):
    assert readme.table(RECORDS) in (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("assumptions", ASSUMPTIONS)
def test_the_best_fits_are_as_likely_as_the_results_say(assumptions):
    """To the six digits that the file has."""
    fit = Fit.from_file(FOLDER / f"{assumptions}.toml")
    for record in (r for r in RECORDS if r["assumptions"] == assumptions):
        at = {name: float(record[f"best_{name}"]) for name in ("m_a", "r", "g_agg", "g_achi")}
        point = fit.evaluate({name: value for name, value in at.items() if name in fit.problem.names})
        assert float(point.log_l[0]) == pytest.approx(float(record["best_log_l"]), abs=3e-3)
        rate = float(point.predictions["BR(B+->K+ a(inv))"][0])
        assert rate == pytest.approx(float(record["best_rate"]), rel=1e-4, abs=0.0)


def test_the_last_set_has_every_limit_of_the_scenario_that_shares_no_data():
    used = {m.name for m in Fit.from_file(FOLDER / "d_everything.toml").problem.likelihood.measurements}
    overlapping = {other for name in used for other in shipped(name).overlaps}
    fitting = {entry.name for entry in all_shipped() if "invisible" in entry.scenarios and not entry.projection}
    assert used == fitting - overlapping
