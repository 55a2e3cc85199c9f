"""Tables for a notebook are well-formed, and text in them is text."""

from xml.etree import ElementTree as ET

from alpfit.numerics.notebook import html_table, preformatted


def cells(html, tag):
    return [[cell.text for cell in row if cell.tag == tag] for row in ET.fromstring(html).iter("tr")]


def test_a_table_has_its_title_header_and_rows():
    table = html_table("Fit", [("ln Z", -1.5), ("calls", 12)], ("what", "value"))
    assert ET.fromstring(table).findtext("caption") == "Fit"
    assert cells(table, "th") == [["what", "value"], [], []]
    assert cells(table, "td") == [[], ["ln Z", "-1.5"], ["calls", "12"]]


def test_without_a_header_there_is_none():
    assert cells(html_table("Fit", [("ln Z", -1.5)]), "td") == [["ln Z", "-1.5"]]
    assert "thead" not in html_table("Fit", [])


def test_nothing_in_it_is_markup():
    text = "<script>alert('&')</script>"
    table = html_table(text, [(text,)], (text,))
    assert "<script>" not in table + preformatted(text)
    assert ET.fromstring(table).findtext("caption") == cells(table, "td")[1][0] == text
    assert ET.fromstring(preformatted(text)).text == text
