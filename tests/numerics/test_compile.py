"""How kernels are compiled and cached, and what no kernel may do."""

import copy
import dis
import gc
import importlib
import json
import math
import os
import pkgutil
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType

import numba
import numpy as np
import pytest
from numba.core import event
from numba.extending import is_jitted

from alpfit.numerics import compile as compilation
from alpfit.numerics.adaptive import (
    AdaptiveNodes,
    _last_orders,
    first_panels,
    in_order,
    judge,
    panel_nodes,
    sort_out,
)
from alpfit.numerics.bessel import bessel_functions, log_scaled_bessel
from alpfit.numerics.elimination import solve_in_place
from alpfit.numerics.exponential import exponentials
from alpfit.numerics.factorisation import factorise, multiply_band, solve_band, solve_factorised
from alpfit.numerics.interpolation import (
    evaluate_spline,
    fill_slopes,
    hermite_cubic,
    monotone_slopes,
    spline_with_slope,
    splines,
)
from alpfit.numerics.peaks import find_peaks
from alpfit.numerics.quadrature import (
    half_hermite_rule,
    legendre_rule,
    resonant_nodes,
    scaled_bessel_k2,
)
from alpfit.numerics.radau_step import collocate, radau_iia_5
from alpfit.numerics.rosenbrock import growth, rodas4
from alpfit.physics.alp_equilibrium import charged_density, charged_leptons, equilibration_rate
from alpfit.physics.alp_scattering import (
    alp_momentum_transfer,
    alp_transfer_moment,
    exchange_integrals,
    kinetic_rule,
)
from alpfit.physics.annihilation import cross_section_at_nodes
from alpfit.physics.pair_annihilation import (
    exchange_functions,
    pair_cross_section_at,
    pair_cross_section_at_nodes,
)
from alpfit.physics.plasma import bath_at, baths_at, saikawa_shirai_2018
from alpfit.physics.scattering import momentum_transfer, momentum_transfers, photon_rule, transfer_moment
from alpfit.relic import cbe, cbe_energy, freeze_in, nbe, relic_density
from alpfit.relic.average_table import (
    Averages,
    averages_at,
    averages_with_slopes,
    first_average_at,
    tabulate,
)
from alpfit.relic.averages import (
    Shape,
    energy_moments,
    fill_energy_integrals,
    fill_rapidity_integrals,
    scratch_for,
    thermal_averages,
    thermal_rules,
    weigh_nodes,
)
from alpfit.relic.base import Accuracy, equilibrates
from alpfit.relic.boltzmann import (
    SectorTable,
    Transfer,
    annihilations_per_hubble_time,
    correction_at,
    log_equilibrium_yield,
    maxwellian_gas,
    relativistic_correction,
    transfer_at,
)
from alpfit.relic.collisions import Floor, collide, pair_scratch
from alpfit.relic.condensed import condense, tabulate_condensed
from alpfit.relic.evolution import Settings
from alpfit.relic.momentum_grid import (
    MomentumGrids,
    cell_of,
    grid_for,
    locate,
    log_f_at,
    momentum_grid,
    polynomials_of,
    stretch,
    values_at,
)
from alpfit.relic.phase_space import Step, advance, background_at, linearise, prepare, rates_at, workspace
from alpfit.relic.sector_functions import first_wrong
from alpfit.relic.sector_nodes import energies, first_not_converged, smooth_below, survey, weigh
from alpfit.relic.spectrum import Groups, Spectrum, reduce_spectrum, strength_of, strengths_of
from alpfit.relic.transport import (
    Background,
    Scale,
    limit_tail,
    mass_derivative,
    maxwellian,
    moments,
    number_and_energy,
    transport,
)


def all_kernels() -> dict[str, object]:
    """Every compiled function of the kernel folders, by its full name."""
    kernels = {}
    for folder in compilation.KERNEL_FOLDERS:
        package = importlib.import_module(f"alpfit.{folder}")
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for value in vars(importlib.import_module(info.name)).values():
                if is_jitted(value) or isinstance(value, compilation.InnerKernel):
                    kernels[f"{value.py_func.__module__}.{value.py_func.__qualname__}"] = value
    return kernels


KERNELS = all_kernels()
each_kernel = pytest.mark.parametrize("compiled", KERNELS.values(), ids=KERNELS.keys())


def holds_a_number(value: object) -> bool:
    if isinstance(value, (tuple, list, set, frozenset)):
        return any(holds_a_number(item) for item in value)
    if isinstance(value, dict):
        return any(holds_a_number(item) for item in value.values())
    return isinstance(value, (bool, int, float, complex, np.ndarray, np.generic))


def captured_numbers(function: object) -> list[str]:
    """Names of the globals and closure variables that ``function`` reads and that are, or hold, numbers."""

    def global_names(code: CodeType) -> set[str]:
        names = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
        return names.union(*(global_names(inner) for inner in code.co_consts if isinstance(inner, CodeType)))

    captured = {name: function.__globals__.get(name) for name in global_names(function.__code__)}
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    captured |= {name: cell.cell_contents for name, cell in cells}
    return sorted(name for name, value in captured.items() if holds_a_number(value))


def test_the_walk_finds_the_kernels_of_every_folder():
    for name in (
        "alpfit.likelihoods.forms.binned.profile.profile_points",
        "alpfit.numerics.exponential.exponentials",
        "alpfit.numerics.radau.integrate",
        "alpfit.numerics.bessel.log_scaled_bessel",
        "alpfit.physics.alp_equilibrium.equilibration_rate",
        "alpfit.physics.alp_scattering.alp_momentum_transfer",
        "alpfit.physics.pair_annihilation.pair_cross_section_at",
        "alpfit.physics.plasma.bath_at",
        "alpfit.physics.scattering.momentum_transfer",
        "alpfit.relic.average_table.tabulate",
        "alpfit.relic.base.solve_each",
        "alpfit.relic.boltzmann.annihilations_per_hubble_time",
        "alpfit.numerics.factorisation.factorise",
        "alpfit.numerics.rosenbrock.growth",
        "alpfit.relic.cbe.rates",
        "alpfit.relic.cbe_energy.rates",
        "alpfit.relic.collisions.collide",
        "alpfit.relic.evolution.follow",
        "alpfit.relic.fbe.solve_all",
        "alpfit.relic.freeze_in.solve",
        "alpfit.relic.momentum_grid.stretch",
        "alpfit.relic.nbe.rates",
        "alpfit.relic.phase_space.advance",
        "alpfit.relic.portal.portal_tables",
        "alpfit.relic.spectrum.reduce_spectrum",
        "alpfit.relic.transport.transport",
    ):
        assert name in KERNELS


@each_kernel
def test_no_kernel_captures_a_number_from_outside(compiled):
    """Numba's cache would not see the number change; constants and tables are arguments."""
    assert captured_numbers(compiled.py_func) == []


@each_kernel
def test_every_kernel_releases_the_gil(compiled):
    assert compiled.targetoptions["nogil"] is True


@each_kernel
def test_no_kernel_raises_an_error_where_numpy_would_return_infinity(compiled):
    """Division by zero: a branch for the error would keep the compiler from doing several numbers at once."""
    assert compiled.targetoptions["error_model"] == "numpy"


def test_a_division_by_zero_is_infinite_or_not_a_number():
    @compilation.kernel
    def ratio(a, b):
        return a / b

    assert ratio(1.0, 0.0) == math.inf
    assert math.isnan(ratio(0.0, 0.0))


A_NUMBER, A_TABLE, A_PAIR = 3.0, np.ones(3), (1, 2)


def test_a_captured_number_array_or_tuple_would_be_noticed():
    local = 2.0

    def guilty(x):
        return x * A_NUMBER + A_TABLE[0] + A_PAIR[0] + local

    def hidden(x):
        return [A_NUMBER * y for y in x]

    def innocent(x):
        return math.pi * x + np.sum(np.ones(3)) + 1.0

    assert captured_numbers(guilty) == ["A_NUMBER", "A_PAIR", "A_TABLE", "local"]
    assert captured_numbers(hidden) == ["A_NUMBER"]
    assert captured_numbers(innocent) == []


def test_kernels_live_only_in_the_folders_that_name_the_cache():
    users = {
        path.relative_to(compilation.PACKAGE).parts[0]
        for path in compilation.PACKAGE.rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in ("import kernel", "_kernel", "njit"))
    }
    assert users == set(compilation.KERNEL_FOLDERS)


@pytest.fixture
def package(tmp_path, monkeypatch) -> Path:
    """A small package in place of the real one, with one source in each kernel folder and one outside."""
    root = tmp_path / "package"
    for folder in (*compilation.KERNEL_FOLDERS, "plots"):
        (root / folder).mkdir(parents=True)
        (root / folder / "source.py").write_text("value = 1\n")
    monkeypatch.setattr(compilation, "PACKAGE", root)
    return root


def fresh_cache_folder() -> Path:
    return compilation.cache_folder.__wrapped__()


@pytest.mark.parametrize("folder", compilation.KERNEL_FOLDERS)
def test_a_changed_kernel_source_gets_a_new_cache(package, folder):
    before = fresh_cache_folder()
    (package / folder / "source.py").write_text("value = 2\n")
    assert fresh_cache_folder() != before


def test_a_new_or_renamed_kernel_source_gets_a_new_cache(package):
    folders = [fresh_cache_folder()]
    (package / "relic" / "deeper").mkdir()
    (package / "relic" / "deeper" / "another.py").write_text("")
    folders.append(fresh_cache_folder())
    (package / "physics" / "source.py").rename(package / "physics" / "renamed.py")
    folders.append(fresh_cache_folder())
    assert len(set(folders)) == 3


def test_unchanged_kernels_keep_their_cache_whatever_happens_elsewhere(package):
    before = fresh_cache_folder()
    (package / "plots" / "source.py").write_text("value = 2\n")
    (package / "relic" / "notes.txt").write_text("not a source")
    assert fresh_cache_folder() == before


def test_the_cache_can_be_moved_by_numbas_own_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert fresh_cache_folder().parent == tmp_path


def test_a_kernel_is_cached_in_that_folder_and_leaves_numbas_setting_alone():
    before = numba.config.CACHE_DIR

    def doubled(x):
        return 2.0 * x

    compiled = compilation.kernel(doubled)
    assert Path(compiled.stats.cache_path).is_relative_to(compilation.cache_folder())
    after = numba.config.CACHE_DIR
    assert after == before


def test_an_inner_kernel_is_a_part_of_who_calls_it_and_can_be_called_from_python():
    @compilation.inner_kernel
    def square(x):
        return x * x

    @compilation.kernel
    def fourth_power(x):
        return square(square(x))

    assert fourth_power(3.0) == 81.0
    assert "compiled" not in vars(square)  # nothing that Python could call was made
    assert square(3.0) == 9.0
    assert len(square.compiled.signatures) == 1


@pytest.fixture
def no_folder(tmp_path, monkeypatch):
    """A place where no folder can be made, as with a home that cannot be written."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file" / "cache"))
    return tmp_path / "file" / "cache"


def test_where_no_cache_can_be_made_there_is_a_temporary_one_and_a_line(no_folder, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = fresh_cache_folder()
    assert folder.parent.parent == tmp_path
    assert os.environ["NUMBA_CACHE_DIR"] == str(folder.parent)
    (line,) = caplog.messages
    assert line.startswith(f"alpfit: machine code cannot be kept in {no_folder} (Not a directory)")


def test_a_cache_that_cannot_be_written_is_read(tmp_path, monkeypatch, caplog):
    """As in a container that is read-only: what was compiled when it was made is not compiled again."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "image"))

    def doubled(x):
        return 2.0 * x

    cache_folder = compilation.cache_folder.__wrapped__
    made = cache_folder()
    monkeypatch.setattr(compilation, "cache_folder", lambda: made)
    assert compilation.kernel(doubled)(2.0) == 4.0
    (kept,) = made.rglob("*.nbi")
    caplog.clear()  # the first compilation of a process is told
    usable = compilation._unusable
    monkeypatch.setattr(
        compilation, "_unusable", lambda folder: "Read-only" if folder.is_relative_to(made.parent) else usable(folder)
    )
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    copy = cache_folder()
    assert copy != made
    assert (copy / kept.relative_to(made)).read_bytes() == kept.read_bytes()
    monkeypatch.setattr(compilation, "cache_folder", lambda: copy)
    again = compilation.kernel(doubled)
    assert again(3.0) == 6.0
    assert sum(again.stats.cache_misses.values()) == 0
    assert caplog.messages == []


def test_on_a_full_disk_nothing_is_kept_and_nothing_lands_beside_the_sources(no_folder, monkeypatch, caplog):
    monkeypatch.setattr(compilation, "ROOM", 2**80)
    assert fresh_cache_folder() is None
    monkeypatch.setattr(compilation, "cache_folder", lambda: None)

    def doubled(x):
        return 2.0 * x

    compiled = compilation.kernel(doubled)
    assert compiled(2.0) == 4.0
    assert compiled.stats.cache_path is None
    assert "no space left" in caplog.text or "Not a directory" in caplog.text


def test_a_kernel_whose_own_cache_folder_cannot_be_made_is_not_cached_elsewhere(tmp_path, monkeypatch):
    def doubled(x):
        return 2.0 * x

    monkeypatch.setattr(compilation, "cache_folder", lambda: tmp_path)
    (tmp_path / "taken").write_text("")
    own = Path(compilation.kernel(doubled).stats.cache_path)
    shutil.rmtree(own)
    own.write_text("")  # a file where numba makes a folder
    assert compilation.kernel(doubled).stats.cache_path is None


PROGRAM = """
import json
import numpy as np
from alpfit.numerics.quadrature import half_hermite_rule
from alpfit.physics.plasma import baths_at, saikawa_shirai_2018
from alpfit.relic.boltzmann import relativistic_correction

def report(kernel, value):
    return {"value": value, "compiled": sum(kernel.stats.cache_misses.values())}

correction = relativistic_correction(5.0, half_hermite_rule(4))
hubble = float(baths_at(np.array([0.01]), saikawa_shirai_2018())[1][0])
answer = {"correction": report(relativistic_correction, correction), "hubble": report(baths_at, hubble)}
print(json.dumps(answer))
"""


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A copy of this package that can be edited."""
    ignore = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(compilation.PACKAGE, tmp_path / "checkout" / "alpfit", ignore=ignore))


def in_a_fresh_process(checkout: Path, cache: Path | None = None) -> dict[str, dict[str, float]]:
    """What the program says that runs with this copy of the package, and with a cache of its own."""
    environment = os.environ | {
        "PYTHONPATH": str(checkout.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NUMBA_CACHE_DIR": str(cache or checkout.parents[1] / "cache"),
    }
    command = [sys.executable, "-c", PROGRAM]
    answer = subprocess.run(
        command, env=environment, cwd=checkout.parent, capture_output=True, text=True, timeout=120, check=False
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def edit(path: Path, pattern: str, replacement: str) -> str:
    """Change the one place where ``pattern`` matches; the text before."""
    before = path.read_text(encoding="utf-8")
    after, n = re.subn(pattern, replacement, before, flags=re.DOTALL)
    assert n == 1, path
    path.write_text(after, encoding="utf-8")
    return before


def test_a_fresh_process_sees_every_change_and_compiles_only_what_has_changed(checkout):
    """End to end: a kernel whose callee is in another file, and one that is given a constant from a third."""
    first = in_a_fresh_process(checkout)
    assert first["correction"]["compiled"] == first["hubble"]["compiled"] == 1
    assert in_a_fresh_process(checkout)["correction"] == {**first["correction"], "compiled": 0}

    callee = checkout / "numerics" / "quadrature.py"  # the correction is divided by this Bessel function
    before = edit(callee, r"(def scaled_bessel_k2\(.*?\n    return )([^\n]*)", r"\1 2.0 * (\2)")
    edited = in_a_fresh_process(checkout)
    assert edited["correction"]["compiled"] == 1
    assert edited["correction"]["value"] == pytest.approx(0.5 * first["correction"]["value"], rel=1e-12, abs=0.0)

    callee.write_text(before, encoding="utf-8")
    edit(checkout / "constants.py", r"(PLANCK_MASS = Constant\()([^,]*)", r"\1 0.25 * \2")
    restored = in_a_fresh_process(checkout)
    assert restored["correction"] == {"value": first["correction"]["value"], "compiled": 0}
    assert restored["hubble"]["compiled"] == 0  # the Planck mass is an argument
    assert restored["hubble"]["value"] == pytest.approx(4.0 * first["hubble"]["value"], rel=1e-12, abs=0.0)


def test_without_a_cache_folder_a_change_in_a_callee_is_seen_too(checkout):
    (nowhere := checkout.parents[1] / "nowhere").write_text("")
    first = in_a_fresh_process(checkout, nowhere / "cache")
    assert list(checkout.rglob("*.nbi")) == []
    callee = checkout / "numerics" / "quadrature.py"
    edit(callee, r"(def scaled_bessel_k2\(.*?\n    return )([^\n]*)", r"\1 2.0 * (\2)")
    edited = in_a_fresh_process(checkout, nowhere / "cache")
    assert edited["correction"]["value"] == pytest.approx(0.5 * first["correction"]["value"], rel=1e-12, abs=0.0)


@pytest.mark.parametrize("decorator", [compilation.inner_kernel, compilation.inlined_kernel])
def test_a_function_that_takes_kernels_works_inside_a_kernel(decorator):
    @decorator
    def twice(function, x):
        return function(function(x))

    @compilation.inner_kernel
    def square(x):
        return x * x

    @compilation.inner_kernel
    def successor(x):
        return x + 1.0

    @numba.njit
    def both(x):
        return twice(square, x), twice(successor, x)

    assert both(3.0) == (81.0, 5.0)


def test_a_part_is_compiled_once_for_callers_of_every_kind():
    """Their flags differ: a kernel releases the GIL, an inlined one is written out where it is called."""
    compiled = []

    class Compilations(event.Listener):
        def on_start(self, happened):
            compiled.append(happened.data["dispatcher"].py_func.__name__)

        def on_end(self, happened):
            pass

    @compilation.inner_kernel
    def square(x):
        return x * x

    @compilation.inlined_kernel
    def inlined(x):
        return square(x) + 1.0

    @compilation.inner_kernel
    def called(x):
        return square(x) + 2.0

    @numba.njit(fastmath=True, error_model="numpy")
    def whole(x):
        return square(x) + inlined(x) + called(x)

    with event.install_listener("numba:compile", Compilations()):
        assert whole(3.0) == 9.0 + 10.0 + 11.0
    assert sorted(compiled) == ["called", "inlined", "square", "whole"]


HERMITE, PLASMA, TABLEAU = half_hermite_rule(8), saikawa_shirai_2018(), radau_iia_5()
VALUES = np.sin(np.arange(27.0)).reshape(3, 9)
TABLE = splines(VALUES, 0.5)
RULES = thermal_rules(8, 4, 2, 7)
DENSE = weigh_nodes(np.geomspace(0.3, 40.0, 400), np.geomspace(1e-9, 1e-12, 400), Shape(200, 3.0, 1e-6, 0.0, 1e4))
PANELS = (begin := np.array([0.1, 0.3, 0.5, 0.9]), end := begin + 0.1, panel_nodes(begin, end, legendre_rule(8).nodes))
PANELS = (*PANELS, 1.0 / (1.0 + 1e3 * (PANELS[2] - 0.53) ** 2))
KEPT = np.array([0.5, 0.1, 0.9, 0.3]), np.array([0.6, 0.2, 1.0, 0.4]), PANELS[3][[2, 0, 3, 1]], np.full(4, 1e-9)
FOUND = AdaptiveNodes(*in_order(KEPT, 0.1, 0.1 * legendre_rule(8).nodes ** 2, np.ones(8), legendre_rule(8)))
PEAKED = np.linspace(0.1, 0.9, 50), 1.0 / (1.0 + 1e3 * (np.linspace(0.1, 0.9, 50) - 0.53) ** 2)
NODES = weigh_nodes(np.geomspace(1e-6, 40.0, 60), np.geomspace(1e-9, 1e-12, 60), Shape(30, 0.01, 1e-6, 0.0, 1e4))
AVERAGES = Averages(0.5, 0.25, splines(-20.0 + np.cumsum(np.cos(np.arange(80.0)).reshape(4, 20), axis=1), 0.25), 0.1)
SECTOR = SectorTable(0.4, 2.0, AVERAGES, Transfer(0.5, 0.5, TABLE[:, :1] - 40.0), maxwellian_gas(), PLASMA)
EARLY_TABLES = freeze_in.no_early(1, 3.0)
EARLY = freeze_in.EarlySectorTable(SECTOR, -3.0, 0.5, np.ascontiguousarray(TABLE[:, :2]) - 20.0, math.log(2.0))
STATES = np.array([[-20.0, 8.0], [-19.0, 8.5]])
LINEAR = np.random.default_rng(8).normal(size=(4, 4))


def sorting(enough: int) -> tuple[object, ...]:
    """Arguments of a step of the search for nodes."""
    begin, end, e, values = PANELS
    return KEPT, begin, end, e.ravel(), values.ravel(), 1e-9, 1e-14, enough, _last_orders(8), legendre_rule(8).nodes


def engine_rates_at(engine) -> tuple[object, ...]:
    """Arguments of an engine's rates, with room for what they write."""
    return engine.coefficients_at(2.3, SECTOR), SECTOR, STATES, np.zeros((2, 2)), np.zeros((2, 2, 2)), 1


# The momentum distribution: a small grid, on which the Python twins are fast, and a shape that is no Maxwellian's.
GRID = momentum_grid(n_cells=6, n_outer=5, n_inner=4, first=1.0, n_few_outer=4, n_few_inner=3)
TAIL, FLOOR, THETA = Settings().tail, Floor(1e-5, -9.0, 11.0), 0.1
SHAPE = -8.0 - GRID.centres + 0.3 * np.sin(GRID.centres)
CELLS = np.zeros((GRID.starts.size, 4))
polynomials_of(SHAPE, GRID, CELLS)
FEW = Groups(np.array([0.1, 0.3]), np.array([2.0, 1.0]) * 1e-16, np.array([0.0, 3.0]), np.array([0.95, 0.05]), 2)
MANY = Spectrum(np.linspace(0.05, 0.5, 40), np.linspace(2.0, 1.0, 40), np.linspace(1.0, 4.0, 40), 40, 2.0)
STEP = Step(2.3, THETA, 1.0, 1.1, 1.0, FLOOR)
N = GRID.centres.size


def zeros(value):
    """The same arrays, with nothing in them: memory that a twin need not fill in compares equal."""
    return type(value)(*(np.zeros_like(array) for array in value))


def a_step(*, with_rates: bool = False) -> tuple[object, ...]:
    """What the kernels of one step are given: sector, resonances, tail, grid and memory."""
    work, pairs = zeros(workspace(GRID)), zeros(pair_scratch(GRID))
    if with_rates:
        prepare(SHAPE, STEP, SECTOR, FEW, TAIL, GRID, work, pairs)
    return SECTOR, FEW, TAIL, GRID, work, pairs


def a_collision(few: Groups, *, derive: bool) -> tuple[object, ...]:
    """What the collisions are given."""
    pairs = zeros(pair_scratch(GRID))
    return CELLS, 10.0, THETA, 1e16, few, FLOOR, derive, GRID, pairs, np.zeros(N), np.zeros((N, N))


def band() -> np.ndarray:
    """A positive definite one, that of the mass."""
    force, mass = np.zeros(N), np.zeros((N, 7))
    here, scale = Background(10.0, 1.0, 2.0, 1e19), Scale(THETA, 1.0, 1.0)
    transport(CELLS, here, scale, TAIL, False, GRID, force, mass, np.zeros((N, N)))
    return mass


def factors() -> tuple[np.ndarray, np.ndarray]:
    matrix, pivots = LINEAR.copy(), np.zeros(4, dtype=np.int64)
    factorise(matrix, pivots, np.ones(4))
    return matrix, pivots


TWINS = {
    "exponentials": (exponentials, (np.linspace(-99.0, 99.0, 9), 7)),
    "fill_slopes": (fill_slopes, (np.repeat(TABLE[:, :, :1], 2, axis=2), 0.5)),
    "evaluate_spline": (evaluate_spline, (1.3, 0.0, 0.5, TABLE, 1)),
    "evaluate_spline below": (evaluate_spline, (-1.3, 0.0, 0.5, TABLE, 1)),
    "evaluate_spline above": (evaluate_spline, (7.3, 0.0, 0.5, TABLE, 1)),
    "spline_with_slope": (spline_with_slope, (1.3, 0.0, 0.5, TABLE, 2)),
    "spline_with_slope above": (spline_with_slope, (7.3, 0.0, 0.5, TABLE, 2)),
    "hermite_cubic": (hermite_cubic, (0.3, 0.5, 1.0, 2.0, 3.0, -1.0)),
    "scaled_bessel_k2": (scaled_bessel_k2, (3.0, HERMITE)),
    "resonant_nodes narrow": (resonant_nodes, (0.3, 1e-10, 1e-12, 60.0, 2.3, legendre_rule(8))),
    "resonant_nodes point and tails": (resonant_nodes, (0.3, 1e-7, 1e-12, 60.0, 2.3, legendre_rule(8))),
    "resonant_nodes broad": (resonant_nodes, (0.3, 1e-2, 1e-12, 60.0, 2.3, legendre_rule(8))),
    "resonant_nodes below": (resonant_nodes, (-0.3, 1e-10, 1e-12, 60.0, 2.3, legendre_rule(8))),
    "solve_in_place": (solve_in_place, (LINEAR, np.ones(4))),
    "solve_in_place singular": (solve_in_place, (np.ones((4, 4)), np.ones(4))),
    "collocate": (collocate, (VALUES.reshape(3, 3, 3), 1, 0.3, TABLEAU.nodes, np.zeros((2, 3)), 1)),
    "cross_section_at_nodes": (
        cross_section_at_nodes,
        (np.array([0.1, 0.3]), np.array([-0.1, 0.1]), 0.4, 0.9, 1e-3, 1e-9),
    ),
    "bath_at": (bath_at, (0.03, PLASMA)),
    "bath_at colder": (bath_at, (1e-14, PLASMA)),
    "bath_at hotter": (bath_at, (1e6, PLASMA)),
    "baths_at": (baths_at, (np.array([0.03, 1.0]), PLASMA)),
    "transfer_moment series": (transfer_moment, (0.02,)),
    "transfer_moment closed": (transfer_moment, (2.0,)),
    "momentum_transfer": (momentum_transfer, (0.05, 0.45, 1.0, 1e-12, photon_rule(16))),
    "momentum_transfers": (
        momentum_transfers,
        (np.array([0.05, 0.1]), np.array([0.45, 0.4]), np.ones(2), np.array([1e-12, 1e-9]), photon_rule(16)),
    ),
    "exchange_functions series": (exchange_functions, (0.02, 0.98)),
    "exchange_functions artanh": (exchange_functions, (0.3, 0.7)),
    "exchange_functions logarithm": (exchange_functions, (0.9, 0.1)),
    "pair_cross_section_at": (pair_cross_section_at, (0.3, 0.7, 0.4, 0.32, 1e-9)),
    "pair_cross_section_at below": (pair_cross_section_at, (0.3, -0.1, 0.4, 0.48, 1e-9)),
    "pair_cross_section_at_nodes": (
        pair_cross_section_at_nodes,
        (np.array([0.1, 0.3]), np.array([-0.1, 0.1]), 0.4, 0.44, 1e-9),
    ),
    "exchange_integrals series": (exchange_integrals, (0.2, 0.8)),
    "exchange_integrals closed": (exchange_integrals, (0.8, 0.2)),
    "alp_transfer_moment": (alp_transfer_moment, (0.05, 0.45, 0.6)),
    "alp_transfer_moment none": (alp_transfer_moment, (0.05, 0.45, 1.0)),
    "charged_density": (charged_density, (0.02, charged_leptons())),
    "equilibration_rate": (equilibration_rate, (0.02, 0.3, 1e-5, 1e-12, charged_leptons())),
    "equilibration_rate, no charges": (equilibration_rate, (1e-6, 0.3, 1e-5, 1e-12, charged_leptons())),
    "log_scaled_bessel": (log_scaled_bessel, (2, 0.7, bessel_functions())),
    "transfer_at": (transfer_at, (2.3, SECTOR.transfer)),
    "alp_momentum_transfer": (alp_momentum_transfer, (0.05, 0.45, 0.6, 1e-9, kinetic_rule(0.5))),
    "panel_nodes": (panel_nodes, (np.array([0.1, 0.3]), np.array([0.3, 0.4]), legendre_rule(4).nodes)),
    "judge": (judge, (*PANELS, _last_orders(8), 1e-9, 1e-14, 2)),
    "first_panels": (
        first_panels,
        (np.array([[0.3, 1e-3], [0.5, 0.0], [-0.2, 0.1]]), np.geomspace(1e-3, 2.0, 9), 1e-14, legendre_rule(4).nodes),
    ),
    "sort_out": (sort_out, sorting(2)),
    "sort_out the last": (sort_out, sorting(0)),
    "in_order": (in_order, (KEPT, 1e-3, np.geomspace(1e-9, 1e-3, 8), np.ones(8), legendre_rule(8))),
    "find_peaks": (find_peaks, (PEAKED[0], PEAKED[1], 2.0)),
    "monotone_slopes": (monotone_slopes, (np.array([1.0, 2.0, 2.5, 1.0, 1.1, 9.0]), 0.3)),
    "condense": (condense, (DENSE, RULES)),
    "condense suppressed": (condense, (DENSE._replace(shape=Shape(0, 0.3, 0.0, 0.0, 1e4)), RULES)),
    "tabulate_condensed": (tabulate_condensed, (0.4, 2.0, DENSE, True, RULES, np.empty((14, 4, 2)))),
    "energies": (energies, (np.array([1e-18, 0.3]), 0.7)),
    "survey": (survey, (np.array([2.0, 20.0]), FOUND, np.empty(0), 1e-9, 5e-3, 0.3)),
    "survey with a point": (survey, (np.array([2.0, 20.0]), FOUND, np.array([0.55]), 0.2, 5e-3, 0.3)),
    "weigh": (weigh, (FOUND, FOUND.nodes, FOUND.values, 0.53, 0.0)),
    "weigh smooth": (weigh, (FOUND, FOUND.nodes, FOUND.values, 0.0, 0.0)),
    "weigh forbidden": (weigh, (FOUND, FOUND.nodes, np.maximum(FOUND.nodes - 0.3, 0.0), 0.0, 0.3)),
    "weigh nothing": (weigh, (FOUND, FOUND.nodes, np.zeros_like(FOUND.nodes), 0.0, 0.0)),
    "first_wrong": (first_wrong, (np.array([1.0, 0.0, -1.0, math.nan]),)),
    "first_wrong none": (first_wrong, (np.array([1.0, 0.0]),)),
    "first_not_converged": (
        first_not_converged,
        (np.array([2.0, 20.0]), np.linspace(0.1, 0.9, 9), *np.ones((2, 9)), *np.array([[0.1, 0.3], [1e-4, 0.3]]), 5e-3),
    ),
    "smooth_below": (smooth_below, (np.geomspace(1e-9, 10.0, 40), np.geomspace(1e-9, 10.0, 40) ** -0.45, math.inf)),
    "strengths_of": (strengths_of, (np.array([1e-9, 2e-9]), np.array([0.1, 0.3]), 5.0, 2.0)),
    "weigh_nodes": (weigh_nodes, (np.array([0.1, 0.3]), np.array([1e-9, 1e-8]), Shape(1, 0.2, 0.3, 0.0, 50.0))),
    "fill_rapidity_integrals": (fill_rapidity_integrals, (np.array([0.3, 2.0]), 12.0, HERMITE, *np.empty((2, 3)))),
    "fill_energy_integrals": (fill_energy_integrals, (np.array([0.3, 2.0]), 12.0, HERMITE, *np.empty((2, 3)))),
    "thermal_averages few": (thermal_averages, (20.0, NODES, 5, 9, 0.01, True, RULES, scratch_for(NODES, RULES))),
    "thermal_averages many": (thermal_averages, (20.0, NODES, 5, 55, 0.01, True, RULES, scratch_for(NODES, RULES))),
    "thermal_averages first": (thermal_averages, (20.0, NODES, 5, 55, 0.01, False, RULES, scratch_for(NODES, RULES))),
    "tabulate": (tabulate, (0.4, 2.0, NODES, True, RULES, np.empty((14, 4, 2)))),
    "averages_at": (averages_at, (2.2, math.exp(2.2), AVERAGES)),
    "averages_with_slopes": (averages_with_slopes, (2.2, math.exp(2.2), AVERAGES)),
    "first_average_at": (first_average_at, (2.2, math.exp(2.2), AVERAGES)),
    "correction_at": (correction_at, (2.2, math.exp(2.2), SECTOR.gas)),
    "log_equilibrium_yield": (log_equilibrium_yield, (2.7, 1e-5, 0.5, 2.0, SECTOR.gas)),
    "relativistic_correction": (relativistic_correction, (7.0, HERMITE)),
    "annihilations_per_hubble_time": (annihilations_per_hubble_time, (2.7, SECTOR)),
    "equilibrates": (equilibrates, (SECTOR, Accuracy())),
    "tabulate_early": (freeze_in.tabulate_early, (0, 100.0, NODES, bessel_functions(), EARLY_TABLES)),
    "early coefficients_at": (freeze_in.coefficients_at, (-1.0, EARLY)),
    "early coefficients_at later": (freeze_in.coefficients_at, (2.3, EARLY)),
    "nbe.coefficients_at": (nbe.coefficients_at, (2.7, SECTOR)),
    "nbe.rates": (nbe.rates, engine_rates_at(nbe)),
    "cbe.coefficients_at": (cbe.coefficients_at, (2.7, SECTOR)),
    "cbe.rates": (cbe.rates, engine_rates_at(cbe)),
    "cbe_energy.rates": (cbe_energy.rates, engine_rates_at(cbe_energy)),
    "energy_moments": (energy_moments, (7.0, HERMITE)),
    "growth": (growth, (0.3,)),
    "growth nothing": (growth, (0.0,)),
    "factorise": (factorise, (LINEAR, np.zeros(4, dtype=np.int64), np.array([1.0, 2.0, 0.5, 1.0]))),
    "factorise singular": (factorise, (np.zeros((4, 4)), np.zeros(4, dtype=np.int64), np.ones(4))),
    "solve_factorised": (solve_factorised, (*factors(), np.arange(4.0))),
    "solve_band": (solve_band, (band(), np.ones(N), np.zeros((N, 7)), np.zeros(N))),
    "multiply_band": (multiply_band, (band(), np.arange(1.0, N + 1.0), np.zeros(N))),
    "cell_of": (cell_of, (3.3, GRID)),
    "cell_of beyond": (cell_of, (33.0, GRID)),
    "polynomials_of": (polynomials_of, (SHAPE, GRID, np.zeros_like(CELLS))),
    "locate": (locate, (np.array([0.0, 3.3, 33.0]), np.zeros(3, dtype=np.int64), 3, GRID)),
    "grid_for": (grid_for, (0.5, MomentumGrids(GRID, GRID, GRID))),
    "grid_for at threshold": (grid_for, (0.01, MomentumGrids(GRID, GRID, GRID))),
    "values_at": (values_at, (2, 0.3, GRID)),
    "log_f_at": (log_f_at, (3.3, CELLS, GRID)),
    "stretch": (stretch, (SHAPE, 0.9, CELLS, GRID, np.zeros(N))),
    "strength_of": (strength_of, (1e-9, 0.1, 0.5, 2.0)),
    "reduce_spectrum": (reduce_spectrum, (MANY, 12.0, Groups(*np.zeros((4, 5)), 0), 1e-4)),
    "reduce_spectrum nothing": (reduce_spectrum, (MANY._replace(size=0), 12.0, Groups(*np.zeros((4, 5)), 0), 1e-4)),
    "moments": (moments, (CELLS, THETA, GRID)),
    "number_and_energy": (number_and_energy, (CELLS, THETA, GRID)),
    "maxwellian": (maxwellian, (11.0, THETA, GRID)),
    "transport": (
        transport,
        (
            CELLS,
            Background(10.0, 1.0, 2.0, 1e19),
            Scale(THETA, 1.0, 1.0),
            TAIL,
            True,
            GRID,
            np.zeros(N),
            np.zeros((N, 7)),
            np.zeros((N, N)),
        ),
    ),
    "mass_derivative": (mass_derivative, (CELLS, np.cos(np.arange(N)), THETA, GRID, np.zeros((N, 7)))),
    "limit_tail": (limit_tail, (SHAPE + np.cos(9.0 * np.arange(N)), 1.0, TAIL, GRID)),
    "collide": (collide, a_collision(FEW, derive=False)),
    "collide, derived": (collide, a_collision(FEW, derive=True)),
    "collide out of reach": (collide, a_collision(FEW._replace(e=np.array([9.0, 9.5])), derive=True)),
    "background_at": (background_at, (2.7, SECTOR)),
    "rates_at": (rates_at, (2.3, SHAPE, STEP, *a_step(), np.zeros(N))),
    "linearise": (linearise, (SHAPE, STEP, *a_step())),
    "prepare": (prepare, (SHAPE, STEP, *a_step())),
    "advance": (
        advance,
        (
            SHAPE,
            1e-3,
            STEP,
            *(few := a_step(with_rates=True))[:3],
            rodas4(),
            *few[3:],
        ),
    ),
}


def everything_after(function: Callable[..., object], arguments: tuple[object, ...]) -> np.ndarray:
    """All numbers that a call returns and all that its arguments then hold, flat."""

    def flat(value: object) -> np.ndarray:
        if isinstance(value, tuple):
            return np.concatenate([np.empty(0), *(flat(item) for item in value)])
        return np.zeros(0) if value is None else np.ravel(value).astype(float)

    own = copy.deepcopy(arguments)
    return np.concatenate([flat(function(*own)), flat(own)])


@pytest.mark.parametrize(("compiled", "arguments"), TWINS.values(), ids=TWINS.keys())
def test_a_compiled_kernel_agrees_with_its_python_twin(compiled, arguments):
    with np.errstate(all="ignore"):
        twin = everything_after(compiled.py_func, arguments)
    np.testing.assert_allclose(everything_after(compiled, arguments), twin, rtol=1e-12)


@pytest.fixture
def arrays_alive(monkeypatch):
    """How many arrays of compiled code there are."""
    nrt = importlib.import_module("numba.core.runtime.nrt")
    before = nrt._nrt.memsys_stats_enabled()
    nrt._nrt.memsys_enable_stats()

    def alive() -> int:
        gc.collect()
        stats = nrt.rtsys.get_allocation_stats()
        return stats.mi_alloc - stats.mi_free

    yield alive
    if not before:
        nrt._nrt.memsys_disable_stats()


@pytest.mark.parametrize(("compiled", "arguments"), TWINS.values(), ids=TWINS.keys())
def test_a_kernel_neither_keeps_an_array_nor_frees_one_twice(compiled, arguments, arrays_alive):
    everything_after(compiled, arguments)
    before = arrays_alive()
    for _ in range(3):
        everything_after(compiled, arguments)
    assert arrays_alive() == before


@pytest.mark.parametrize("engine", ["nbe", "cbe", "fbe"])
def test_an_engine_neither_keeps_an_array_nor_frees_one_twice(engine, arrays_alive):
    relic_density(0.75, 0.477, 9e-5, 7e-5, engine=engine)
    before = arrays_alive()
    relic_density(0.75, [0.46, 0.477, 0.7], 9e-5, 7e-5, engine=engine)
    assert arrays_alive() == before


def test_a_part_counts_references_only_where_it_makes_or_is_given_an_array(arrays_alive, monkeypatch):
    monkeypatch.setattr(compilation, "cache_folder", lambda: None)  # of kept machine code numba shows nothing

    @compilation.inner_kernel
    def row_sum(table, i):
        row = table[i]
        return row[0] + row[1]

    @compilation.inner_kernel
    def row_of(table, i):
        return table[i]

    @compilation.inner_kernel
    def doubled_sum(table, i):
        return np.sum(2.0 * row_of(table, i))

    @compilation.inner_kernel
    def through_a_tuple(pair, i):
        return row_sum(pair[0], i) + row_sum(pair[1], i)

    @compilation.kernel
    def all_of_them(table, i):
        row = row_of(table, i)
        return row_sum(table, i), doubled_sum(table, i), through_a_tuple((table, 2.0 * table), i), row

    table = np.arange(6.0).reshape(3, 2)
    first = all_of_them(table, 1)
    before = arrays_alive()
    again = all_of_them(table, 1)
    assert again[:3] == first[:3] == (5.0, 10.0, 15.0)
    np.testing.assert_array_equal(again[3], [2.0, 3.0])
    del again, first
    assert arrays_alive() <= before
    (code,) = all_of_them.inspect_llvm().values()
    functions = re.split(r"^define ", code, flags=re.M)
    counting = {
        name: any("NRT_incref" in function for function in functions if name in function.partition("(")[0])
        for name in ("row_sum", "through_a_tuple")
    }
    assert counting == {"row_sum": False, "through_a_tuple": False}
    assert "NRT_incref" in code  # of row_of, which returns an array


CALLS_ONE = """\
from alpfit.numerics.quadrature import half_hermite_rule, scaled_bessel_k2
print(repr(scaled_bessel_k2(3.0, half_hermite_rule(40))))
"""


@pytest.mark.parametrize("damage", [lambda content: content[:10], lambda _: b"", lambda content: content[::-1]])
def test_damaged_machine_code_is_compiled_anew_and_told_once(tmp_path, damage):
    def answer():
        environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
        return subprocess.run(
            [sys.executable, "-c", CALLS_ONE], env=environment, capture_output=True, text=True, check=True
        )

    first = answer()
    kept = [path for path in tmp_path.rglob("*") if path.suffix in {".nbi", ".nbc"}]
    assert kept
    for path in kept:
        path.write_bytes(damage(path.read_bytes()))
    again = answer()
    assert again.stdout == first.stdout
    told = [line for line in again.stderr.splitlines() if "cannot be read: it is damaged" in line]
    assert len(told) == 1
    assert str(tmp_path) in told[0]


def test_machine_code_that_cannot_be_kept_is_used_all_the_same(caplog):
    import errno

    class Full:
        def load_overload(self, *_):
            return None

        def save_overload(self, *_):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    compilation._told_faults.cache_clear()
    kept = Full()
    compilation._tolerate_faults(kept)
    kept.save_overload("signature", "code")
    kept.save_overload("signature", "code")
    assert kept.load_overload("signature", "target") is None
    assert [record.message for record in caplog.records if "No space left" in record.message] == [caplog.messages[0]]


def test_that_it_is_compiled_is_said_once_and_again_where_more_is_compiled(monkeypatch, tmp_path, caplog):
    monkeypatch.setattr(compilation, "cache_folder", lambda: tmp_path)
    listener = type(compilation.first_compilation)()
    listener.on_start(None)  # as for a kernel that is compiled while an entry is loaded
    listener.tell("12 seconds")
    listener.on_start(None)
    listener.tell("20 seconds")
    assert [message.rpartition(": ")[2] for message in caplog.messages] == ["about half a minute", "20 seconds"]


def test_one_process_keeps_machine_code_at_a_time(tmp_path, monkeypatch):
    """Numba numbers a kernel's files by what its index holds: two processes could write into one."""
    import fcntl

    alone = []

    class Kept:
        def load_overload(self, *_):
            return None

        def save_overload(self, *_):
            with (tmp_path / "lock").open("a") as other:
                try:
                    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    alone.append(True)
                else:
                    alone.append(False)

    monkeypatch.setattr(compilation, "cache_folder", lambda: tmp_path)
    kept = Kept()
    compilation._tolerate_faults(kept)
    kept.save_overload("signature", "code")
    assert alone == [True]


def test_the_part_of_a_kernel_that_is_an_inner_kernel_is_no_machine_code_of_its_own(tmp_path):
    """What a part is linked into has it whole: the same numbers come out, and nothing else was put into memory."""
    script = tmp_path / "parts.py"
    script.write_text(
        "from llvmlite.binding import ExecutionEngine\n"
        "added, add = [], ExecutionEngine.add_module\n"
        "ExecutionEngine.add_module = lambda self, module: (added.append(module.name), add(self, module))[1]\n"
        "import numpy as np\n"
        "from alpfit.numerics.compile import inner_kernel, kernel\n"
        "@inner_kernel\n"
        "def square(x):\n    return x * x\n"
        "@inner_kernel\n"
        "def quartic(x):\n    return square(square(x))\n"
        "@kernel\n"
        "def summed(values):\n    return quartic(values[0]) + square(values[1])\n"
        "assert summed(np.array([3.0, 2.0])) == 85.0\n"
        "print(*[name for name in added if name in ('square', 'quartic', 'summed')])\n"
    )
    made = subprocess.run([sys.executable, script], check=True, capture_output=True, text=True).stdout.split()
    assert made == ["summed"]


def test_without_compiling_a_kernel_is_the_function_that_it_was():
    """``NUMBA_DISABLE_JIT=1``, numba's own way to look into a kernel with a debugger."""
    script = (
        "from alpfit.numerics.interpolation import evaluate_spline\n"
        "from alpfit.physics.widths import alp_widths\n"
        "import numpy as np\n"
        "widths = alp_widths(*(np.array([x]) for x in (2.0, 0.48, 1e-4, 1e-3)))\n"
        "print(type(evaluate_spline.compiled).__name__, widths.total[0])\n"
    )
    by = {
        disabled: subprocess.run(
            [sys.executable, "-c", script],
            check=True, capture_output=True, text=True, env={**os.environ, "NUMBA_DISABLE_JIT": disabled},
        ).stdout.split()
        for disabled in ("0", "1")
    }  # fmt: skip
    assert (by["0"][0], by["1"][0]) == ("CPUDispatcher", "function")
    assert float(by["1"][1]) == pytest.approx(float(by["0"][1]), rel=1e-13)
