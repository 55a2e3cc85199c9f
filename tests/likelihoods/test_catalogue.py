"""Reading entries: what is wrong with one is said in a sentence that names the file."""

import math
from pathlib import Path

import numpy as np
import pytest

from alpfit.errors import CatalogueError, ConfigurationError
from alpfit.likelihoods import load, names
from alpfit.likelihoods.catalogue import load_folder

GAUSSIAN = """\
title = "A number"
experiment = "Nobody"
scenarios = ["invisible"]
form = "gaussian"

[data]
observable = "rate"
value = 1.0
errors_up = [0.5]
errors_down = [0.5]
"""

BAND = """\
title = "A band"
experiment = "Nobody"
scenarios = ["invisible"]
form = "two-body-band"

[data]
observable = "rate"
abscissa = "mass"
table = "table.csv"
"""


def refusal(error, folder, options=None):
    """The message with which an entry is refused: one line."""
    with pytest.raises(error) as caught:
        load_folder(folder, options)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_complete_entry_is_read_as_it_is_written(write_entry):
    measurement = load_folder(write_entry())
    assert measurement.title == "A limit"
    assert measurement.experiment == "Nobody"
    assert measurement.scenarios == ("invisible",)
    assert measurement.form_name == "limit-curve"
    assert measurement.observables == ("rate", "mass")
    assert measurement.source.where == "table 1"
    assert measurement.options == {"power": 2.0, "rescale": False, "method": "unknown"}
    assert measurement.form.masses.tolist() == [1.0, 2.0, 4.0]
    assert measurement.form.bounds.tolist() == [2e-5, 3e-5, 5e-5]


def test_an_entry_may_say_with_what_it_is_drawn(write_entry):
    assert load_folder(write_entry()).group == ""
    assert load_folder(write_entry(("experiment", 'group = "my limits"\nexperiment'))).group == "my limits"


def test_it_has_the_name_of_its_folder(write_entry):
    folder = write_entry()
    assert load_folder(folder).name == folder.name


def test_blank_lines_in_a_table_are_skipped(write_entry):
    folder = write_entry(table="mass [GeV],limit\n\n1,2e-5\n\n2,3e-5\n")
    assert load_folder(folder).form.masses.tolist() == [1.0, 2.0]


# What is wrong with likelihood.toml, and what the message says about it.
BROKEN_ENTRIES = {
    "source": (("[source]", "[notes]"), "source is missing"),
    "references": (("[[references]]", "[notes]"), "references is missing"),
    "quality": (('quality = "primary"', 'quality = "fair"'), "source.quality = 'fair': must be 'primary'"),
    "arXiv number": (("0000.00000", "hep 7"), "source.arxiv = 'hep 7': "),
    "arxiv": (('arxiv = "0000.00000"\n', ""), "source.arxiv is missing"),
    "inspire": (('inspire = "Nobody:2000abc"\n', ""), "source.inspire is missing"),
    "confidence level of the source": (('confidence_level = "90 % upper limit"\n', ""), "source.confidence_level"),
    "title": (('title = "A limit"\n', ""), "title is missing"),
    "form": (("limit-curve", "limit-curv"), "form = 'limit-curv' is not known: did you mean 'limit-curve'?"),
    "unknown key": (("experiment", 'colour = "blue"\nexperiment'), "colour is not known here"),
    "unknown key in data": (("0.90", "0.90\nindex = 3"), "index is no key of the form limit-curve: "),
    "observable": (('observable = "rate"\n', ""), "[data] observable is missing"),
    "confidence level above one": (("0.90", "90.0"), "[data] confidence_level = 90.0: must be less than 1"),
    "option without a table": (
        ('[rescale]\nby = "share"\nreference = 0.12\npower = 2.0\n', ""),
        "rescale is no key of the form limit-curve",
    ),
    "power of the share": (("power = 2.0\n\n", "power = -2.0\n\n"), "rescale.power = -2.0: must be greater than 0"),
    "not TOML": (("power = 2.0", "power = "), "is not TOML"),
    "nested without end": (("power = 2.0", f"power = {'[' * 20000}"), "is not TOML"),
    "number of 5000 digits": (("power = 2.0", f"power = 1{'0' * 5000}"), "is not TOML"),
    "number as text": (("power = 2.0\nconf", 'power = "2.0"\nconf'), "[data] power = '2.0': must be a valid number"),
    "truth value as number": (
        ("power = 2.0\nconf", "power = true\nconf"),
        "[data] power = True: must be a valid number",
    ),
    "infinite number": (("power = 2.0\nconf", "power = inf\nconf"), "[data] power = inf: must be a finite number"),
    "number as name": (('observable = "rate"', "observable = 3"), "[data] observable = 3 must be a name"),
    "empty name": (('bound = "limit"', 'bound = ""'), "[data] bound = '' must be a name"),
    "infinite share": (("reference = 0.12", "reference = inf"), "rescale.reference = inf: must be a finite number"),
    "group": (("experiment", "group = 3\nexperiment"), "group = 3: must be a valid string"),
    "projection": (("experiment", 'projection = "yes"\nexperiment'), "projection = 'yes': must be a valid boolean"),
}


@pytest.mark.parametrize(("replacement", "expected"), BROKEN_ENTRIES.values(), ids=BROKEN_ENTRIES)
def test_what_is_wrong_with_an_entry_is_said_with_its_path(write_entry, replacement, expected):
    folder = write_entry(replacement)
    message = refusal(CatalogueError, folder)
    assert message.startswith(str(folder / "likelihood.toml"))
    assert expected in message


# What is wrong with table.csv, and what the message says about it.
BROKEN_TABLES = {
    "column": ("energy [GeV],limit\n1,2\n2,3\n", "has no column 'mass': energy, limit"),
    "unsorted": ("mass [GeV],limit\n1,2\n4,3\n2,3\n", "mass = 2 does not rise"),
    "duplicated": ("mass [GeV],limit\n1,2\n4,3\n4,5\n", "mass = 4 does not rise"),
    "unit": ("mass [mm],limit\n1,2\n2,3\n", "the unit of mass is [mm], it must be [GeV]"),
    "no unit": ("mass,limit\n1,2\n2,3\n", "it must be [GeV]"),
    "text": ("mass [GeV],limit\n1,2\n2,three\n", "line 3: 2,three is not 2 finite numbers"),
    "too many cells": ("mass [GeV],limit\n1,2\n2,3,4\n", "line 3: 2,3,4 is not 2 finite numbers"),
    "one cell": ("mass [GeV],limit\n1,2\n\n2\n", "line 4: 2 is not 2 finite numbers"),
    "infinite": ("mass [GeV],limit\n1,2\n2,inf\n", "line 3: 2,inf is not 2 finite numbers"),
    "negative mass": ("mass [GeV],limit\n-1,2\n2,3\n", "mass = -1 must be positive"),
    "two of a name": ("mass [GeV],mass [GeV]\n1,2\n2,3\n", "has two columns of one name"),
    "empty": ("", "needs a header and at least one row"),
    "header alone": ("mass [GeV],limit\n", "needs a header and at least one row"),
    "empty cell": ("mass [GeV],limit\n1,2\n,3\n", "mass is empty in row 2"),
    "negative limit": ("mass [GeV],limit\n1,2e-5\n2,-1e-5\n", "limit = -1e-05 in row 2: a limit must be positive"),
    "limit of zero": ("mass [GeV],limit\n1,2e-5\n2,0\n", "limit = 0 in row 2: a limit must be positive"),
    "bound": ("mass [GeV],bound\n1,2e-5\n2,1\n", "has no column 'limit': mass, bound"),
}


@pytest.mark.parametrize(("table", "expected"), BROKEN_TABLES.values(), ids=BROKEN_TABLES)
def test_what_is_wrong_with_a_table_is_said_with_its_path(write_entry, table, expected):
    folder = write_entry(table=table)
    message = refusal(CatalogueError, folder)
    assert message.startswith(str(folder / "table.csv"))
    assert expected in message


def test_a_table_that_is_named_must_be_there(write_entry):
    folder = write_entry(table=None)
    message = refusal(CatalogueError, folder)
    assert message == f"{folder / 'table.csv'} is missing: the entry's form needs it"


def test_a_gaussian_has_no_table(write_entry):
    folder = write_entry(("value = 1.0", 'value = 1.0\ntable = "table.csv"'), toml=GAUSSIAN)
    assert "table is no key of the form gaussian" in refusal(CatalogueError, folder)


@pytest.mark.parametrize("errors", ["[0.0]", "[0.5, -0.1]"])
def test_errors_of_a_gaussian_must_be_positive(write_entry, errors):
    folder = write_entry(("errors_up = [0.5]", f"errors_up = {errors}"), toml=GAUSSIAN)
    message = refusal(CatalogueError, folder)
    assert "[data] errors_up." in message
    assert message.endswith("must be greater than 0")


@pytest.mark.parametrize("row", ["1,2e-5,3e-5,4e-5", "1,2e-5,-1e-5,4e-5", "1,5e-5,1e-5,4e-5", "1,2e-5,1e-5,2e-5"])
def test_the_interval_of_a_band_must_hold_its_best_value(write_entry, row):
    folder = write_entry(toml=BAND, table=f"mass [GeV],best,lower_68,upper_68\n{row}\n")
    assert refusal(CatalogueError, folder).endswith("has not 0 <= lower_68 <= best < upper_68")


def test_a_band_needs_all_its_columns(write_entry):
    folder = write_entry(toml=BAND, table="mass [GeV],best,upper_68\n1,2e-5,3e-5\n")
    assert "table.csv has no column 'lower_68': mass, best, upper_68" in refusal(CatalogueError, folder)


def test_an_option_replaces_the_entrys_value(write_entry):
    measurement = load_folder(write_entry(), {"power": 1.0, "rescale": True, "method": "unknown"})
    assert measurement.options == {"power": 1.0, "rescale": True, "method": "unknown"}
    assert measurement.form.power == 1.0
    assert measurement.observables == ("rate", "mass", "share")


def test_an_option_that_the_entry_does_not_have_is_refused_with_a_hint(write_entry):
    folder = write_entry()
    message = refusal(ConfigurationError, folder, {"powr": 1.0})
    expected = "powr is not an option of this entry: did you mean 'power'? allowed: method, power, rescale"
    assert message == f"[options.{folder.name}] {expected}"


def test_a_value_that_is_not_declared_an_option_cannot_be_replaced(write_entry):
    message = refusal(ConfigurationError, write_entry(), {"confidence_level": 0.95})
    assert "confidence_level is not an option of this entry" in message


def test_an_entry_without_options_says_that_it_has_none(write_entry):
    message = refusal(ConfigurationError, write_entry(toml=GAUSSIAN, table=None), {"value": 2.0})
    assert message.endswith("value is not an option of this entry: it has none")


@pytest.mark.parametrize(("option", "expected"), [(-1.0, "must be greater than 0"), ("two", "must be a valid number")])
def test_an_option_with_a_bad_value_is_refused(write_entry, option, expected):
    folder = write_entry()
    message = refusal(ConfigurationError, folder, {"power": option})
    assert message.startswith(f"[options.{folder.name}] power = {option!r}: {expected}")


def test_an_entry_that_is_not_in_the_catalogue_is_refused_with_a_hint():
    with pytest.raises(ConfigurationError) as caught:
        load("planck_relic_2019")
    message = str(caught.value)
    assert message.startswith(
        "likelihoods: 'planck_relic_2019' is not in the catalogue: did you mean 'planck_relic_2018'?"
    )
    assert message.endswith(f" and {len(names()) - 8} more")


NO_NAMES = [None, 1, 2.5, True, b"x", [], {}, ("planck_relic_2018",), "a\0b", "two\nlines", "\ud800/x", object()]


@pytest.mark.parametrize("name", NO_NAMES, ids=[str(i) for i in range(len(NO_NAMES))])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(ConfigurationError, match=r"must be the name of an entry, or the path of its folder$"):
        load(name)


def test_a_path_is_the_folder_of_an_entry(write_entry):
    folder = write_entry()
    assert load(folder).digest == load(str(folder)).digest
    with pytest.raises(CatalogueError, match=r"^nothing/likelihood.toml is missing"):
        load(Path("nothing"))


@pytest.mark.parametrize("name", ["/", "./", "../", "./..", Path()])
def test_a_folder_must_be_named(name):
    with pytest.raises(ConfigurationError, match="does not name a folder: give its own name"):
        load(name)


@pytest.mark.parametrize("options", [3, "upper_limit", ["upper_limit"], [("upper_limit", True)]])
def test_options_are_a_dictionary(options):
    with pytest.raises(ConfigurationError, match=r"^\[options.planck_relic_2018\] .* must be a dictionary"):
        load("planck_relic_2018", options)


BAD_OPTIONS = {
    "number as text": ("planck_relic_2018", {"relative_theory_error": "0.1"}),
    "truth value as number": ("planck_relic_2018", {"relative_theory_error": True}),
    "number as truth value": ("planck_relic_2018", {"upper_limit": 1}),
    "complex": ("planck_relic_2018", {"relative_theory_error": 1j}),
    "None": ("planck_relic_2018", {"relative_theory_error": None}),
    "array": ("planck_relic_2018", {"relative_theory_error": np.zeros((3, 3))}),
    "nan": ("planck_relic_2018", {"relative_theory_error": math.nan}),
    "infinity": ("planck_relic_2018", {"relative_theory_error": math.inf}),
    "huge": ("planck_relic_2018", {"relative_theory_error": 10**400}),
    "no name": ("planck_relic_2018", {1: 2.0}),
    "name for a list": ("belle2_bknunu_q2_2025", {"channels": "A"}),
    "list of numbers": ("belle2_bknunu_q2_2025", {"channels": [1]}),
    "column": ("fermi_lines_2015", {"bound": 3}),
    "column of something else": ("fermi_lines_2015", {"bound": "flux_R16"}),
    "rescale": ("fermi_lines_2015", {"rescale": 1}),
}


@pytest.mark.parametrize(("name", "options"), BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_an_option_of_the_wrong_type_is_refused_in_one_short_line(name, options):
    with pytest.raises(ConfigurationError) as caught:
        load(name, options)
    message = str(caught.value)
    assert message.startswith(f"[options.{name}] ")
    assert "\n" not in message
    assert len(message) < 400


def test_the_digest_changes_with_the_entry(write_entry):
    changed = write_entry(('title = "A limit"', 'title = "The limit"'))
    assert load_folder(changed).digest != load_folder(write_entry()).digest


def test_the_digest_changes_with_the_table(write_entry):
    changed = write_entry(table="mass [GeV],limit\n1,2e-5\n2,3e-5\n4,5.1e-5\n")
    assert load_folder(changed).digest != load_folder(write_entry()).digest


def test_the_digest_does_not_depend_on_where_the_entry_is(write_entry):
    assert load_folder(write_entry()).digest == load_folder(write_entry()).digest
