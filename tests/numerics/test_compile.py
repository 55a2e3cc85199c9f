"""How kernels are compiled and cached, and what no kernel may do."""

import dis
import importlib
import math
import pkgutil
from pathlib import Path
from types import CodeType

import numba
import numpy as np
import pytest
from numba.extending import is_jitted

from alpfit.numerics import compile as compilation
from alpfit.numerics.interpolation import evaluate_spline, spline_slopes
from alpfit.numerics.quadrature import half_hermite_rule, legendre_rule, resonant_nodes, scaled_bessel_k
from alpfit.physics.annihilation import cross_section_at_nodes
from alpfit.physics.plasma import bath_at, saikawa_shirai_2018
from alpfit.physics.scattering import momentum_transfer, photon_rule, transfer_moment
from alpfit.relic.averages import pair_weights, thermal_averages
from alpfit.relic.boltzmann import log_equilibrium_yield, relativistic_correction


def all_kernels() -> dict[str, object]:
    """Every compiled function of the kernel folders, by its full name."""
    kernels = {}
    for folder in compilation.KERNEL_FOLDERS:
        package = importlib.import_module(f"alpfit.{folder}")
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for value in vars(importlib.import_module(info.name)).values():
                if is_jitted(value):
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
        "alpfit.numerics.radau.integrate",
        "alpfit.physics.plasma.bath_at",
        "alpfit.physics.scattering.momentum_transfer",
        "alpfit.relic.cbe.cbe_rate",
        "alpfit.relic.portal.annihilations_per_hubble_time",
    ):
        assert name in KERNELS


@each_kernel
def test_no_kernel_captures_a_number_from_outside(compiled):
    """Numba's cache would not see the number change; constants and tables are arguments."""
    assert captured_numbers(compiled.py_func) == []


@each_kernel
def test_every_kernel_releases_the_gil(compiled):
    assert compiled.targetoptions["nogil"] is True


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
        if any(word in path.read_text(encoding="utf-8") for word in ("numerics.compile", "njit"))
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


def test_the_cache_can_be_moved_by_numbas_own_setting(tmp_path, monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    assert fresh_cache_folder().parent == tmp_path


def test_a_kernel_is_cached_in_that_folder_and_leaves_numbas_setting_alone():
    before = numba.config.CACHE_DIR

    def doubled(x):
        return 2.0 * x

    compiled = compilation.kernel(doubled)
    assert Path(compiled.stats.cache_path).is_relative_to(compilation.cache_folder())
    after = numba.config.CACHE_DIR
    assert after == before


def test_a_function_that_takes_kernels_works_inside_a_kernel():
    @compilation.higher_order_kernel
    def twice(function, x):
        return function(function(x))

    @numba.njit
    def square(x):
        return x * x

    @numba.njit
    def fourth_power(x):
        return twice(square, x)

    assert fourth_power(3.0) == 81.0


HERMITE, PLASMA = half_hermite_rule(8), saikawa_shirai_2018()
VALUES = np.sin(np.arange(9.0))
TWINS = {
    "spline_slopes": (spline_slopes, (VALUES, 0.5)),
    "evaluate_spline": (evaluate_spline, (1.3, 0.0, 0.5, VALUES, np.cos(VALUES))),
    "scaled_bessel_k": (scaled_bessel_k, (2, 3.0, HERMITE)),
    "cross_section_at_nodes": (
        cross_section_at_nodes,
        (np.array([0.1, 0.3]), np.array([-0.1, 0.1]), 0.4, 0.9, 1e-3, 1e-9),
    ),
    "resonant_nodes narrow": (resonant_nodes, (0.3, 1e-10, 1e-12, 60.0, 2.3, legendre_rule(8))),
    "resonant_nodes broad": (resonant_nodes, (0.3, 1e-2, 1e-12, 60.0, 2.3, legendre_rule(8))),
    "resonant_nodes below": (resonant_nodes, (-0.3, 1e-10, 1e-12, 60.0, 2.3, legendre_rule(8))),
    "bath_at": (bath_at, (0.03, PLASMA)),
    "transfer_moment series": (transfer_moment, (0.02,)),
    "transfer_moment closed": (transfer_moment, (2.0,)),
    "momentum_transfer": (momentum_transfer, (0.05, 0.45, 1.0, 1e-12, photon_rule(16))),
    "pair_weights": (pair_weights, (0.3, 12.0, HERMITE)),
    "thermal_averages": (thermal_averages, (20.0, np.array([0.01, 0.2]), np.array([1.0, 2.0]), HERMITE)),
    "log_equilibrium_yield": (log_equilibrium_yield, (15.0, 1e-5, 0.5, 2.0, HERMITE)),
    "relativistic_correction": (relativistic_correction, (7.0, HERMITE)),
}


@pytest.mark.parametrize(("compiled", "arguments"), TWINS.values(), ids=TWINS.keys())
def test_a_compiled_kernel_agrees_with_its_python_twin(compiled, arguments):
    np.testing.assert_allclose(compiled(*arguments), compiled.py_func(*arguments), rtol=1e-12)
