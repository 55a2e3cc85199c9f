"""Numbers of an entry that are huge or tiny, in every form: ln L is finite, or a sentence says what to do."""

import itertools
import json

import numpy as np
import pytest
from inputs import SOURCE
from pyhf_from_tables import workspace

from alpfit.errors import CatalogueError, ConfigurationError, PredictionError
from alpfit.likelihoods import FORMS, load

HEAD = """\
title = "A measurement"
experiment = "Nobody"
scenarios = ["invisible"]
form = "{form}"

[data]
{data}
"""

CURVE = {"observable": "rate", "abscissa": "mass", "confidence_level": 0.9}
LIMITS = {"table.csv": "mass [GeV],limit\n0.5,2e-5\n1,3e-5\n2,5e-5\n"}
ENTRIES = {
    "gaussian": (
        {
            "observable": "rate",
            "value": 1.5e-5,
            "errors_up": [1e-6, 2e-6],
            "errors_down": [3e-6],
            "standard_model": 5e-6,
            "standard_model_error": 4e-7,
            "relative_theory_error": 0.05,
        },
        {},
    ),
    "upper-limit": ({"observable": "rate", "bound": 1e-5, "confidence_level": 0.9, "power": 2.0}, {}),
    "limit-curve": ({**CURVE, "bound": "limit", "power": 2.0}, LIMITS),
    "limit-surface": (
        {**CURVE, "lifetime": "tau", "search": "decay", "power": 1.0},
        {"table.csv": "mass [GeV],1 ps,100 ps\n0.5,2e-5,4e-5\n1,,3e-5\n2,5e-5,6e-5\n"},
    ),
    "two-body-band": (
        {"observable": "rate", "abscissa": "mass"},
        {"table.csv": "mass [GeV],best,lower_68,upper_68\n0.5,1e-6,5e-7,2e-6\n1,0,0,3e-6\n2,2e-6,1e-6,4e-6\n"},
    ),
    "counting": (
        {
            "observable": "rate",
            "n_observed": 6,
            "background": 2.9,
            "background_error": 0.1,
            "events_per_unit": 1e5,
            "standard_model": 5e-6,
        },
        {},
    ),
    "counting at limits": (
        {**CURVE, "bound": "limit", "table": "table.csv", "n_observed": 3, "background": 0.4, "background_error": 0.2},
        LIMITS,
    ),
    "contour": ({**CURVE, "width": 0.2}, {"table.csv": "mass [GeV],rate\n0.5,1e-6\n2,1e-6\n2,1e-4\n0.5,1e-4\n"}),
    "edge": (
        {"observable": "rate", "bound": 1e-5, "width": 0.1, "excluded": "above", "confidence_level": 0.95},
        {},
    ),
    "parabola": (
        {"observable": "rate", "abscissa": "mass", "two_sided": True, "confidence_level": 0.95},
        {"table.csv": "mass [GeV],best,sigma\n0.5,1e-6,2e-6\n1,0,3e-6\n2,-1e-6,4e-6\n"},
    ),
}
EXTREMES = ["1e308", "-1e308", "1e-300", "5e-324", "-1e-300", "1e75", "1e-75", "1e15", "1e-8", "1e-12"]

RATES = np.concatenate([[0.0], np.geomspace(1e-9, 1e-3, 7)])
POINTS = {"rate": np.repeat(RATES, 9), "mass": np.tile(np.linspace(0.3, 2.5, 9), 8), "tau": np.full(72, 1e-11)}


def toml(value):
    """A value as TOML has it; text that begins as a number stands as it is."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(member)}" for key, member in value.items()) + " }"
    return json.dumps(value).replace('"=', "").replace('="', "")


def as_written(value):
    """``value`` as a number that keeps its digits in :func:`toml`."""
    return f"={value}="


@pytest.fixture
def entry(tmp_path):
    """Writes an entry; its folder."""
    numbers = itertools.count()

    def write(form, data, files):
        folder = tmp_path / f"entry_{next(numbers)}"
        folder.mkdir()
        lines = "\n".join(f"{key} = {toml(value)}" for key, value in data.items())
        (folder / "likelihood.toml").write_text(HEAD.format(form=form, data=lines) + SOURCE)
        for name, text in files.items():
            (folder / name).write_text(text)
        return folder

    return write


def log_l_or_sentence(folder):
    """ln L at ordinary points, or the sentence that refuses the entry."""
    try:
        measurement = load(folder)
    except CatalogueError as error:
        sentence = str(error)
        assert "\n" not in sentence
        assert sentence.startswith(str(folder))
        return sentence
    return measurement.loglike(POINTS)


def assert_finite_or_refused(folder, name, value):
    """Finite at ordinary points, and in the comparison no NaN; if it is refused, the key and the value are named."""
    found = log_l_or_sentence(folder)
    if isinstance(found, str):
        assert name in found, found
        assert value in found or f"{float(value):g}" in found or f"{float(value)!r}" in found, found
        return found
    assert np.isfinite(found).all(), (name, value)
    return ""


def numbers_in(data):
    """Keys of the numbers of ``[data]``, with the place in a list."""
    for key, value in data.items():
        members = value if isinstance(value, list) else [value]
        for place, member in enumerate(members):
            if isinstance(member, int | float) and not isinstance(member, bool):
                yield key, place if isinstance(value, list) else None


def with_number(data, key, place, text):
    """``data`` with the number ``text`` in its place."""
    if place is None:
        return {**data, key: as_written(text)}
    members = list(data[key])
    members[place] = as_written(text)
    return {**data, key: members}


def cells_in(text):
    """Rows and columns of the numbers in a table, after its header."""
    for row, line in enumerate(text.splitlines()):
        for column, cell in enumerate(line.split(",")):
            if row and cell:
                yield row, column


def with_cell(text, row, column, value):
    lines = [line.split(",") for line in text.splitlines()]
    lines[row][column] = value
    return "\n".join(",".join(line) for line in lines) + "\n"


def form_of(name):
    """The form of one of the entries: the first word of its name."""
    return name.split(" ")[0]


def test_every_form_is_among_them():
    assert {*map(form_of, ENTRIES), "binned", "pyhf", "flavio"} == set(FORMS)


@pytest.mark.parametrize("form", ENTRIES)
def test_the_entries_themselves_are_good(form, entry):
    found = log_l_or_sentence(entry(form_of(form), *ENTRIES[form]))
    assert np.ptp(found) > 0.1


@pytest.mark.parametrize("form", ENTRIES)
@pytest.mark.parametrize("value", EXTREMES)
def test_in_every_form_an_extreme_number_in_the_entry_is_refused_or_ln_l_is_finite(form, value, entry):
    data, files = ENTRIES[form]
    numbers = list(numbers_in(data))
    assert numbers or files
    for key, place in numbers:
        assert_finite_or_refused(entry(form_of(form), with_number(data, key, place, value), files), key, value)


@pytest.mark.parametrize("form", [form for form, (_, files) in ENTRIES.items() if files])
@pytest.mark.parametrize("value", EXTREMES)
def test_in_every_form_an_extreme_number_in_the_table_is_refused_or_ln_l_is_finite(form, value, entry):
    data, files = ENTRIES[form]
    text = files["table.csv"]
    titles = [title.partition(" [")[0] for title in text.splitlines()[0].split(",")]
    for row, column in cells_in(text):
        changed = with_cell(text, row, column, value)
        found = log_l_or_sentence(entry(form_of(form), data, {"table.csv": changed}))
        if isinstance(found, str):
            assert "table.csv" in found or "row of the table" in found or "sigma in the table" in found, found
            if abs(float(value)) > 1e80 or abs(float(value)) < 1e-80:
                assert f"line {row + 1}: {titles[column]} = {float(value):g} is too" in found
        else:
            assert np.isfinite(found).all(), (row, column)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (
            "1e308",
            "[data] background_error = 1e+308 is too large: numbers beyond 1e-75 to 1e+75 leave ln L without a value; "
            "give it in another unit",
        ),
        (
            "1e-300",
            "[data] background_error = 1e-300 is too small: numbers beyond 1e-75 to 1e+75 leave ln L without a value; "
            "write 0, or give it in another unit",
        ),
    ],
)
def test_the_sentence_names_the_key_the_value_and_the_way_out(value, sentence, entry):
    data, files = ENTRIES["counting"]
    folder = entry("counting", with_number(data, "background_error", None, value), files)
    assert log_l_or_sentence(folder) == f"{folder / 'likelihood.toml'}: {sentence}"


def test_more_events_than_a_number_holds_are_refused(entry):
    data, files = ENTRIES["counting"]
    folder = entry("counting", with_number(data, "n_observed", None, "1" + 400 * "0"), files)
    assert "likelihood.toml is not TOML: an integer in it has too many digits" in log_l_or_sentence(folder)


@pytest.mark.parametrize("value", ["1e300 ps", "1e-300 cm", "1e70 ps"])
def test_a_lifetime_out_of_all_bounds_is_refused_or_ln_l_is_finite(value, entry):
    data, files = ENTRIES["limit-surface"]
    text = (
        files["table.csv"].replace("100 ps", value) if "-" not in value else files["table.csv"].replace("1 ps", value)
    )
    found = log_l_or_sentence(entry("limit-surface", data, {"table.csv": text}))
    if isinstance(found, str):
        assert f"the lifetime of column '{value}' = " in found
    else:
        assert np.isfinite(found).all()


def binned_files(folder):
    """The texts of the tables of the small binned measurement."""
    return {path.name: path.read_text() for path in folder.glob("*.csv")}


BINNED = {"observable": "rate", "abscissa": "mass", "signal": {"S": "signal"}, "exclude_parameters": ["form_factor"]}
NUMBERS_FROM = {"bins.csv": 2, "samples.csv": 3, "shapes.csv": 4, "norms.csv": 3, "response.csv": 0}
"""The first column of numbers in each table."""


@pytest.mark.parametrize("name", NUMBERS_FROM)
@pytest.mark.parametrize("value", EXTREMES)
@pytest.mark.parametrize("marginalise", [False, True], ids=["profiled", "marginalised"])
def test_in_a_binned_measurement_too(name, value, marginalise, entry, binned_folder):
    files = binned_files(binned_folder())
    data = {**BINNED, "line_width": 0.3, "marginalise": marginalise}
    for row, column in cells_in(files[name]):
        if column < NUMBERS_FROM[name]:
            continue
        changed = {**files, name: with_cell(files[name], row, column, value)}
        found = log_l_or_sentence(entry("binned", data, changed))
        if isinstance(found, str):
            assert ".csv" in found
        else:
            assert np.isfinite(found).all(), (row, column, found)


@pytest.mark.parametrize("value", EXTREMES)
@pytest.mark.parametrize("key", ["line_width", "standard_model"])
def test_in_the_settings_of_a_binned_measurement_too(key, value, entry, binned_folder):
    data = {**BINNED, "line_width": 0.3, "standard_model": 1.0}
    folder = entry("binned", with_number(data, key, None, value), binned_files(binned_folder()))
    assert_finite_or_refused(folder, key, value)


def test_a_statistical_error_of_hardly_any_events_is_refused(entry, binned_folder):
    files = binned_files(binned_folder())
    files["samples.csv"] = files["samples.csv"].replace("S,signal,0,4,0.5", "S,signal,0,1e-9,0.5")
    found = log_l_or_sentence(entry("binned", {**BINNED, "line_width": 0.3}, files))
    assert "line 2: stat_error = 0.5 is more than 1e+07 times nominal = 1e-09; give nominal a larger number" in found


@pytest.fixture
def published(entry, binned_folder):
    """Writes the small measurement as a pyhf workspace, with a number in it replaced; its folder."""
    data = {"observable": "rate", "abscissa": "mass", "workspace": "workspace.json", "line_width": 0.3}
    data["signal_sample"] = {"S": "signal"}
    source = binned_folder()
    whole = workspace(source, {"S": "signal"})

    def write(value=None, *keys):
        changed = json.loads(json.dumps(whole))
        if keys:
            inside = changed
            for key in keys[:-1]:
                inside = inside[key]
            inside[keys[-1]] = value
        return entry("pyhf", data, {**binned_files(source), "workspace.json": json.dumps(changed)})

    return write


NOMINAL = ("channels", 0, "samples", 0, "data", 1)
HIGH = ("channels", 0, "samples", 1, "modifiers", 1, "data", "hi_data", 1)


@pytest.mark.parametrize("value", [1e308, -1e308, 1e-300, 1e16])
@pytest.mark.parametrize("keys", [NOMINAL, HIGH, ("observations", 0, "data", 0)], ids=["nominal", "shape", "counts"])
def test_in_a_workspace_too(value, keys, published):
    place = ".".join(map(str, keys))
    assert f"workspace.json: {place} = {value:g} is too " in log_l_or_sentence(published(value, *keys))


def test_a_workspace_whose_fit_fails_says_so(published):
    measurement = load(published(1e15, *HIGH))
    with pytest.raises(PredictionError, match=r"workspace\.json: pyhf's fit ends without ln L for 0 events") as caught:
        measurement.loglike({"rate": 0.0, "mass": 1.1})
    assert "\n" not in str(caught.value)
    assert np.isfinite(load(published()).loglike({"rate": 0.0, "mass": 1.1}))


def test_in_an_option_too():
    with pytest.raises(ConfigurationError) as caught:
        load("planck_relic_2018", {"relative_theory_error": 1e308})
    assert str(caught.value).startswith("[options.planck_relic_2018] relative_theory_error = 1e+308 is too large: ")


def test_in_the_share_of_the_dark_matter_too(write_entry):
    folder = write_entry(("reference = 0.12", "reference = 1e-300"))
    with pytest.raises(CatalogueError, match=r"likelihood.toml: rescale.reference = 1e-300 is too small: "):
        load(folder)
