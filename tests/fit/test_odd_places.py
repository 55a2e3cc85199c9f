"""Places and numbers that cannot be: a sentence with a way out, wherever a path or a number may stand."""

import resource
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

import alpfit
from alpfit import Fit, Run
from alpfit.cli.main import main
from alpfit.errors import AlpfitError

LONG = {
    "5000 digits": "9" * 5000,
    "negative": "-" + "9" * 5000,
    "hexadecimal": "0x" + "f" * 5000,
    "400 digits": "9" * 400,
}


@pytest.mark.parametrize("number", LONG.values(), ids=LONG)
def test_an_integer_of_any_length_is_refused_wherever_it_stands(project, number):
    text = project.file.read_text()
    places = {
        "a key": text.replace("n_live = 25", f"n_live = {number}"),
        "a parameter": text.replace("[parameters]", f"[parameters]\nr = {number}"),
        "a prior": text.replace("max = 3.0", f"max = {number}"),
        "an unknown table": f"{text}\n[unknown]\nkey = [[{number}]]",
    }
    for place, changed in places.items():
        project.file.write_text(changed)
        with pytest.raises(AlpfitError) as caught:
            Fit.from_file(project.file)
        assert len(str(caught.value)) < 1000, place
    project.file.write_text(text)
    for override in (f"sampler.n_live={number}", f"sampler.seed={number}", f"parameters.m_a={number}"):
        with pytest.raises(AlpfitError):
            Fit.from_file(project.file, [override])
    entry = project.table.parent / "likelihood.toml"
    entry.write_text(entry.read_text().replace("power = 1.0", f"power = {number}"))
    with pytest.raises(AlpfitError):
        Fit.from_file(project.file)


@pytest.mark.parametrize("grid", ["9" * 5000, "9" * 5000 + "x3", "3x" + "9" * 10, "9" * 9])
def test_a_grid_of_any_size_is_refused(project, tmp_path, grid):
    with pytest.raises(AlpfitError, match="grid = "):
        alpfit.profile(project.run, ("m_a", "g_agg"), grid=grid, output=tmp_path / "profile")


@pytest.fixture
def loop(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    return tmp_path


def reweight(project, add=(), output=None):
    alpfit.reweight(project.run, add=add, drop=["na62_kpix_2025"], output=output)


ROUND = {
    "run --output": lambda project, path: Fit.from_file(project.file).run(path),
    "profile --output": lambda project, path: alpfit.profile(project.run, ("m_a",), grid="3", output=path),
    "reweight --output": lambda project, path: reweight(project, output=path),
    "report --output": lambda project, path: alpfit.report(project.run, path),
    "plot --output": lambda project, path: alpfit.plot(project.run, [], path),
    "export --output": lambda project, path: alpfit.export(project.run, "csv", path),
    "reweight --add": lambda project, path: reweight(project, (str(path),)),
    "likelihoods": lambda project, path: Fit.from_file(project.file, [f'likelihoods=["{path}"]']),
    "check": lambda _, path: Fit.from_file(path),
    "status": lambda _, path: Run.read(path),
}


@pytest.mark.usefixtures("light_figures")
@pytest.mark.parametrize("place", ["loop", "loop/x", "one", "one/deep/down"])
@pytest.mark.parametrize("verb", ROUND)
def test_links_that_go_round_are_told(project, loop, verb, place):
    with pytest.raises(AlpfitError, match="Too many levels of symbolic links"):
        ROUND[verb](project, loop / place)


def test_a_copy_that_goes_round_is_told(project):
    copy = project.run_path / "likelihoods" / "invented"
    copy.rename(project.path / "away")
    copy.symlink_to(copy.name)
    with pytest.raises(AlpfitError, match="Too many levels of symbolic links"):
        Fit.from_file(project.run_path)


@pytest.mark.usefixtures("light_figures")
@pytest.mark.parametrize("start", ["nonexist", "a\\u0000b", "chains", "loop"])
def test_a_start_that_run_refuses_check_refuses(project, loop, start, monkeypatch):
    monkeypatch.chdir(loop)
    sampler = ["sampler.name=emcee", "sampler.n_walkers=8", "sampler.max_steps=10", f'sampler.start="{start}"']
    fit = Fit.from_file(project.file, sampler)
    for refuse in (fit.check_start, lambda: fit.run(loop / "output")):
        with pytest.raises(AlpfitError):
            refuse()


def test_a_start_that_is_a_run_is_good(project):
    sampler = ["sampler.name=emcee", "sampler.n_walkers=8", "sampler.max_steps=10"]
    Fit.from_file(project.file, [*sampler, f"sampler.start={project.run_path}"]).check_start()
    Fit.from_file(project.file, sampler).check_start()


@contextmanager
def no_byte_can_be_written():
    """To any file of this process; pipes are none."""
    least, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (least, most))


VERBS = {
    "run": lambda project, path: ("run", project.file, "--output", path),
    "reweight": lambda project, path: ("reweight", project.run_path, "--drop", "na62_kpix_2025", "--output", path),
    "profile": lambda project, path: ("profile", project.run_path, "--grid", "3", "--no-refine", "--output", path),
    "export": lambda project, path: ("export", project.run_path, "--format", "csv", "--output", path),
    "report": lambda project, path: ("report", project.run_path, "--output", path / "page.html"),
    "compare": lambda project, path: ("compare", project.run_path, project.run_path, "--output", path),
}


@pytest.mark.usefixtures("light_figures")
@pytest.mark.parametrize("verb", VERBS)
def test_where_not_a_byte_can_be_written_the_place_is_named(project, tmp_path, verb, monkeypatch, capsys):
    output = tmp_path / "output"
    monkeypatch.setattr("sys.argv", ["alpfit", *map(str, VERBS[verb](project, output))])
    with no_byte_can_be_written(), pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert ended.value.code == 2, told
    (line,) = [line for line in told.splitlines() if "machine code" not in line and "compiling" not in line]
    assert line.startswith(f"alpfit: {output}")
    assert "File too large" in line
    assert "standard output" not in line


def test_standard_output_that_is_full_is_called_so(project):
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "alpfit.cli.main", "cite", str(project.file)]
        told = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (told.returncode, told.stderr.count("\n")) == (2, 1)
    assert told.stderr.startswith("alpfit: standard output cannot be used: No space left on device; make room")


FORMULA = r"$\no such{thing} a$b$ c"


def test_words_that_are_no_formula_cost_no_figure_and_no_report(project, tmp_path):
    entry = project.run_path / "likelihoods" / "invented" / "likelihood.toml"
    text = entry.read_text().replace('experiment = "TOY"', f"experiment = '{FORMULA}'")
    entry.write_text(text.replace('title = "An invented limit"', f"title = '{FORMULA}'"))
    project.seal()
    renamed = project.run_path.with_name("a$b$c")
    project.run_path.rename(renamed)
    run = Run.read(renamed)
    page = alpfit.report(run, tmp_path / "page.html", force=True).read_text()
    assert "is left out" not in page
    assert page.count("data:image/png") >= 5


def test_a_figure_that_cannot_be_drawn_is_left_out_of_a_report_with_a_sentence(project, tmp_path, monkeypatch):
    from dataclasses import replace

    from alpfit.figures import FIGURES

    def draw(material):
        from matplotlib.figure import Figure

        figure = Figure()
        figure.suptitle(r"$\no such{formula$")
        return figure

    broken = {**FIGURES, "pulls": replace(FIGURES["pulls"], draw=draw)}
    monkeypatch.setattr("alpfit.figures.drawing.FIGURES", broken)
    page = alpfit.report(project.run, tmp_path / "page.html").read_text()
    assert "is left out: it cannot be drawn (ValueError" in page
    assert page.count("data:image/png") >= 5
