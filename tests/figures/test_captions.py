"""Captions: what a figure shows of a run, from what and how, and what the run fell short of."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alpfit import Run, plot
from alpfit.figures import FIGURES
from alpfit.figures.input import FigureInput
from alpfit.inference.profiling import N_BINS, Profile

REFERENCE = Path(__file__).resolve().parents[2] / "chains" / "reference" / "invisible"


@pytest.fixture(scope="module")
def given():
    return FigureInput.of(Run.read(REFERENCE))


def refined(given, *names, shape):
    edges = tuple(np.linspace(1.0, 2.0, n + 1) for n in shape)
    values = np.zeros(shape)
    return Profile(names, (False,) * len(names), edges, values, values == 0.0, {}, {}, {}, refined=True)


@pytest.mark.parametrize("name", FIGURES)
def test_a_caption_begins_with_what_is_shown_and_ends_with_a_sentence(given, name):
    caption = FIGURES[name].caption_of(given)
    assert caption.startswith(FIGURES[name].caption)
    assert caption.endswith(".")
    assert "  " not in caption
    assert "$" not in caption


@pytest.mark.parametrize("name", FIGURES)
def test_what_a_run_fell_short_of_stands_in_each_caption(given, name):
    missed = replace(given, samples=replace(given.samples, shortfalls=("too few steps",)))
    assert FIGURES[name].caption_of(missed).endswith("The run missed a target: too few steps.")


def test_a_corner_plot_says_from_how_many_samples_it_is(given):
    assert "440 samples of nautilus, worth 440 independent ones; regions are of a kernel density estimate" in FIGURES[
        "corner"
    ].caption_of(given)
    both = FIGURES["corner"].caption_of(replace(given, other=replace(given, name="second")))
    assert "invisible: 440 samples" in both
    assert "second: 440 samples" in both


def test_a_profile_says_which_are_refined_and_what_the_others_are(given, monkeypatch):
    samples = "the best of 440 samples of nautilus"
    assert f"Profiles: each, in {N_BINS[1]} bins, {samples}" in FIGURES["profile_1d"].caption_of(given)
    monkeypatch.setattr(
        FigureInput, "better_profiles", lambda _, n: (refined(given, *("r", "m_a")[:n], shape=(60, 50)[:n]),)
    )
    assert f"Profiles: refined in 60 bins: r; the others, in {N_BINS[1]} bins, {samples}" in FIGURES[
        "profile_1d"
    ].caption_of(given)
    monkeypatch.setattr(FigureInput, "better_profiles", lambda *_: (refined(given, "m_a", "r", shape=(60, 50)),))
    assert f"refined in 60 by 50 bins: m_a and r; the others, in {N_BINS[2]} by" in FIGURES["profile_2d"].caption_of(
        given
    )


def test_where_a_point_is_drawn_its_values_are_told(given):
    caption = FIGURES["evolution"].caption_of(given)
    for name, value in given.best.items():
        assert f"{name} = {value:.4g}" in caption
    assert "GeV^-1" in caption


def test_what_was_chosen_for_the_plane_is_told(given):
    caption = FIGURES["plane"].caption_of(replace(given, at={"r": 0.48}, ranges={"m_a": (1.0, 3.0)}))
    assert "chosen: r = 0.48, m_a from 1 to 3 GeV; the other parameters are those of the best fit." in caption


def test_captions_come_with_the_files(tmp_path):
    told = {}
    written = plot(REFERENCE, ["profile_1d"], tmp_path, captioned=told.__setitem__)
    assert [path.name for path in written] == ["profile_1d.png", "profile_1d.pdf"]
    assert list(told) == ["profile_1d"]
    assert told["profile_1d"].startswith(FIGURES["profile_1d"].caption)
