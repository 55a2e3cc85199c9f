"""Likelihood entries on disk, made for a test."""

import itertools

import pytest

LIMIT_CURVE = """\
title = "A limit"
experiment = "Nobody"
scenarios = ["invisible"]
form = "limit-curve"
options = ["power", "rescale"]

[data]
observable = "rate"
abscissa = "mass"
table = "table.csv"
bound = "limit"
power = 2.0
confidence_level = 0.90

[rescale]
by = "share"
reference = 0.12
power = 2.0

"""

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

TABLE = """\
mass [GeV],limit
1,2e-5
2,3e-5
4,5e-5
"""


@pytest.fixture
def write_entry(tmp_path):
    """Writes an entry with ``replacements`` in its TOML, and its ``table``; None leaves a file out."""
    numbers = itertools.count()

    def write(*replacements, toml=LIMIT_CURVE, table=TABLE):
        folder = tmp_path / f"entry_{next(numbers)}"
        folder.mkdir()
        if toml is not None:
            toml += "" if "[data.source]" in toml else SOURCE
            for old, new in replacements:
                assert old in toml, f"{old} is not in the entry"
                toml = toml.replace(old, new)
            (folder / "likelihood.toml").write_text(toml)
        if table is not None:
            (folder / "table.csv").write_text(table)
        return folder

    return write
