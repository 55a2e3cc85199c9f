"""The samples of a report, looked at in a real browser: what is drawn, told and copied."""

import dataclasses
import json
import re
import shlex
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from alpfit import Run
from alpfit.cli.main import main
from alpfit.fit.explorer import explorer_of
from alpfit.reports import render

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
REFERENCE = Path(__file__).resolve().parents[2] / "chains" / "reference"
COMMAND = "document.getElementById('explore-command').value"


@pytest.fixture(scope="module")
def run():
    return Run.read(REFERENCE / "invisible")


def many(run, n):
    """``run`` with ``n`` equally weighted samples around its own."""
    rng = np.random.default_rng(1)
    kept = np.append(rng.integers(run.samples.log_l.size, size=n - 1), run.samples.best)
    columns = {
        group: {name: values[kept] for name, values in getattr(run.samples, group).items()}
        for group in ("parameters", "derived", "log_l_by_entry")
    }
    columns["parameters"] = {
        name: v * np.append(rng.normal(1.0, 1e-3, n - 1), 1.0) for name, v in columns["parameters"].items()
    }
    samples = dataclasses.replace(
        run.samples, **columns, log_l=run.samples.log_l[kept], log_weights=np.full(n, -np.log(n))
    )
    return dataclasses.replace(run, samples=samples)


@pytest.fixture
def show(contents, open_page, tmp_path):
    """Opens a page with the samples of a run, or what stands for them, and scrolls to them."""

    def build(explorer, viewport=DESK, scheme="light", **options):
        file = tmp_path / "page.html"
        file.write_text(render(dataclasses.replace(contents, explorer=explorer)), encoding="utf-8")
        page = open_page(file, viewport, scheme, **options)
        page.locator("#explore").scroll_into_view_if_needed()
        if page.locator("#explore-plot").is_visible():
            page.locator("#explore-plot").scroll_into_view_if_needed()
        return page

    return build


def told(page):
    """What the box says, name to number."""
    rows = page.eval_on_selector_all(
        "#explore-point tbody tr", "all => all.map(r => [r.cells[0].innerText, r.cells[1].dataset.value])"
    )
    return {name: float(value) for name, value in rows}


def place(page):
    """The pixel of the chosen sample in the window."""
    box = page.locator("#explore-plot").bounding_box()
    x, y = map(float, page.get_attribute("#explore-plot", "data-at").split(","))
    return box["x"] + x, box["y"] + y


def chosen(page):
    return int(page.get_attribute("#explore-plot", "data-sample"))


def until(page, condition):
    """Wait for it; the page's policy does not let it be waited for inside of the page."""
    end = time.monotonic() + 60.0
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(20)


def visit(page, i):
    """Go to sample ``i`` with the keys."""
    page.focus("#explore-plot")
    page.keyboard.press("Home")
    for _ in range(i):
        page.keyboard.press("ArrowRight")


def test_a_page_with_five_thousand_samples_is_small_and_asks_for_nothing(run, show, tmp_path):
    explorer = explorer_of(many(run, 8000))
    page = show(explorer)
    assert explorer.log_l.size in {5000, 5001}
    assert "of 8,000 samples, drawn by their weights" in page.inner_text("#explore")
    assert len((tmp_path / "page.html").read_bytes()) < 1.2e6  # the figures are as much again
    assert page.complaints == []
    assert {address.partition(":")[0] for address in page.requests} <= {"file", "data"}


def test_nothing_can_be_loaded_even_by_a_program_in_the_page(run, show):
    page = show(explorer_of(run))
    page.evaluate("""() => {
      window.refused = [];
      document.addEventListener('securitypolicyviolation', (e) => window.refused.push(e.effectiveDirective));
      fetch('https://example.org').catch(() => 0);
      const add = (kind, key) => document.body.append(Object.assign(document.createElement(kind), key));
      add('img', {src: 'https://example.org/x.png'});
      add('script', {textContent: 'window.bad = 1'});
      add('iframe', {src: 'https://example.org'});
    }""")
    until(page, "window.refused.length >= 4")
    kinds = {"connect-src", "img-src", "script-src-elem", "frame-src"}
    assert set(page.evaluate("window.refused")) == kinds
    assert page.evaluate("window.bad") is None


@pytest.mark.parametrize("steps", [0, 3, 20])
def test_a_sample_that_is_pointed_to_is_told_of(run, show, steps):
    explorer = explorer_of(run)
    page = show(explorer)
    visit(page, steps)
    wanted, at = chosen(page), place(page)
    page.keyboard.press("Home")
    page.mouse.move(*at)
    assert (chosen(page) == explorer.best) == (steps == 0)
    assert chosen(page) == wanted
    found = told(page)
    for column in explorer.columns:
        if column.option:
            assert found[column.name] == column.values[wanted]
    assert found["ln L"] == explorer.log_l[wanted]
    assert found["Δ ln L"] == pytest.approx(explorer.log_l[wanted] - explorer.log_l.max(), abs=1e-9)


def test_points_lie_where_their_numbers_are_on_logarithmic_axes(run, show):
    explorer = explorer_of(run)
    page = show(explorer)
    ends = []
    for steps in (0, 5, 40):
        visit(page, steps)
        ends.append((chosen(page), *map(float, page.get_attribute("#explore-plot", "data-at").split(","))))
    assert [explorer.x, explorer.y] == ["m_a", "g_agg"]
    for axis, name in ((1, "m_a"), (2, "g_agg")):
        (values,) = (np.log10(c.values) for c in explorer.columns if c.name == name)
        a, b, c = ((values[end[0]], end[axis]) for end in ends)
        assert (c[1] - a[1]) / (b[1] - a[1]) == pytest.approx((c[0] - a[0]) / (b[0] - a[0]), rel=1e-6)
    assert ends[2][1] > ends[1][1] > ends[0][1]


def test_the_likelihood_that_has_lost_most_since_the_best_fit_pulls_most(run, show):
    explorer = explorer_of(run)
    page = show(explorer)
    for steps in (1, 7, 60):
        visit(page, steps)
        i = chosen(page)
        lost = {name: values[i] for name, values in explorer.differences.items()}
        least = min(lost, key=lost.get)
        assert page.inner_text("#explore-pull").startswith(f"{least} pulls most")
        assert told(page)[least] == pytest.approx(lost[least], rel=1e-6)
        assert sum(lost.values()) == pytest.approx(explorer.log_l[i] - explorer.log_l.max(), abs=1e-9)


@pytest.mark.parametrize("clipboard", [True, False])
def test_a_click_copies_a_command_that_gives_the_same_ln_l(run, show, monkeypatch, capfd, clipboard):
    explorer = explorer_of(run)
    page = show(explorer)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    if not clipboard:
        page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    visit(page, 12)
    page.mouse.click(*place(page))
    until(page, "document.getElementById('explore-copied').textContent === 'Copied.'")
    page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), {id: 'paste'}))")
    page.focus("#paste")
    page.keyboard.press("Control+V")
    command = page.input_value("#paste")
    assert command == page.evaluate(COMMAND)
    words = shlex.split(command)
    assert words[:3] == ["alpfit", "evaluate", "invisible/run.toml"]
    i = chosen(page)
    at = dict(word.split("=") for word in words if "=" in word)
    assert {name: float(value) for name, value in at.items()} == {
        c.name: c.values[i] for c in explorer.columns if c.option
    }
    monkeypatch.chdir(REFERENCE)
    monkeypatch.setattr("sys.argv", [*words, "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    found = json.loads(capfd.readouterr().out)["log_likelihood_total"]
    assert found == pytest.approx(told(page)["ln L"], abs=1e-5)


def test_the_command_finds_the_entries_of_a_run_that_was_moved(finished_project, tmp_path, monkeypatch, capfd):
    shutil.copytree(finished_project.run_path, tmp_path / "a run")
    run = Run.read(tmp_path / "a run")
    explorer = explorer_of(run)
    at = [f"{c.option}{float(c.values[0])!r}" for c in explorer.columns if c.option]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [*shlex.split(" ".join([explorer.command, *at])), "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert json.loads(capfd.readouterr().out)["log_likelihood_total"] == pytest.approx(explorer.log_l[0], abs=1e-6)


def test_where_nothing_can_be_evaluated_there_is_no_word_of_a_command(run, show):
    page = show(dataclasses.replace(explorer_of(run), command=""))
    visit(page, 2)
    page.keyboard.press("Enter")
    assert told(page)
    assert "command" not in page.inner_text("#explore") + page.get_attribute("#explore-plot", "aria-label")
    assert not page.locator("#explore-command").is_visible()
    assert page.complaints == []


def test_a_finger_chooses_with_its_first_tap_and_copies_with_its_second(run, show):
    page = show(explorer_of(run), PHONE, has_touch=True)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    before = chosen(page)
    box = page.locator("#explore-plot").bounding_box()
    at = box["x"] + 0.8 * box["width"], box["y"] + 0.8 * box["height"]
    page.touchscreen.tap(*at)
    until(page, f"document.getElementById('explore-plot').dataset.sample !== '{before}'")
    assert page.inner_text("#explore-copied") == ""
    page.touchscreen.tap(*at)
    until(page, "document.getElementById('explore-copied').textContent === 'Copied.'")


def test_keys_choose_and_copy_and_are_told_to_those_who_do_not_see(run, show):
    explorer = explorer_of(run)
    page = show(explorer)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit(page, 1)
    first = chosen(page)
    page.keyboard.press("ArrowLeft")
    assert chosen(page) == explorer.best != first
    page.keyboard.press("ArrowUp")
    assert chosen(page) != explorer.best
    page.keyboard.press("Enter")
    until(page, "document.getElementById('explore-copied').textContent === 'Copied.'")
    assert "arrow keys" in page.get_attribute("#explore-plot", "aria-label")
    assert page.get_attribute("#explore-point", "aria-live") == "polite"


def test_every_quantity_can_be_an_axis_and_every_colour_be_chosen(run, show):
    explorer = explorer_of(run)
    page = show(explorer)
    names = page.eval_on_selector_all("#explore-x option", "all => all.map(o => o.text)")
    assert names == [*run.samples.parameters, *run.samples.derived, "Δ ln L"]
    visit(page, 2)
    for name in names:
        page.select_option("#explore-x", label=name)
        page.select_option("#explore-y", label="Omega_h2")
        assert not page.inner_text("#explore-missing")
        assert page.locator("#explore-x-title math").count() == 1
        assert {name, "Omega_h2"} <= {"Δ ln L", *told(page)}
    for colour, legend in (
        ("pull", "belle2_bknunu_q2_2025 ("),
        ("plain", "★"),
        ("step", "Δ ln L ≥ \N{MINUS SIGN}0.5 ("),
    ):
        page.select_option("#explore-colour", colour)
        assert page.inner_text("#explore-legend").startswith(legend)
    assert page.complaints == []


PIXELS = """() => {
  const c = document.getElementById('explore-plot'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
  const seen = new Set();
  for (let i = 0; i < d.length; i += 4) if (d[i + 3] === 255) seen.add(`${d[i]},${d[i + 1]},${d[i + 2]}`);
  return {colours: [...seen], ratio: c.width / c.clientWidth};
}"""


def test_it_is_sharp_and_takes_the_colours_of_light_and_dark(run, show):
    page = show(explorer_of(run), device_scale_factor=2)
    seen = page.evaluate(PIXELS)
    assert seen["ratio"] == pytest.approx(2.0, rel=0.01)
    assert "28,32,36" in seen["colours"]
    page.emulate_media(color_scheme="dark")
    until(page, f"({PIXELS})().colours.includes('230,233,236')")
    page.set_viewport_size(PHONE)
    until(page, "document.getElementById('explore-plot').width <= 2 * 390")
    assert all("willReadFrequently" in complaint for complaint in page.complaints)  # which this test alone does


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("size", [100, 200])
def test_no_tile_and_no_choice_sticks_out(run, contents, show, width, size):
    contents.summary.update(log_z=-117.8575, log_z_error=0.0013, n_calls=1234567890, run_time_s=1e6)
    page = show(explorer_of(run), {"width": width, "height": 800})
    page.add_style_tag(content=f"html {{ font-size: {size}%; }}")
    out = "all => all.filter(e => e.scrollWidth > e.clientWidth).map(e => e.innerText)"
    assert page.eval_on_selector_all("#facts div, #facts dd, #facts dt", out) == []
    assert page.evaluate("[document.documentElement, document.body].map(e => e.scrollWidth <= e.clientWidth)") == [
        True, True,
    ]  # fmt: skip
    edges = "all => all.map(e => e.getBoundingClientRect().right)"
    assert max(page.eval_on_selector_all("#explore *", edges)) <= width


def test_numbers_that_are_none_are_left_out_and_said_to_be(run, show):
    samples = run.samples
    derived = {**samples.derived, "tau_a": np.full(samples.log_l.size, np.nan)}
    derived["Omega_h2"] = np.where(np.arange(samples.log_l.size) % 4, samples.derived["Omega_h2"], -np.inf)
    entries = {**samples.log_l_by_entry, "babar_bkgg_2021": np.full(samples.log_l.size, np.nan)}
    changed = dataclasses.replace(samples, derived=derived, log_l_by_entry=entries)
    page = show(explorer_of(dataclasses.replace(run, samples=changed)))
    page.select_option("#explore-y", label="Omega_h2")
    assert page.inner_text("#explore-missing").startswith("110 samples are not drawn")
    page.select_option("#explore-x", label="tau_a")
    assert page.inner_text("#explore-missing").startswith("No sample has a number for both")
    page.select_option("#explore-colour", "pull")
    assert page.complaints == []


def test_numbers_that_hardly_differ_have_ticks_that_do(run, show):
    samples = run.samples
    r = 0.4767 + 1e-7 * np.arange(samples.log_l.size)
    changed = dataclasses.replace(samples, parameters={**samples.parameters, "r": r})
    page = show(explorer_of(dataclasses.replace(run, samples=changed)))
    page.evaluate("""() => {
      window.written = [];
      const pen = CanvasRenderingContext2D.prototype, write = pen.fillText;
      pen.fillText = function (...a) { window.written.push(a[0]); write.apply(this, a); };
    }""")
    page.select_option("#explore-x", label="r")
    written = [text for text in page.evaluate("window.written") if text.startswith("0.4767")]
    assert len(written) == len(set(written)) > 2


def test_one_parameter_is_drawn_against_ln_l(run, show):
    samples = dataclasses.replace(run.samples, parameters={"r": run.samples.parameters["r"]}, derived={})
    page = show(explorer_of(dataclasses.replace(run, samples=samples)))
    axes = [page.eval_on_selector(f"#explore-{a}", "s => s.selectedOptions[0].text") for a in "xy"]
    assert axes == ["r", "Δ ln L"]
    visit(page, 1)
    assert page.evaluate(COMMAND).count("--at") == 1
    assert page.complaints == []


def test_of_a_single_sample_a_sentence_is_all_there_is(run, show):
    first = {
        group: {name: values[:1] for name, values in getattr(run.samples, group).items()}
        for group in ("parameters", "derived", "log_l_by_entry")
    }
    samples = dataclasses.replace(run.samples, **first, log_l=run.samples.log_l[:1], log_weights=np.zeros(1))
    page = show(explorer_of(dataclasses.replace(run, samples=samples)))
    assert "nothing to look at" in page.inner_text("#explore")
    assert page.locator("canvas, script, #explore noscript").count() == 0


def test_without_a_program_the_page_says_what_it_would_show(run, show):
    page = show(explorer_of(run), java_script_enabled=False)
    assert "needs JavaScript" in page.inner_text("#explore")
    assert not page.locator("#explore-plot").is_visible()


HOSTILE = ("</script><script>window.bad = 1</script>", "<!-- <script>", "'; touch bad; '", '" onload="window.bad = 1')


def test_names_that_are_anybodys_bring_in_no_program_and_no_other_command(run, show):
    explorer = explorer_of(run)
    columns = [
        dataclasses.replace(c, name=name, label=name, unit=name, option=f"--at {shlex.quote(name)}=")
        for c, name in zip(explorer.columns, HOSTILE, strict=False)
    ]
    differences = dict(zip(HOSTILE, explorer.differences.values(), strict=False))
    page = show(dataclasses.replace(explorer, columns=columns, differences=differences, x=HOSTILE[0], y=HOSTILE[1]))
    visit(page, 3)
    page.select_option("#explore-colour", "pull")
    assert page.evaluate("window.bad") is None
    assert page.complaints == []
    words = shlex.split(page.evaluate(COMMAND))
    assert [word.rpartition("=")[0] for word in words[4::2]] == list(HOSTILE)


def test_a_folder_with_an_odd_name_is_quoted(run):
    for name, word in (("a run", "a run/run.toml"), ("-x", "./-x/run.toml"), ("$(x)", "$(x)/run.toml")):
        moved = dataclasses.replace(run, folder=dataclasses.replace(run.folder, path=Path(name)))
        assert shlex.split(explorer_of(moved).command) == ["alpfit", "evaluate", word]


def test_weights_become_how_often_a_sample_is_drawn_and_the_best_one_is_there(run):
    n = run.samples.log_l.size
    weights = np.where(np.arange(n) < n // 2, 3.0, 1.0)
    weights[run.samples.best] = 1e-30
    samples = dataclasses.replace(run.samples, log_weights=np.log(weights / weights.sum()))
    explorer = explorer_of(dataclasses.replace(run, samples=samples))
    assert explorer.counts.sum() == n
    assert set(explorer.counts[: n // 2]) <= {0.0, 1.0, 2.0}
    assert explorer.counts[explorer.best] == 0.0
    assert explorer.log_l[explorer.best] == run.samples.log_l.max()


def test_the_page_allows_its_own_program_alone(contents, run):
    page = render(dataclasses.replace(contents, explorer=explorer_of(run)))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; img-src data:;")
    assert "'unsafe-inline'; script-src 'sha256-" in policy[1]
