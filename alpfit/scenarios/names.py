"""What is known of an observable by its name, where a scenario does not describe it."""

from alpfit.scenarios.base import Quantity
from alpfit.scenarios.portal import OBSERVABLES, PARAMETERS

KNOWN = {**PARAMETERS, **OBSERVABLES}

ESCAPED = {"_": r"\_", "%": r"\%", "$": r"\$", "#": r"\#", "&": r"\&", "{": r"\{", "}": r"\}", " ": r"\ "}
REPLACED = {"\\": r"\backslash ", "^": r"\wedge ", "~": r"\sim "}


def quantity_for(name: str) -> Quantity:
    """The observable ``name``: as the package's own scenarios have it, or shown by its name.

    >>> from alpfit.scenarios import quantity_for
    >>> quantity_for("tau_a").unit, quantity_for("my_rate").description
    ('s', 'my_rate')
    """
    if name in KNOWN:
        known = KNOWN[name]
        return Quantity(known.label, known.unit, known.description, known.logarithmic, known.group, known.process)
    return Quantity(rf"\mathrm{{{mathtext(name)}}}", "", name)


def mathtext(name: str) -> str:
    """``name`` with what mathtext would read as its own."""
    return "".join(ESCAPED.get(c) or REPLACED.get(c) or c for c in name)
