"""The library speaks of Python's keywords, the command line of its options."""

import pytest

from alpfit.cli.terminal import on_the_command_line

SPELLED = {
    "x holds a run already: replace it with overwrite=True, or keep it with output=DIR": (
        "x holds a run already: replace it with --overwrite, or keep it with --output DIR"
    ),
    "continue x with resume=True, or go on with force=True": "continue x with --resume, or go on with --force",
    "x is no report: choose another with output=FILE": "x is no report: choose another with --output FILE",
    "overrides=['sampler.start=a b'], or overrides=['sampler.start=prior']": (
        "--set 'sampler.start=a b', or --set sampler.start=prior"
    ),
    "others with overrides=['parallel.executor=...']": "others with --set parallel.executor=...",
    "nothing to change: give add=[ENTRY], drop=[ENTRY] or overrides=['TABLE.KEY=VALUE']": (
        "nothing to change: give --add ENTRY, --drop ENTRY or --set TABLE.KEY=VALUE"
    ),
    "g_achi has no value: the fit gives it a prior, so give at={'g_achi': VALUE}": (
        "g_achi has no value: the fit gives it a prior, so give --at g_achi=VALUE"
    ),
    "at['m_a']: it is an axis of the plane: give ranges['m_a'] = (LOW, HIGH)": (
        "--at m_a: it is an axis of the plane: give --range m_a=LOW:HIGH"
    ),
    "leave it out, or add only=['plane']": "leave it out, or add --only plane",
    "grid = 60y60: write the bins": "--grid 60y60: write the bins",
    "parameters = m: a derived quantity cannot be held fixed: leave out refine=True": (
        "--parameters m: a derived quantity cannot be held fixed: leave out --refine"
    ),
    "other is for the figure 'corner', which is not drawn": "--with is for the figure 'corner', which is not drawn",
    "run.toml: [sampler] n_live = 3: must be at least 20": "run.toml: [sampler] n_live = 3: must be at least 20",
}


@pytest.mark.parametrize("sentence", SPELLED)
def test_keywords_are_spelled_as_options(sentence):
    assert on_the_command_line(sentence) == SPELLED[sentence]


def test_what_a_terminal_obeys_is_shown_as_everywhere():
    assert on_the_command_line("a\nb\x1b[2J") == "a\\nb\\x1b[2J"
