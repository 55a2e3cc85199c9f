"""Units of columns: converted into the observable's, or refused."""

import math
import re

import numpy as np
import pytest

from alpfit.errors import CatalogueError
from alpfit.likelihoods import FORMS
from alpfit.likelihoods.units import SUCH_AS, UNITS, factor_for, factor_to, parse_unit, require_unit
from alpfit.scenarios import SCENARIOS

CONVERTED = [
    ("MeV", "GeV", 1e-3),
    ("keV", "GeV", 1e-6),
    ("eV", "GeV", 1e-9),
    ("TeV", "GeV", 1e3),
    ("1/TeV", "1/GeV", 1e-3),
    ("TeV^-1", "1/GeV", 1e-3),
    ("TeV^{-1}", "1/GeV", 1e-3),
    ("GeV^-1", "1/GeV", 1.0),
    ("1e-6/GeV", "1/GeV", 1e-6),
    ("1e-6 GeV^-1", "1/GeV", 1e-6),
    ("MeV^2", "GeV^2", 1e-6),
    ("ps", "s", 1e-12),
    ("ns", "s", 1e-9),
    ("us", "s", 1e-6),
    ("ms", "s", 1e-3),
    ("mm", "cm", 0.1),
    ("m", "cm", 100.0),
    ("pb", "cm^2", 1e-36),
    ("fb", "nb", 1e-6),
    ("m^3/s", "cm^3/s", 1e6),
    ("cm^3 s^-1", "cm^3/s", 1.0),
    ("1e-26 cm^3/s", "cm^3/s", 1e-26),
    ("cm^3*s^-1", "cm^3/s", 1.0),
    ("m^2/kg", "cm^2/g", 10.0),
    ("b/GeV", "cm^2/GeV", 1e-24),
    ("1/cm^2/s", "cm^-2 s^-1", 1.0),
    ("%", "", 0.01),
    ("1e-6", "", 1e-6),
    ("1", "", 1.0),
    ("", "", 1.0),
    ("", "events", 1.0),
    ("events", "events", 1.0),
]
NOT_CONVERTED = [
    ("GeV", "1/GeV"),
    ("", "GeV"),
    ("GeV", ""),
    ("gev", "GeV"),
    ("1/GeV^2", "cm^2"),
    ("1/GeV", "s"),
    ("cm", "s"),
    ("pb", "cm^3/s"),
    ("events", ""),
    ("GeV/", "GeV"),
    ("/GeV", "1/GeV"),
    ("1//GeV", "1/GeV"),
    ("1/GeV s", "1/GeV s^-1"),
    ("1/1000 GeV", "GeV"),
    ("1_0 GeV", "GeV"),
    ("nan GeV", "GeV"),
    ("0 GeV", "GeV"),
    ("-1 GeV", "GeV"),
    ("1e300 1e300 GeV", "GeV"),
    ("PeV^-99 PeV^98 GeV", "GeV"),
    ("GeV^1.5", "GeV"),
    ("GeV^", "GeV"),
    ("parsec", "cm"),
    ("(GeV)", "GeV"),
]


@pytest.mark.parametrize(("unit", "wanted", "factor"), CONVERTED)
def test_what_measures_the_same_is_converted(unit, wanted, factor):
    assert factor_to(unit, wanted) == pytest.approx(factor, rel=1e-15)


@pytest.mark.parametrize(("unit", "wanted"), NOT_CONVERTED)
def test_what_measures_something_else_or_nothing_is_not(unit, wanted):
    assert factor_to(unit, wanted) is None


@pytest.mark.parametrize("prefix", ["m", "M"])
def test_milli_and_mega_differ(prefix):
    assert parse_unit(f"{prefix}eV").scale == {"m": 1e-12, "M": 1e-3}[prefix]


def test_the_units_of_the_predictions_are_those_of_the_scenarios():
    quantities = {}
    for scenario in SCENARIOS.values():
        quantities |= {**scenario().parameters, **scenario().optional, **scenario().observables}
    assert set(UNITS) == set(quantities)
    for name, quantity in quantities.items():
        shown = re.sub(r"[${}]", "", quantity.unit.replace(r"\,", " "))
        assert parse_unit(UNITS[name]) == parse_unit(shown), name


def test_what_a_sentence_suggests_can_be_converted():
    assert set(UNITS.values()) <= set(SUCH_AS)
    for wanted, other in SUCH_AS.items():
        assert factor_to(other, wanted) not in (None, 1.0)


def test_a_unit_of_what_is_not_known_is_refused_and_none_is_taken_as_it_is():
    assert factor_for("table.csv", "limit", "", "rate") == 1.0
    with pytest.raises(
        CatalogueError, match=r"^table.csv: the unit of limit is \[%\], but that of 'rate' is not known"
    ):
        factor_for("table.csv", "limit", "%", "rate")


@pytest.mark.parametrize(("name", "wanted", "good"), [("m_a", "GeV", True), ("tau_a", "GeV", False), ("r", "s", False)])
def test_an_observable_in_another_unit_is_no_mass(name, wanted, good):
    if good:
        require_unit({"abscissa": name}, "abscissa", wanted)
    else:
        with pytest.raises(ValueError, match=rf"^abscissa = '{name}' is .*, it must be in {wanted}$"):
            require_unit({"abscissa": name}, "abscissa", wanted)


# For each form that reads a table: data, a table in the usual units, and the columns whose unit counts.
LIMIT = {"confidence_level": 0.9, "power": 1.0, "bound": "limit"}
TABLES = {
    "limit-curve": (
        {"observable": "g_agg", "abscissa": "m_a", **LIMIT},
        "m_a [GeV],limit [1/GeV]\n1,1e-6\n2,1e-5\n",
        {"m_a [GeV]": ("m_a [MeV]", 1e3), "limit [1/GeV]": ("limit [TeV^-1]", 1e3)},
    ),
    "limit-surface": (
        {
            "observable": "g_agg",
            "abscissa": "m_a",
            "lifetime": "tau_a",
            "search": "decay",
            "confidence_level": 0.9,
        },
        "m_a [GeV],10 ps [1/GeV],100 ps [1/GeV]\n1,1e-6,2e-6\n2,1e-5,2e-5\n",
        {"m_a [GeV]": ("m_a [TeV]", 1e-3), "10 ps [1/GeV]": ("0.01 ns [1/MeV]", 1e-3), "100 ps": ("1e-4 us", 1.0)},
    ),
    "contour": (
        {"observable": "g_agg", "abscissa": "m_a", "confidence_level": 0.9, "width": 0.1},
        "m_a [GeV],g_agg [1/GeV]\n0.5,1e-6\n5,1e-6\n5,1e-4\n0.5,1e-4\n",
        {"m_a [GeV]": ("m_a [keV]", 1e6), "g_agg [1/GeV]": ("g_agg [PeV^-1]", 1e6)},
    ),
    "parabola": (
        {"observable": "sigma_v_today", "abscissa": "m_chi"},
        "m_chi [GeV],best [cm^3/s],sigma [cm^3/s]\n1,1e-7,1e-6\n2,1e-7,2e-6\n",
        {
            "m_chi [GeV]": ("m_chi [MeV]", 1e3),
            "best [cm^3/s]": ("best [m^3/s]", 1e-6),
            "sigma [cm^3/s]": ("sigma [1e-9 cm^3/s]", 1e9),
        },
    ),
    "two-body-band": (
        {"observable": "BR(B+->K+ a(inv))", "abscissa": "m_a"},
        "m_a [GeV],best,lower_68,upper_68\n1,1e-6,0,1e-5\n2,1e-6,0,2e-5\n",
        {
            "m_a [GeV]": ("m_a [MeV]", 1e3),
            "best": ("best [%]", 100.0),
            "lower_68": ("lower_68 [1e-6]", 1e6),
            "upper_68": ("upper_68 [%]", 100.0),
        },
    ),
}
CHANGES = [(form, old) for form, (_, _, columns) in TABLES.items() for old in columns]


def read(form, folder, text):
    (folder / "table.csv").write_text(text)
    return FORMS[form].read(TABLES[form][0], folder)


def log_l(form):
    value, mass = np.array([3e-6, 1e-5]), np.array([1.0, 1.5])
    predictions = dict(zip(form.observables, (value, mass, np.full(2, 3e-11)), strict=False))
    return form.loglike(predictions)


@pytest.mark.parametrize(("form", "old"), CHANGES)
def test_a_column_in_another_unit_is_the_same_column(tmp_path, form, old):
    _, text, columns = TABLES[form]
    new, factor = columns[old]
    header, *rows = text.splitlines()
    place = [title.startswith(old) for title in header.split(",")].index(True)
    cells = [row.split(",") for row in rows]
    for row in cells:
        row[place] = repr(float(row[place]) * factor)
    changed = "\n".join([header.replace(old, new, 1), *(",".join(row) for row in cells)])
    expected = log_l(read(form, tmp_path, text))
    assert (expected < -1e-3).all()
    np.testing.assert_allclose(log_l(read(form, tmp_path, changed)), expected, rtol=1e-9)


@pytest.mark.parametrize(("form", "old"), [change for change in CHANGES if change[1] != "100 ps"])
def test_a_column_in_the_unit_of_something_else_is_refused_with_its_file_and_name(tmp_path, form, old):
    name = old.partition(" [")[0]
    with pytest.raises(CatalogueError) as caught:
        read(form, tmp_path, TABLES[form][1].replace(old, f"{name} [kg]", 1))
    assert str(caught.value).startswith(f"{tmp_path / 'table.csv'}: the unit of {name} is [kg], it must be ")


@pytest.mark.parametrize(("form", "old"), [change for change in CHANGES if "[" in change[1]])
def test_a_column_without_its_unit_is_refused(tmp_path, form, old):
    name = old.partition(" [")[0]
    with pytest.raises(CatalogueError, match=r": the unit of .* is \[\], it must be \[.*\], or one that can be"):
        read(form, tmp_path, TABLES[form][1].replace(old, name, 1))


def test_a_length_is_a_lifetime_times_the_speed_of_light(tmp_path):
    text = TABLES["limit-surface"][1].replace("100 ps", "2.99792458 cm")
    np.testing.assert_allclose(read("limit-surface", tmp_path, text).lifetimes, [1e-11, 1e-10], rtol=1e-14)


def test_a_limit_on_an_inverse_tev_is_a_thousandth_of_one_on_an_inverse_gev(tmp_path):
    form = read("limit-curve", tmp_path, "m_a [GeV],limit [1/TeV]\n1.0,1e-3\n2.0,1e-2\n")
    value = form.loglike({"g_agg": np.array([1e-5]), "m_a": np.array([1.0])})
    assert value == pytest.approx(-0.5 * (1.2815515655446004 * 10.0) ** 2, rel=1e-12)


BINNED = {
    "bins": ("observed [events]", "observed [1e3 events]", "observed [GeV]"),
    "samples": ("nominal [events]", "nominal", "nominal [1/s]"),
    "shapes": ("high [events]", "high", "high [%]"),
    "norms": ("high", "high [1]", "high [GeV]"),
    "response": ("q2_low [GeV^2]", "q2_low [1e6 MeV^2]", "q2_low [GeV]"),
}


@pytest.mark.parametrize("name", BINNED)
def test_the_columns_of_a_spectrum_have_units_too(binned, binned_folder, binned_data, name):
    text = (binned_folder() / f"{name}.csv").read_text()
    usual, same, other = BINNED[name]
    predictions = {"rate": np.array([3e-6]), "mass": np.array([1.2])}
    kept, converted = (binned(**{name: text.replace(usual, unit)}).loglike(predictions) for unit in (usual, same))
    if name == "bins":
        assert converted < kept - 500.0
    else:
        assert converted == pytest.approx(kept, rel=1e-12)
    with pytest.raises(CatalogueError, match=rf"{name}.csv: the unit of {usual.split()[0]} is .*, it must be "):
        binned(**{name: text.replace(usual, other)})


@pytest.mark.parametrize(("key", "name"), [("observable", "g_agg"), ("abscissa", "tau_a")])
def test_a_spectrum_is_of_a_branching_ratio_and_a_mass(binned, key, name):
    with pytest.raises(ValueError, match=f"^{key} = '{name}' is in"):
        binned({key: name})


@pytest.mark.parametrize("unit", ["1e30/GeV", "1e-30/GeV"])
def test_numbers_that_are_none_in_the_unit_of_the_observable_are_refused(tmp_path, unit):
    text = f"m_a [GeV],limit [{unit}]\n1,1e{'' if 'e3' in unit else '-'}60\n"
    with pytest.raises(CatalogueError, match=r"table.csv: limit has numbers too large or too small for its unit$"):
        read("limit-curve", tmp_path, text)


def test_a_factor_of_one_leaves_numbers_as_they_are_written(tmp_path):
    numbers = [0.1 + 0.2, 1.0 / 3.0, math.pi]
    rows = "".join(f"{mass!r},{mass!r}\n" for mass in sorted(numbers))
    form = read("limit-curve", tmp_path, f"m_a [GeV],limit [1/GeV]\n{rows}")
    np.testing.assert_array_equal(form.bounds, sorted(numbers))
