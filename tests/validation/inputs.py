"""What many tests begin with: a small fit of two couplings, a document to be changed and refused, an entry's source."""

import tomllib
from pathlib import Path

import pytest
import tomli_w

from alpfit.config import apply_overrides, parse_configuration
from alpfit.errors import ConfigurationError

SMALL = """\
scenario = "invisible"
likelihoods = ["belle2_bknunu_2023", "planck_relic_2018"]

[relic]
engine = "nbe"

[parameters]
m_a = 1.0
r = 0.48
g_agg = { prior = "log-uniform", min = 2e-5, max = 2e-4 }
g_achi = { prior = "log-uniform", min = 1e-5, max = 1e-2 }

[sampler]
name = "dynesty"
n_live = 25
dlogz = 3.0
sample = "rwalk"
walks = 5
"""
"""A run of it takes a second."""


def write_small(path: Path, *overrides: str) -> Path:
    """The small fit with ``table.key=value`` in it, written to ``path``."""
    document = tomllib.loads(SMALL)
    apply_overrides(document, overrides)
    path.write_text(tomli_w.dumps(document))
    return path


SOURCE = """
[source]
arxiv = "0000.00000"
inspire = "Nobody:2000abc"
where = "table 1"
how = "invented"
confidence_level = "90 % upper limit"
quality = "primary"
assumes = "nothing"
recast = "none"

[[references]]
key = "Nobody:2000abc"
author = "Nobody, N."
title = "A Limit"
year = 2000
"""
"""Of an entry that nobody has measured."""

MINIMAL = """\
scenario = "invisible"
likelihoods = ["belle2_bknunu_2023", "planck_relic_2018"]

[parameters]
m_a = 1.0
r = { prior = "uniform", min = 0.45, max = 0.49 }
g_agg = { prior = "log-uniform", min = 2e-5, max = 5e-4 }
g_achi = { prior = "log-uniform", min = 1e-5, max = 1e-2 }
"""

REMOVED = object()
"""In place of a value: leave it out."""


def changed(**changes):
    """The minimal document with values replaced; ``table__key`` names a key in a table."""
    document = tomllib.loads(MINIMAL)
    for place, value in changes.items():
        *tables, key = place.split("__")
        at = document
        for table in tables:
            at = at.setdefault(table, {})
        if value is REMOVED:
            del at[key]
        else:
            at[key] = value
    return document


def refusal(**changes):
    """The message about a changed document: one line that begins with the name of the file."""
    with pytest.raises(ConfigurationError) as caught:
        parse_configuration(changed(**changes), "run.toml")
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("run.toml: ")
    return message.removeprefix("run.toml: ")
