"""Units: what a column of a table is in, and what turns it into the unit of the observable.

A unit is a number, a product or a quotient of symbols with whole powers: ``GeV``, ``1/TeV``, ``TeV^-1``, ``cm^3/s``,
``1e-10 cm^-2 s^-1``, ``%``. Symbols are those of the SI with its prefixes, and ``events``. Units are converted only
where they measure the same: nothing is guessed from hbar = c = 1.
"""

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from alpfit.errors import CatalogueError
from alpfit.likelihoods.numbers import number_in

UNITS: Mapping[str, str] = MappingProxyType(
    {
        "m_a": "GeV",
        "m_chi": "GeV",
        "Gamma_a": "GeV",
        "tau_a": "s",
        "g_agg": "1/GeV",
        "g_achi": "1/GeV",
        "g_aww": "1/GeV",
        "g_agg*sqrt(P_inv)": "1/GeV",
        "g_agg*sqrt(P_inv), LEP": "1/GeV",
        "g_agg*sqrt(P_inv), Belle II": "1/GeV",
        "g_agg*sqrt(BR(a->gg))": "1/GeV",
        "sigma_v_today": "cm^3/s",
        "sigma_v_pairs_today": "cm^3/s",
        "sigma_self_over_m_chi": "cm^2/g",
    }
    | dict.fromkeys(
        (
            *("r", "cB_over_cW", "f0_scale", "A0_scale", "vtb_vts_scale", "K_to_pi_scale", "Omega_h2", "P_inv"),
            "Omega_h2_theory_error",
            *("BR(a->inv)", "BR(a->gg)", "BR(Z->gamma a(inv))", "BR(B+->K+ a)", "BR(B+->K+ a(inv))"),
            *("BR(B+->K+ a(inv), BaBar)", "BR(B+->K+ a(inv), Belle)", "BR(B+->K+ a(gg))"),
            *("BR(B0->K*0 a(inv), BaBar)", "BR(B0->K*0 a(inv), Belle)"),
            *("BR(K+->pi+ a)", "BR(K+->pi+ a(gg))", "BR(KL->pi0 a(inv))", "BR(KL->pi0 a(gg))"),
        ),
        "",
    )
)
"""The units of the predictions that an entry can name; empty for a pure number. A test holds them to the scenarios'."""

SUCH_AS: Mapping[str, str] = MappingProxyType(
    {"GeV": "MeV", "GeV^2": "MeV^2", "1/GeV": "1/TeV", "s": "ns", "cm^3/s": "m^3/s", "cm^2/g": "cm^2/kg", "": "%"}
)
"""For a sentence: what else can be given where this is wanted."""

_PREFIXES = {"f": -15, "p": -12, "n": -9, "u": -6, "µ": -6, "μ": -6, "m": -3, "c": -2, "": 0, "k": 3, "M": 6, "G": 9}
_PREFIXES |= {"T": 12, "P": 15}
# symbol: what it measures, the power of that, and the power of ten without a prefix, in GeV, s, cm, g
_BASES = {"eV": ("GeV", 1, -9), "s": ("s", 1, 0), "m": ("cm", 1, 2), "g": ("g", 1, 0), "b": ("cm", 2, -24)}
_SYMBOLS = {
    prefix + symbol: (what, power, ten + zeros)
    for symbol, (what, power, ten) in _BASES.items()
    for prefix, zeros in _PREFIXES.items()
} | {"%": ("", 0, -2), "events": ("events", 1, 0)}
_FACTOR = re.compile(r"(?P<symbol>%|[^\W\d_]+)(?:\^?\{?(?P<power>[+-]?[0-9]{1,2})\}?)?")


class Unit(NamedTuple):
    """``scale`` times a product of powers of GeV, s, cm, g and events, sorted by their names."""

    scale: float
    powers: tuple[tuple[str, int], ...]


def parse_unit(text: str) -> Unit:
    """The unit that is written as ``text``; raises :class:`ValueError` where there is none."""
    number, tens, powers, below = 1.0, 0, dict[str, int](), False
    for sign, word in re.findall(r"(^|\s*/\s*|\s*\*\s*|\s+)([^\s/*]+)", text.strip() or "1"):
        if below and "/" not in sign:
            raise ValueError(f"[{text}] does not say what is divided")
        below = "/" in sign
        match = _FACTOR.fullmatch(word)
        if match is None or match["symbol"] not in _SYMBOLS:
            if below:
                raise ValueError(f"[{text}] divides by what is no unit")
            number *= number_in(word)
            continue
        what, power, ten = _SYMBOLS[match["symbol"]]
        times = int(match["power"] or 1) * (-1 if below else 1)
        tens += ten * times
        if what:
            powers[what] = powers.get(what, 0) + power * times
    scale = number * float(f"1e{tens}")
    if re.search(r"[/*]\s*$|^\s*[/*]|[/*]\s*[/*]", text) or not 0.0 < scale < math.inf:
        raise ValueError(f"[{text}] is no unit")
    return Unit(scale, tuple(sorted((name, power) for name, power in powers.items() if power)))


def factor_to(unit: str, wanted: str) -> float | None:
    """What turns numbers in ``unit`` into numbers in ``wanted``; None where nothing does.

    A pure number may be left without a unit, and so may a count of events; anything else may not.
    """
    if unit == wanted or (not unit and wanted == "events"):
        return 1.0
    try:
        given, target = parse_unit(unit), parse_unit(wanted)
    except ValueError:
        return None
    return given.scale / target.scale if given.powers == target.powers else None


def checked_factor(place: str, name: str, unit: str, wanted: str) -> float:
    """:func:`factor_to`, or :class:`CatalogueError` that says what is allowed for the column ``name``."""
    factor = factor_to(unit, wanted)
    if factor is None:
        allowed = f"[{wanted}]" if wanted else "left out"
        other = f", or one that can be converted, such as [{SUCH_AS[wanted]}]" if wanted in SUCH_AS else ""
        raise CatalogueError(f"{place}: the unit of {name} is [{unit}], it must be {allowed}{other}")
    return factor


def factor_for(place: str, name: str, unit: str, observable: str) -> float:
    """What turns a column of the ``observable``'s values, or bounds, into its unit. Raises :class:`CatalogueError`."""
    if observable not in UNITS and unit:
        raise CatalogueError(
            f"{place}: the unit of {name} is [{unit}], but that of '{observable}' is not known here; "
            "name one of the predictions, or leave the unit out"
        )
    return checked_factor(place, name, unit, UNITS.get(observable, ""))


def require_unit(data: Mapping[str, object], key: str, wanted: str) -> None:
    """Raise :class:`ValueError` where the observable that ``data`` names as ``key`` is known, and not in ``wanted``."""
    unit = UNITS.get(str(data.get(key)), wanted)
    if unit != wanted:
        what = f"in {wanted}" if wanted else "a pure number"
        raise ValueError(f"{key} = '{data.get(key)}' is {f'in {unit}' if unit else 'a pure number'}, it must be {what}")
