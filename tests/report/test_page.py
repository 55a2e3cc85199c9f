"""The page of a report: everything in it, escaped, and nothing from elsewhere."""

import dataclasses
import re

import pytest

from alpfit.report import render
from alpfit.report.page import number, plain_unit, with_error


def test_it_loads_nothing_from_elsewhere(contents):
    page = render(contents)
    loaded = re.findall(r'(?:src|@import|url\()\s*=?\s*["\']?([^"\'\s)>]+)', page)
    assert loaded
    assert all(address.startswith("data:") for address in loaded)
    assert "<script" not in page


def test_every_number_of_the_tables_is_there_exactly(contents):
    page = render(contents)
    for interval in contents.parameters:
        for value in (*interval.numbers.values(), interval.best):
            assert f'data-value="{value}"' in page
    assert 'data-value="-117.85"' in page
    assert 'data-value="29568"' in page


def test_what_is_not_html_is_escaped(contents):
    page = render(contents)
    assert "a run &lt;with&gt; &amp; in its name" in page
    assert "no &lt;relic&gt; density" in page
    assert "# &lt;b&gt;" in page
    assert "to 2.2 &lt;GeV&gt;" in page
    assert "<i>" not in page


def test_formulas_are_mathml_and_accents_letters(contents):
    page = render(contents)
    assert page.count("<math") == 3
    assert "Ponce Díaz" in page
    assert "$" not in page


def test_papers_are_linked_to_where_they_can_be_read(contents):
    page = render(contents)
    for address in ("https://arxiv.org/abs/2311.14647", "https://doi.org/10.1/2", "literature?q=C:1991abc"):
        assert address in page


def test_the_verdict_and_its_reasons_are_told_in_their_colours(contents):
    page = render(contents)
    assert re.search(r'class="verdict care"><strong>Use it with care\.', page)
    assert '<li class="care">Few samples.</li>' in page
    assert '<li class="good">Good evidence.</li>' in page


def test_without_an_evidence_there_is_no_word_of_it(contents):
    without = dataclasses.replace(contents, summary={**contents.summary, "log_z": None, "log_z_error": None})
    assert "evidence, ln Z" in render(contents)
    assert "evidence, ln Z" not in render(without)


def test_without_a_profile_likelihood_there_is_no_word_of_it(contents):
    assert '<pre id="profile">' in render(contents)
    assert "profile" not in render(dataclasses.replace(contents, profile="", configuration="")).split("<main>")[1]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (2.1, "2.1"), (-0.5, "\N{MINUS SIGN}0.5"), (1.5e-5, "1.5·10<sup>\N{MINUS SIGN}5</sup>"), (None, "–"),
        (float("nan"), "–"), (float("inf"), "∞"), (3e12, "3·10<sup>12</sup>"),
    ],
)  # fmt: skip
def test_numbers_are_written_for_humans(value, shown):
    assert number(value) == shown


def test_units_lose_their_dollars():
    assert plain_unit("GeV$^{-1}$") == "GeV<sup>\N{MINUS SIGN}1</sup>"
    assert plain_unit(r"cm$^3\,$s$^{-1}$") == "cm<sup>3</sup>\N{THIN SPACE}s<sup>\N{MINUS SIGN}1</sup>"


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [(-117.84973, 0.0123, "\N{MINUS SIGN}117.850 ± 0.012"), (2.0, 0.5, "2.00 ± 0.50"), (2.0, 0.0, "2.000 ± 0.000")],
)
def test_a_number_has_the_decimals_of_its_error(value, error, shown):
    assert with_error(value, error) == shown
