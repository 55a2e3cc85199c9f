"""From the contents of a report to one HTML file with everything inside of it."""

import math
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from alpfit.likelihoods.source import Reference
from alpfit.reports.contents import Contents

if TYPE_CHECKING:
    from jinja2 import Environment

FORMULA = re.compile(r"\$([^$]+)\$")
"""Between dollars, as in the titles of papers."""

MATHML = "http://www.w3.org/1998/Math/MathML"

ELEMENTS = frozenset(
    f"{{{MATHML}}}{name}"
    for name in (
        *("math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle", "mpadded"),
        *("mphantom", "menclose", "mfenced", "merror", "msub", "msup", "msubsup", "munder", "mover", "munderover"),
        *("mmultiscripts", "mprescripts", "none", "mtable", "mtr", "mtd"),
    )
)
"""What a formula is made of (MathML Core, and MathML 3 for fences and enclosures)."""

LOOKS = frozenset(
    {"accent", "accentunder", "align", "columnalign", "columnlines", "columnspacing", "depth", "display"}
    | {
        "displaystyle",
        "fence",
        "form",
        "frame",
        "height",
        "largeop",
        "linethickness",
        "lspace",
        "mathcolor",
        "mathsize",
        "mathvariant",
    }
    | {"maxsize", "minsize", "movablelimits", "notation", "rowlines", "rowspacing", "rspace", "scriptlevel"}
    | {"separator", "stretchy", "symmetric", "voffset", "width"}
)
"""The attributes of MathML that only say how a formula looks (MathML Core, and MathML 3 for tables and notations)."""

HUGE = re.compile(r"\d{3}|\d[eE][+-]?\d")
"""In a size: a hundred of any unit is more than a formula has room for, and would lay a link over the page."""

LINK = re.compile(r"https?://|doi:", flags=re.IGNORECASE)
"""How an address begins that a label or a title may lead to."""


PROGRAM = "report.js"
"""What runs in the page, and nothing else does: its digest stands in the page's policy."""


def render(contents: Contents) -> str:
    """The page."""
    program = (files("alpfit.reports") / PROGRAM).read_text(encoding="utf-8")
    digest = b64encode(sha256(program.encode()).digest()).decode("ascii")
    return (
        _environment().get_template("report.html.j2").render(contents=contents, program=_safe(program), digest=digest)
    )


@cache
def _environment() -> "Environment":
    from jinja2 import DictLoader, Environment, StrictUndefined

    folder = files("alpfit.reports")
    names = ("report.html.j2", "explorer.html.j2", "report.css")
    templates = {name: (folder / name).read_text(encoding="utf-8") for name in names}
    environment = Environment(
        loader=DictLoader(templates), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "number": number,
        "with_error": with_error,
        "formula": formula,
        "text": text,
        "data": data_address,
        "link": link,
        "unit": plain_unit,
    }
    return environment


def number(value: float | None, digits: int = 4) -> str:
    """A number as a human reads it, with a proper minus sign and power of ten; a dash where there is none."""
    if value is None or math.isnan(value):
        return "–"
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    power = f"·10<sup>{int(exponent)}</sup>" if exponent else ""
    return _safe(f"{mantissa}{power}".replace("-", "\N{MINUS SIGN}").replace("inf", "∞"))


def with_error(value: float, error: float) -> str:
    """A number with as many decimals as its error has, which is given to two digits."""
    decimals = max(0, 1 - math.floor(math.log10(error))) if error > 0.0 else 3
    value_and_error = f"{value:.{decimals}f} ±\N{NO-BREAK SPACE}{error:.{decimals}f}"
    return value_and_error.replace("-", "\N{MINUS SIGN}")


def formula(label: str) -> str:
    """LaTeX without dollars as MathML; as it is written, where it cannot be read or is not only a formula.

    The converter lets HTML pass, and links to anywhere: what is not known to be harmless is left out.
    """
    from latex2mathml.converter import convert
    from markupsafe import escape

    try:
        tree = ElementTree.fromstring(convert(label))
    except Exception:  # whatever the converter makes of LaTeX that is none
        tree = None
    if tree is None or any(element.tag not in ELEMENTS for element in tree.iter()):
        return _safe(f"<code>{escape(label)}</code>")
    for element in tree.iter():
        element.attrib = {name: value for name, value in element.attrib.items() if _is_harmless(name, value)}
    ElementTree.register_namespace("", MATHML)
    return _safe(ElementTree.tostring(tree, encoding="unicode"))


def _is_harmless(name: str, value: str) -> bool:
    """Whether an attribute of MathML only says how a formula looks, or leads to a paper."""
    if name in LOOKS:
        return name == "mathcolor" or HUGE.search(value) is None
    return name == "href" and LINK.match(value) is not None


def text(sentence: str) -> str:
    """A sentence of BibTeX: accents, and formulas between dollars."""
    from markupsafe import escape
    from pylatexenc.latex2text import LatexNodes2Text

    def words(part: str) -> str:
        try:
            return str(escape(LatexNodes2Text(keep_comments=True).latex_to_text(part)))
        except Exception:  # what the converter makes of macros without their arguments
            return str(escape(part))

    parts = FORMULA.split(sentence)
    return _safe("".join(formula(part) if i % 2 else words(part) for i, part in enumerate(parts)))


def plain_unit(unit: str) -> str:
    """A unit without LaTeX, as in ``GeV$^{-1}$``: powers and thin spaces are all there is in one."""
    from markupsafe import escape

    words = re.sub(
        r"\^\{?(-?\d+)\}?", r"<sup>\1</sup>", str(escape(unit)).replace("$", "").replace(r"\,", "\N{THIN SPACE}")
    )
    return _safe(words.replace("-", "\N{MINUS SIGN}"))


def data_address(png: bytes) -> str:
    """A picture as an address that holds it."""
    return "data:image/png;base64," + b64encode(png).decode("ascii")


def link(reference: Reference) -> str:
    """Where a paper can be read: arXiv, its DOI, or a search for its INSPIRE key."""
    if reference.eprint:
        return f"https://arxiv.org/abs/{reference.eprint}"
    return (
        f"https://doi.org/{reference.doi}" if reference.doi else f"https://inspirehep.net/literature?q={reference.key}"
    )


def _safe(html: str) -> str:
    """Text that is HTML already."""
    from markupsafe import Markup

    return Markup(html)
