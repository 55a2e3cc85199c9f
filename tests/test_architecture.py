"""Claims about the project as a whole: its layers, its package, its lock file."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def run(*command: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, timeout=300, check=False
    )


def test_imports_point_downwards_only():
    answer = run(str(Path(sys.executable).with_name("lint-imports")))

    assert answer.returncode == 0, answer.stdout


@pytest.fixture(scope="module")
def imports():
    """By module, the modules that it imports anywhere: at its top, inside of functions, and for types alone."""
    import grimp

    graph = grimp.build_graph("alpfit", cache_dir=None)
    return {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}


def circle_in(imports):
    """Modules of which each imports the next one and the last one the first; none where there is no such circle."""
    done, path = set(), []

    def visit(module):
        if module in path:
            return [*path[path.index(module) :], module]
        if module in done:
            return None
        path.append(module)
        found = next(filter(None, map(visit, sorted(imports[module]))), None)
        path.pop()
        done.add(module)
        return found

    return next(filter(None, map(visit, sorted(imports))), None)


def test_no_modules_import_each_other_in_a_circle(imports):
    assert len(imports) > 200
    assert circle_in(imports) is None


def test_a_circle_would_be_found():
    assert circle_in({"a": {"b"}, "b": {"c", "d"}, "c": set(), "d": {"b"}}) == ["b", "d", "b"]


def test_only_the_command_line_knows_the_command_line():
    """Neither by an import nor as a program that is started."""
    for path in (ROOT / "alpfit").rglob("*.py"):
        if not {"cli", "__main__.py"} & {*path.relative_to(ROOT / "alpfit").parts}:
            assert "alpfit.cli" not in path.read_text(), path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    answer = run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder))
    assert answer.returncode == 0, answer.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_every_likelihood_entry(wheel):
    packed = set(zipfile.ZipFile(wheel).namelist())
    entries = [path for path in (ROOT / "likelihoods").rglob("*") if path.is_file()]

    assert len(entries) >= 8
    for path in entries:
        assert f"alpfit/likelihoods/data/{path.relative_to(ROOT / 'likelihoods').as_posix()}" in packed


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    packed = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert {name.partition("-")[0] for name in packed} == {"alpfit"}


def test_an_installed_wheel_finds_its_likelihoods_without_a_checkout(wheel, tmp_path):
    site = tmp_path / "site"
    installed = run(sys.executable, "-m", "pip", "install", "--no-deps", "--quiet", "--target", str(site), str(wheel))
    assert installed.returncode == 0, installed.stderr
    program = (
        "import alpfit; from alpfit.likelihoods import catalogue; "
        "print(alpfit.__file__, catalogue.data_folder(), *catalogue.names(), sep='\\n'); "
        "catalogue.load('belle2_bknunu_q2_2025'); from alpfit.fit.cite import methods; methods()"
    )
    answer = run(sys.executable, "-c", program, cwd=tmp_path, PYTHONPATH=str(site))

    assert answer.returncode == 0, answer.stderr
    package, data, *names = answer.stdout.splitlines()
    assert Path(package).is_relative_to(site)
    assert Path(data).is_relative_to(site)
    assert names == sorted(path.parent.name for path in ROOT.glob("likelihoods/*/likelihood.toml"))


def test_arviz_corner_and_matplotlib_can_be_imported_together():
    program = "import matplotlib, corner, arviz_base, arviz_stats; arviz_stats.summary"
    answer = run(sys.executable, "-W", "error", "-c", program)

    assert answer.returncode == 0, answer.stderr


def test_the_lock_file_has_every_dependency():
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), flags=re.MULTILINE))
    wanted = [*PYPROJECT["project"]["dependencies"], *PYPROJECT["project"]["optional-dependencies"]["dev"]]

    assert {re.match(r"[a-z0-9-]+", requirement).group() for requirement in wanted} <= locked


def test_the_version_stands_in_the_citation_too():
    from alpfit import __version__

    assert f"version: {__version__}\n" in (ROOT / "CITATION.cff").read_text()
