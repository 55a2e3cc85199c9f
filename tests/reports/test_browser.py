"""The report of a real run in a real browser."""

import dataclasses
import json

import numpy as np
import pytest
from inputs import write_small

from alpfit import Fit, Run
from alpfit.fit.report import contents_of
from alpfit.reports import Column, Explorer, render

INPUT = (
    'likelihoods=["belle2_bknunu_q2_2025", "planck_relic_2018", "babar_bkinv_2013"]',
    'parameters.m_a={ prior = "log-uniform", min = 1.8, max = 2.4 }',
    *("sampler.n_live=40", "sampler.dlogz=2.0"),
)

PHONE, DESK = {"width": 375, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def made(tmp_path_factory, browser):  # no run where there is nothing to look at it
    """The folder of a run, and what stands in its report."""
    path = tmp_path_factory.mktemp("report") / "small run"
    file = write_small(path.parent / "small.toml", *INPUT)
    Fit.from_file(file).run(path)
    return path, contents_of(Run.read(path))


@pytest.fixture(scope="module")
def folder(made):
    """The folder of a run and its report."""
    path, contents = made
    (path / "report.html").write_text(render(contents), encoding="utf-8")
    return path


@pytest.fixture
def open_report(open_page, folder):
    """Opens the report."""

    def build(viewport=DESK, scheme="light"):
        return open_page(folder / "report.html", viewport, scheme)

    return build


def test_it_loads_without_a_complaint_and_without_a_network(open_report):
    page = open_report()
    assert page.complaints == []
    assert {address.partition(":")[0] for address in page.requests} <= {"file", "data"}
    assert page.title().startswith("small run")


def test_with_all_figures_and_five_thousand_samples_it_is_smaller_than_three_megabytes(made):
    """Of six parameters, twenty derived quantities and a dozen of likelihoods."""
    _, contents = made
    values = np.random.default_rng(1).random(5000)
    columns = [Column(f"p{i}", "p", "", False, values, f"--at p{i}=" if i < 6 else "") for i in range(26)]
    differences = {f"entry_{i}": -values for i in range(12)}
    explorer = Explorer(columns, -values, differences, values, 0, 5000, "p0", "p1", "alpfit evaluate x/run.toml")
    assert len(contents.figures) >= 8
    assert len(render(dataclasses.replace(contents, explorer=explorer)).encode()) < 3e6


def test_every_image_has_a_size_and_a_caption(open_report):
    images = open_report().eval_on_selector_all(
        "figure", "all => all.map(f => [f.id, f.querySelector('img').naturalWidth, f.innerText.length])"
    )
    names = [name for name, _, _ in images]
    assert {"figure-corner", "figure-pulls", "figure-plane", "figure-spectrum", "figure-evolution"} <= set(names)
    assert all(width > 400 and caption > 40 for _, width, caption in images)


def test_the_tables_have_the_numbers_of_the_summary(open_report, folder):
    summary = json.loads((folder / "summary.json").read_text())
    rows = "all => all.map(r => [r.querySelector('code').innerText, [...r.querySelectorAll('[data-value]')]"
    rows += ".map(c => [parseFloat(c.dataset.value), c.innerText])])"
    page = open_report()
    keys = ("median", "lower_68", "upper_68", "lower_95", "upper_95")
    for group in ("parameters", "derived"):
        shown = dict(page.eval_on_selector_all(f"#{group} tbody tr", rows))
        assert set(shown) == set(summary[group])
        for name, cells in shown.items():
            expected = [*(summary[group][name][key] for key in keys), summary["best_fit"][group][name]]
            assert [value for value, _ in cells] == expected
            assert all(text.strip() for _, text in cells)
    facts = page.eval_on_selector_all("#facts [data-value]", "all => all.map(c => parseFloat(c.dataset.value))")
    wanted = [summary["log_z"], summary["best_fit"]["log_likelihood_total"], summary["n_eff"], summary["n_calls"]]
    assert facts[:4] == wanted
    measured = dict(page.eval_on_selector_all("#measurements tbody tr", rows))
    assert set(measured) == set(summary["best_fit"]["log_likelihood"])
    for name, ((log_l, _),) in measured.items():
        assert log_l == pytest.approx(summary["best_fit"]["log_likelihood"][name], abs=1e-6)


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_sticks_out_of_the_page(open_report, viewport):
    page = open_report(viewport)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert page.eval_on_selector_all("img", "all => Math.max(...all.map(i => i.clientWidth))") <= viewport["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_the_paper_in_light_and_dark(open_report, scheme):
    """Contrast of at least 7 to 1: WCAG 2.2, level AAA."""
    page = open_report(scheme=scheme)
    colours = page.evaluate("[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]")
    ink, paper = (luminance(colour) for colour in colours)
    assert (paper > ink) == (scheme == "light")
    assert (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) > 7.0


def luminance(colour):
    """Relative luminance of ``rgb(r, g, b)``, WCAG 2.2."""
    channels = [float(part) / 255.0 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
