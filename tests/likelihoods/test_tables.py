"""Tables beside an entry: names and units in the header, finite numbers or empty cells below."""

import numpy as np
import pytest

from alpfit.errors import CatalogueError
from alpfit.likelihoods.tables import read_table

MEASURED = """\
mass [GeV], limit ,flux [1e-10 cm^-2 s^-1]
1,2e-5,-3
 2 ,,0.5
4,5E-05,0
"""


@pytest.fixture
def table(tmp_path):
    """Reads a table with this text."""

    def read(text):
        (tmp_path / "numbers.csv").write_text(text, encoding="utf-8")
        return read_table(tmp_path / "numbers.csv")

    return read


def refusal(act, *arguments, **options):
    """The message with which something is refused, after the path of the table: one line."""
    with pytest.raises(CatalogueError) as caught:
        act(*arguments, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message.partition("numbers.csv")[2]


def test_its_columns_are_named_without_the_unit(table):
    assert tuple(table(MEASURED).columns) == ("mass", "limit", "flux")


def test_its_units_are_what_stands_in_brackets(table):
    assert table(MEASURED).units == {"mass": "GeV", "limit": "", "flux": "1e-10 cm^-2 s^-1"}


def test_its_numbers_are_what_is_written_and_its_empty_cells_are_not_numbers(table):
    columns = table(MEASURED).columns
    np.testing.assert_array_equal(columns["mass"], [1.0, 2.0, 4.0])
    np.testing.assert_array_equal(columns["limit"], [2e-5, np.nan, 5e-5])
    np.testing.assert_array_equal(columns["flux"], [-3.0, 0.5, 0.0])


def test_one_row_and_one_column_are_enough(table):
    np.testing.assert_array_equal(table("mass [GeV]\n3").column("mass"), [3.0])


def test_blank_lines_are_no_rows(table):
    np.testing.assert_array_equal(table("\nmass [GeV],limit\n\n1,2\n\n3,4\n\n").column("limit"), [2.0, 4.0])


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_it_does_not_matter_how_lines_end(table, end):
    assert table(MEASURED.replace("\n", end)).units["flux"] == "1e-10 cm^-2 s^-1"


def test_it_knows_where_it_comes_from(table, tmp_path):
    assert table(MEASURED).path == tmp_path / "numbers.csv"


def test_a_column_with_gaps_is_given_only_if_gaps_are_expected(table):
    np.testing.assert_array_equal(table(MEASURED).column("limit", gaps=True), [2e-5, np.nan, 5e-5])
    assert refusal(table(MEASURED).column, "limit") == ": limit is empty in row 2; give it a number"


@pytest.mark.parametrize("ask", ["column", "abscissa", "masses", "limits"])
def test_a_column_that_is_not_there_is_refused_with_those_that_are(table, ask):
    arguments = ("m_a", "rate") if ask == "limits" else ("m_a",)
    assert refusal(getattr(table(MEASURED), ask), *arguments) == " has no column 'm_a': mass, limit, flux"


@pytest.mark.parametrize("ask", ["abscissa", "masses"])
@pytest.mark.parametrize(("header", "unit"), [("mass [mm]", "mm"), ("mass", ""), ("mass [gev]", "gev")])
def test_masses_must_be_in_gev_or_converted(table, ask, header, unit):
    wrong = table(f"{header}\n1\n2\n")
    expected = f": the unit of mass is [{unit}], it must be [GeV], or one that can be converted, such as [MeV]"
    assert refusal(getattr(wrong, ask), "mass") == expected


def test_masses_may_come_in_any_order_and_more_than_once(table):
    np.testing.assert_array_equal(table("mass [GeV]\n3\n1\n3\n").masses("mass"), [3.0, 1.0, 3.0])


def test_masses_may_not_be_missing(table):
    assert refusal(table("mass [GeV],x\n1,1\n,1\n").masses, "mass") == ": mass is empty in row 2; give it a number"


def test_an_abscissa_rises_from_a_positive_number(table):
    np.testing.assert_array_equal(table(MEASURED).abscissa("mass"), [1.0, 2.0, 4.0])


@pytest.mark.parametrize(("rows", "where"), [("1\n4\n3\n5", "3"), ("1\n2\n2", "2"), ("5\n4\n1", "1")])
def test_an_abscissa_that_does_not_rise_is_refused(table, rows, where):
    expected = f": mass = {where} does not rise; sort the rows and drop duplicates"
    assert refusal(table(f"mass [GeV]\n{rows}\n").abscissa, "mass") == expected


def test_an_abscissa_may_be_zero_only_where_that_is_expected(table):
    from_zero = table("mass [GeV]\n0\n1\n")
    np.testing.assert_array_equal(from_zero.abscissa("mass", from_zero=True), [0.0, 1.0])
    assert refusal(from_zero.abscissa, "mass") == ": mass = 0 must be positive"


@pytest.mark.parametrize("from_zero", [True, False])
def test_an_abscissa_is_never_negative(table, from_zero):
    below = table("mass [GeV]\n-0.5\n1\n")
    assert refusal(below.abscissa, "mass", from_zero=from_zero) == ": mass = -0.5 must be positive"


def test_limits_are_positive_or_missing(table):
    np.testing.assert_array_equal(table(MEASURED).limits("limit", "rate"), [2e-5, np.nan, 5e-5])


@pytest.mark.parametrize(("limit", "shown"), [("0", "0"), ("-2e-6", "-2e-06")])
def test_a_limit_that_is_not_positive_is_refused_with_its_row(table, limit, shown):
    wrong = table(f"mass [GeV],limit\n1,\n2,3\n3,{limit}\n")
    assert refusal(wrong.limits, "limit", "rate") == f": limit = {shown} in row 3: a limit must be positive"


UNREADABLE = {
    "": " needs a header and at least one row of numbers",
    "mass [GeV]\n\n": " needs a header and at least one row of numbers",
    "mass [GeV],mass [MeV]\n1,2\n": " has two columns of one name: mass, mass",
    "mass [GeV],limit\n1,two\n": ", line 2: 1,two is not 2 finite numbers",
    "mass [GeV],limit\n1,2\n\n3\n": ", line 4: 3 is not 2 finite numbers",
    "mass [GeV],limit\n1,2,3\n": ", line 2: 1,2,3 is not 2 finite numbers",
    "mass [GeV],limit\n1,nan\n": ", line 2: 1,nan is not 2 finite numbers",
    "mass [GeV],limit\n1,-inf\n": ", line 2: 1,-inf is not 2 finite numbers",
    "mass [GeV],limit\n1,2_0\n": ", line 2: 1,2_0 is not 2 finite numbers",
    "mass [GeV,limit\n1,2\n": ": 'mass [GeV' in the header must be a name, or a name [unit]",
    "mass GeV],limit\n1,2\n": ": 'mass GeV]' in the header must be a name, or a name [unit]",
    "mass [GeV] [1],limit\n1,2\n": ": 'mass [GeV] [1]' in the header must be a name, or a name [unit]",
    "mass [GeV],,limit\n1,2,3\n": ": '' in the header must be a name, or a name [unit]",
    "mass [GeV],[1/GeV]\n1,2\n": ": '[1/GeV]' in the header must be a name, or a name [unit]",
    'mass [GeV],limit\n1,"2\n3\n': " cannot be read as CSV: unexpected end of data",
    "mass [GeV],limit\n1,1e999\n": ", line 2: 1,1e999 is not 2 finite numbers",
}


@pytest.mark.parametrize(("text", "sentence"), UNREADABLE.items(), ids=UNREADABLE.values())
def test_what_is_no_table_of_numbers_is_refused_with_its_line(table, text, sentence):
    assert refusal(table, text) == sentence


def test_a_file_that_is_missing_is_said_to_be(tmp_path):
    assert refusal(read_table, tmp_path / "numbers.csv") == " is missing: the entry's form needs it"


def test_a_folder_is_no_table(tmp_path):
    (tmp_path / "numbers.csv").mkdir()
    assert refusal(read_table, tmp_path / "numbers.csv").startswith(" is no ordinary file; ")


def test_bytes_that_are_no_text_are_no_table(tmp_path):
    (tmp_path / "numbers.csv").write_bytes(b"mass [GeV]\n\xff\xfe1\n")
    assert refusal(read_table, tmp_path / "numbers.csv").startswith(" cannot be read: 'utf-8' codec can't decode")
