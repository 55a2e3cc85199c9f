"""A small fit with a likelihood entry of its own, in a project that can be moved and changed."""

import gc
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from numba.core.dispatcher import Dispatcher

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: tests run side by side, one on each core,
os.environ.setdefault("OMP_NUM_THREADS", "1")  # where threads of linear algebra would wait for each other

from alpfit import Fit, Run
from alpfit.chains.provenance import seal
from alpfit.figures import FIGURES
from alpfit.numerics.compile import InnerKernel
from alpfit.numerics.settings import own_logging

LONG = (
    *("test_manual", "test_strange_texts", "test_every_sampler", "test_profile", "test_dynesty", "test_mpi"),
    *("test_own_scenario_runs", "test_executors", "test_commands", "test_figures", "test_continuity"),
    *("test_odd_places", "test_fit", "test_invisible_fit", "test_nautilus", "test_in_memory", "test_pairs"),
    *("test_elsewhere", "test_coupled_boltzmann_reference", "test_forecast", "test_prior_change", "test_own_place"),
    *("test_docstrings", "test_strangers_folder", "test_odd_arguments", "test_density", "test_browser"),
    *("test_crash_safety", "test_general", "test_slow_freeze_in", "test_slow_phase_space", "test_program"),
    *("test_reweight", "test_fresh_environment", "test_fbe", "test_engines", "test_ding_et_al"),
    *("test_scalar_singlet", "test_honesty", "test_belle2_spectrum"),
)
"""The files that take longest: of two workers neither should begin one of them when the other has nothing left."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """What writes expectations anew, where a change of the numbers is meant."""
    parser.addoption("--update-manual", action="store_true", help="Write the numbers that pages show as they are now.")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, all others as they were found."""
    order = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.path.stem, len(LONG)))


def pytest_collection_finish() -> None:
    """Ten thousand tests and what they import live to the end: no later search for garbage need walk through them."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def no_code_is_trusted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests name as scenarios is remembered in a folder of theirs, not in the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session", autouse=True)
def no_kernel_is_compiled_twice_for_the_same() -> Iterator[None]:
    """Arrays that are read-only or have gaps, and numbers known beforehand, are to numba types of their own."""
    yield
    twice = {}
    for kernel in compiled_kernels():
        plain = [plain_types(signature) for signature in kernel.signatures]
        if len(set(plain)) < len(plain):
            twice[f"{kernel.__module__}.{kernel.__name__}"] = kernel.signatures
    assert not twice


def compiled_kernels() -> Iterator[Any]:
    """Those of the package that this process has compiled, or taken from the cache."""
    for name, module in sorted(sys.modules.items()):
        for value in vars(module).values() if name.startswith("alpfit.") else ():
            compiled = vars(value).get("compiled") if isinstance(value, InnerKernel) else value
            if isinstance(compiled, Dispatcher) and compiled.__module__ == name:
                yield compiled


def plain_types(signature: tuple[object, ...]) -> str:
    """The types of a ``signature`` without what numba tells apart beyond the numbers and their arrangement."""
    arrays = re.sub(r"(?:readonly |unaligned )*array\(([^()]*), [CFA]\)", r"array(\1)", " ".join(map(str, signature)))
    return re.sub(r"Literal\[int\]\(-?\d+\)", "int64", arrays)


@pytest.fixture(autouse=True)
def nothing_is_refined_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long small fits would take to refine rests on the machine: tests say what they want."""
    monkeypatch.setattr("alpfit.runs.profile_request.LONGEST_UNASKED", 0.0)


FIT = """\
scenario = "displaced"
likelihoods = ["./entries/invented", "na62_kpix_2025"]
[parameters]
m_a = { prior = "uniform", min = 1.2, max = 3.0 }
g_agg = { prior = "log-uniform", min = 1e-6, max = 1e-3 }
[sampler]
name = "dynesty"
n_live = 25
dlogz = 1.0
sample = "rwalk"
walks = 5
"""

ENTRY = """\
title = "An invented limit"
experiment = "TOY"
scenarios = ["displaced"]
form = "limit-curve"
[data]
observable = "BR(B+->K+ a)"
abscissa = "m_a"
bound = "limit"
confidence_level = 0.9
power = 1.0
[source]
arxiv = ""
inspire = ""
where = "nowhere"
how = "invented for a test"
confidence_level = "90 %"
quality = "recalled"
assumes = "nothing"
recast = "none"
[[references]]
key = "Toy:2026"
author = "Toy"
title = "Toy"
year = 2026
"""

WEAK, STRONG = (f"m_a [GeV],limit\n1.0,{limit}\n4.0,{limit}\n" for limit in ("1e-5", "1e-10"))


@dataclass(frozen=True)
class Project:
    """A folder with ``fit.toml``, its entry, and the finished run ``chains/run``."""

    path: Path

    @property
    def file(self) -> Path:
        return self.path / "fit.toml"

    @property
    def table(self) -> Path:
        return self.path / "entries" / "invented" / "table.csv"

    def change_data(self) -> None:
        """The limit is found to be 100,000 times stronger."""
        self.table.write_text(STRONG)

    @property
    def run_path(self) -> Path:
        return self.path / "chains" / "run"

    @property
    def run(self) -> Run:
        return Run.read(self.run_path)

    def seal(self) -> None:
        """The digests in the manifest are those of the folder's files again, as anybody can make them."""
        manifest = self.run_path / "manifest.json"
        seal(manifest, json.loads(manifest.read_text()))


@pytest.fixture(scope="session")
def flavio():
    """The package, whose measurements are a megabyte of YAML: the parser in C reads the same in half the time."""
    import yaml

    with own_logging(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "SafeLoader", yaml.CSafeLoader)
        return import_module("flavio")


@contextmanager
def empty_figures() -> Iterator[None]:
    """The figures of a run but for what is in them, which takes two seconds to draw and write."""
    from matplotlib.figure import Figure

    light = {name: replace(kind, draw=lambda _: Figure(figsize=(1, 1))) for name, kind in FIGURES.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("alpfit.figures.drawing.FIGURES", light)
        yield


@pytest.fixture
def light_figures() -> Iterator[None]:
    """For claims about who reads, writes, names and leaves out figures, and none about what they show."""
    with empty_figures():
        yield


@pytest.fixture(scope="session")
def finished_project(tmp_path_factory):
    """A project that is only to be copied."""
    project = Project(tmp_path_factory.mktemp("project") / "first")
    project.table.parent.mkdir(parents=True)
    project.file.write_text(FIT)
    project.table.write_text(WEAK)
    (project.table.parent / "likelihood.toml").write_text(ENTRY)
    with empty_figures():
        Fit.from_file(project.file).run(project.run_path)
    return project


@pytest.fixture
def project(finished_project, tmp_path):
    """A copy of it, elsewhere."""
    import shutil

    return Project(Path(shutil.copytree(finished_project.path, tmp_path / "moved")))


class Here:
    """A task that is done by this process at once, in place of a process of its own that has to load everything."""

    def __init__(self, function):
        function()

    def poll(self):
        return 0

    def wait(self):
        return 0, []


@pytest.fixture
def seeds_here(monkeypatch) -> None:
    """For claims about what several seeds leave behind, and none about the processes that they run in."""
    monkeypatch.setattr("alpfit.fit.repeat.Task", Here)
    monkeypatch.setattr("alpfit.fit.repeat.POLL_S", 0.0)


@pytest.fixture
def short_reports(monkeypatch) -> None:
    """Reports of two figures: where one goes and what it is called does not depend on how many it has."""
    reporting = import_module("alpfit.fit.report")
    drawn = reporting.figure_files
    monkeypatch.setattr(reporting, "figure_files", lambda run, **choices: drawn(run, ("corner", "trace"), **choices))
