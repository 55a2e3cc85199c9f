"""Likelihood entries on disk, made for a test."""

import itertools

import pytest
from inputs import SOURCE

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


BINNED_TABLES = {
    "bins": "channel,bin,observed [events]\nS,0,31\nS,1,16\nK,0,107\n",
    "samples": """\
channel,sample,bin,nominal [events],stat_error [events]
S,signal,0,4,0.5
S,signal,1,6,0.6
S,background,0,20,2
S,background,1,9,1
K,background,0,100,3
""",
    "shapes": """\
parameter,channel,sample,bin,high [events],low [events]
efficiency,S,signal,0,4.4,3.6
efficiency,S,signal,1,6.9,5.1
form_factor,S,signal,0,4.2,3.9
form_factor,S,signal,1,5.7,6.2
tilt,S,background,0,22,19
tilt,S,background,1,8,9.5
""",
    "norms": "parameter,channel,sample,high,low\nsize,S,background,1.2,0.85\nsize,K,background,1.2,0.85\n",
    "response": """\
q2_low [GeV^2],q2_high [GeV^2],S:0,S:1
0,1,2e6,1e5
1,2,1e6,1e6
2,3,2e5,2e6
3,4,0,1e6
""",
}
BINNED_DATA = {
    "observable": "rate",
    "abscissa": "mass",
    "signal": {"S": "signal"},
    "exclude_parameters": ["form_factor"],
    "line_width": 0.3,
}


@pytest.fixture
def binned_folder(tmp_path):
    """Writes the tables of a small binned measurement, or others in their place; the folder."""
    numbers = itertools.count()

    def write(**tables):
        folder = tmp_path / f"binned_{next(numbers)}"
        folder.mkdir()
        for name, text in {**BINNED_TABLES, **tables}.items():
            if text is not None:
                (folder / f"{name}.csv").write_text(text)
        return folder

    return write


@pytest.fixture
def binned_data():
    """The ``[data]`` of the small binned measurement."""
    return dict(BINNED_DATA)


@pytest.fixture
def binned(binned_folder, binned_data):
    """The small binned measurement, with options and with other tables."""
    from alpfit.likelihoods.forms.binned import Binned

    def read(options=None, **tables):
        return Binned.read({**binned_data, **(options or {})}, binned_folder(**tables))

    return read
