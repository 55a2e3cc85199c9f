"""The report of a real run in a real browser: Debian's chromium, without a network."""

import json
import shutil

import pytest
from inputs import write_small

from alpfit import Fit, Run, report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium: apt-get install chromium")

INPUT = (
    'likelihoods=["belle2_bknunu_q2_2025", "planck_relic_2018", "babar_bkinv_2013"]',
    'parameters.m_a={ prior = "log-uniform", min = 1.8, max = 2.4 }',
    *("sampler.n_live=40", "sampler.dlogz=2.0"),
)

PHONE, DESK = {"width": 375, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a run and its report."""
    path = tmp_path_factory.mktemp("report") / "small run"
    file = write_small(path.parent / "small.toml", *INPUT)
    Fit.from_file(file).run(path)
    report(Run.read(path))
    return path


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def open_report(browser, folder):
    """Opens the report; ``complaints`` of the page are what the console and failed requests say."""
    pages = []

    def build(viewport=DESK, scheme="light"):
        page = browser.new_page(viewport=viewport, color_scheme=scheme)
        page.complaints, page.requests = [], []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("requestfailed", lambda request: page.complaints.append(request.url))
        page.on("request", lambda request: page.requests.append(request.url))
        page.goto((folder / "report.html").as_uri())
        pages.append(page)
        return page

    yield build
    for page in pages:
        page.close()


def test_it_loads_without_a_complaint_and_without_a_network(open_report):
    page = open_report()
    assert page.complaints == []
    assert {address.partition(":")[0] for address in page.requests} <= {"file", "data"}
    assert page.title().startswith("small run")


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
