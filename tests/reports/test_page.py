"""The page of a report: everything in it, escaped, and nothing from elsewhere."""

import dataclasses
import re
from html.parser import HTMLParser

import pytest

from alpfit.reports import render
from alpfit.reports.page import ELEMENTS, MATHML, formula, number, plain_unit, text, with_error


def test_it_loads_nothing_from_elsewhere(contents):
    page = re.sub('<meta http-equiv="Content-Security-Policy"[^>]*>', "", render(contents))
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


def test_numbers_that_were_not_looked_up_are_told_of(contents):
    assert "(numbers digitised by others)" in render(contents)
    (row,) = contents.measurements
    assert "(numbers" not in render(dataclasses.replace(contents, measurements=[dataclasses.replace(row, doubt="")]))


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
    [
        (-117.84973, 0.0123, "\N{MINUS SIGN}117.850 ±\N{NO-BREAK SPACE}0.012"),
        (2.0, 0.5, "2.00 ±\N{NO-BREAK SPACE}0.50"),
        (2.0, 0.0, "2.000 ±\N{NO-BREAK SPACE}0.000"),
    ],
)
def test_a_number_has_the_decimals_of_its_error(value, error, shown):
    assert with_error(value, error) == shown


HOSTILE = (
    r"\href{javascript:alert(1)}{m_a}",
    r"\href{JavaScript:alert(1)}{m_a}",
    r"\href{data:text/html,x}{m_a}",
    r"\href{java&#115;cript:alert(1)}{m_a}",
    r"\text{<script>alert(1)</script>}",
    r"\text{<a href='javascript:alert(1)'>x</a>}",
    r"\text{<img src=x onerror=alert(1)>}",
    r"\style{background: url(https://example.org/x)}{m_a}",
    r"\class{banner}{m_a}",
    r"\mathrm{<b onclick='x()'>}",
    r"\url{javascript:alert(1)}",
    r"\frac{1",
    r"\begin{nothing}",
    "\0",
)


class Tags(HTMLParser):
    """Every element and attribute of a piece of HTML."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


@pytest.mark.parametrize("sentence", HOSTILE)
@pytest.mark.parametrize("filtered", [formula, text, lambda sentence: text(f"${sentence}$"), plain_unit])
def test_a_label_or_a_title_brings_in_no_program_and_no_link_but_to_the_web(filtered, sentence):
    for tag, attributes in Tags(str(filtered(sentence))).found:
        assert tag in {"code", "sup"} or f"{{{MATHML}}}{tag}" in ELEMENTS
        assert not set(attributes) & {"style", "class", "src", "onerror", "onclick", "id"}
        assert attributes.get("href", "https://").startswith(("http://", "https://", "doi:"))


def test_a_formula_may_lead_to_a_paper():
    assert 'href="https://arxiv.org"' in formula(r"\href{https://arxiv.org}{m_a}")


def test_steps_of_ln_l_have_a_table_and_without_any_there_is_none(contents):
    page = render(contents)
    assert re.search(r'<td><code>belle2</code></td><td data-value="2.92">m_a = 2.92</td><td>changes</td>', page)
    assert 'id="steps"' not in render(dataclasses.replace(contents, steps={}))


@pytest.mark.parametrize(
    "label",
    [
        r"\rule{99999px}{9999px}",
        r"m_a\hspace{5000em}",
        r"\rule{1e9px}{2em}",
        r"\href{https://a.b}{\rule{999em}{999em}}",
    ],
)
def test_no_formula_covers_the_page(label):
    shown = formula(label)
    sizes = re.findall(r'(?:width|height|depth|voffset|[lr]space|m(?:ax|in)size|mathsize)="([^"]*)"', shown)
    assert not [size for size in sizes if re.search(r"\d{3}|\de\+?\d", size)]


def test_sizes_that_formulas_have_stay():
    assert 'width="1em"' in formula(r"a\quad b")


def test_a_thinned_run_has_a_tile_for_what_was_sampled_and_one_for_what_was_kept(contents):
    tiles = r"<dt>([^<]*)</dt><dd data-value=.([0-9.]*)"
    said = dict(re.findall(tiles, render(dataclasses.replace(contents, kept=440.0))))
    assert (said["independent samples"], said["kept of them, thinned"]) == ("4066.0", "440.0")
    assert "kept of them, thinned" not in dict(re.findall(tiles, render(contents)))
    assert "those that were kept" in render(dataclasses.replace(contents, kept=440.0))
