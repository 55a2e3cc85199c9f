"""The contents of a small report, and a real browser to open one in: Debian's chromium, without a network."""

import shutil
import struct
import zlib

import pytest

from alpfit.inference.trust import Statement, Trust
from alpfit.likelihoods import Step
from alpfit.likelihoods.source import Reference
from alpfit.reports import Contents, Figure, Interval, Row

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
NUMBERS = {"median": 2.1, "lower_68": 2.0, "upper_68": 2.2, "lower_95": 1.9, "upper_95": 2.3}


def white_png() -> bytes:
    """One white dot."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\xff")) + chunk(b"IEND", b"")
    )


@pytest.fixture
def contents():
    summary = {
        "log_z": -117.85, "log_z_error": 0.012, "n_eff": 4066.0, "n_calls": 29568, "run_time_s": 58.2,
        "best_fit": {"log_likelihood_total": -107.574}, "diagnostics": {"error of ln Z, resampled": 0.0128},
        "prior_share_without_likelihood": 0.25, "failures": {"no <relic> density": 3},
    }  # fmt: skip
    manifest = {
        "alpfit": "0.1.0", "finished": "2026-01-02", "seed": 1, "packages": {"numpy": "2.0"},
        "host": {"machine": "x86_64"}, "likelihoods": {"belle2": "a09a"},
    }  # fmt: skip
    coupling = {key: 7e-5 * value for key, value in NUMBERS.items()}
    return Contents(
        name="a run <with> & in its name",
        summary=summary,
        manifest=manifest,
        configuration='scenario = "invisible"  # <b>',
        parameters=[
            Interval("m_a", "m_a", "GeV", "ALP mass", NUMBERS, 2.05),
            Interval("g_agg", r"g_{a\gamma\gamma}", "GeV$^{-1}$", "coupling", coupling, 1.4e-4),
        ],
        derived=[],
        measurements=[
            Row("belle2", "B+ -> K+ nu nu", "Belle II", "digitised by others", -111.0, 1e-5, float("nan"), -0.5)
        ],
        steps={"belle2": (Step("m_a", 2.92, "changes"),)},
        verdict=Statement(Trust.CARE, "Use it with care."),
        statements=[Statement(Trust.CARE, "Few samples."), Statement(Trust.GOOD, "Good evidence.")],
        profile="m_a from 1.9 to 2.2 <GeV>",
        figures=[Figure("corner", "What it shows.", white_png())],
        references=[
            Reference(key="A:2024abc", author=r"Ponce D{\'i}az, X.", title=r"Evidence for $B^+ \to K^+ a$ <i>",
                      year=2024, eprint="2311.14647"),
            Reference(key="B:1995xyz", author="B", title="No arXiv", year=1995, doi="10.1/2"),
            Reference(key="C:1991abc", author="C", title="Neither", year=1991),
        ],
    )  # fmt: skip


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        pytest.skip("there is no chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def open_page(browser):
    """Opens a file; ``complaints`` of the page are what the console and failed requests say."""
    contexts = []

    def build(file, viewport, scheme="light", **options):
        context = browser.new_context(viewport=viewport, color_scheme=scheme, **options)
        page = context.new_page()
        page.complaints, page.requests = [], []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("requestfailed", lambda request: page.complaints.append(request.url))
        page.on("request", lambda request: page.requests.append(request.url))
        page.goto(file.as_uri())
        contexts.append(context)
        return page

    yield build
    for context in contexts:
        context.close()
