"""How quantities become axes, and how the style of the figures is set."""

import os
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser

from alpfit.inference.samples import Samples
from alpfit.plots.style import Axis, axis, paper_style
from alpfit.scenarios import SCENARIOS, Quantity

COUPLING = Quantity(r"g_{a\gamma\gamma}", "GeV$^{-1}$", "coupling")


@pytest.fixture
def samples():
    values = np.array([1e-5, 1e-4, 1e-3])
    return Samples({"g": values}, {"m": 1e3 * values}, {}, np.zeros(3), np.full(3, -np.log(3.0)), 0.0, 0.1, 3)


def test_a_linear_axis_shows_the_quantity_in_its_unit(samples):
    drawn = axis(samples, "g", COUPLING, logarithmic=False)
    assert drawn.label == r"$g_{a\gamma\gamma}$ [GeV$^{-1}$]"
    np.testing.assert_array_equal(drawn.values, [1e-5, 1e-4, 1e-3])


def test_a_logarithmic_axis_shows_the_logarithm_and_says_so(samples):
    drawn = axis(samples, "g", COUPLING, logarithmic=True)
    assert drawn.label == r"$\log_{10}(g_{a\gamma\gamma}$/GeV$^{-1}$)"
    np.testing.assert_allclose(drawn.values, [-5.0, -4.0, -3.0], rtol=1e-14)


def test_a_logarithmic_axis_without_a_unit_has_no_slash(samples):
    assert axis(samples, "m", Quantity("r", "", "ratio"), logarithmic=True).label == r"$\log_{10}(r$)"


@pytest.mark.parametrize("logarithmic", [False, True])
def test_the_axis_of_every_quantity_of_every_scenario_can_be_drawn(samples, logarithmic):
    parser = MathTextParser("path")
    for build in SCENARIOS.values():
        scenario = build()
        for quantity in ({**scenario.parameters, **scenario.optional, **scenario.observables}).values():
            assert parser.parse(axis(samples, "g", quantity, logarithmic).label).width > 0.0


def test_the_limits_hold_all_values_with_a_margin():
    low, high = Axis("x", np.array([2.0, 4.0, 3.0]), "x", False).limits
    assert (low, high) == (pytest.approx(1.7), pytest.approx(4.3))


def test_the_limits_of_a_single_value_are_not_equal():
    low, high = Axis("x", np.array([2.0, 2.0]), "x", False).limits
    assert low < 2.0 < high


def test_the_style_ends_with_the_block():
    before = matplotlib.rcParams["font.size"], list(matplotlib.rcParams["font.family"])
    with paper_style():
        assert matplotlib.rcParams["font.size"] == 9.0
        assert matplotlib.rcParams["font.family"] == ["serif"]
    assert (matplotlib.rcParams["font.size"], list(matplotlib.rcParams["font.family"])) == before


def test_figures_are_drawn_from_matplotlibs_defaults_whatever_the_users_are():
    with matplotlib.rc_context({"text.usetex": True, "axes.grid": True, "savefig.format": "svg"}):
        with paper_style():
            assert not matplotlib.rcParams["text.usetex"]
            assert not matplotlib.rcParams["axes.grid"]
        assert matplotlib.rcParams["text.usetex"]


@pytest.mark.parametrize("backend", ["module://matplotlib_inline.backend_inline", "no-such-backend"])
def test_the_backend_of_a_notebook_is_no_matter(backend):
    code = """
from alpfit.plots.style import paper_style
with paper_style():
    from matplotlib.figure import Figure
    Figure().savefig(__import__("io").BytesIO(), format="png")
"""
    environment = os.environ | {"MPLBACKEND": backend}
    answer = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")


def test_arviz_can_be_imported_where_nothing_can_be_kept(tmp_path):
    (tmp_path / "file").write_text("")
    code = "import arviz_base, arviz_stats; print(arviz_stats.__name__)"
    nowhere = str(tmp_path / "file" / "folder")
    environment = os.environ | {"HOME": nowhere, "XDG_CACHE_HOME": nowhere, "MPLCONFIGDIR": str(tmp_path)}
    answer = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout) == (0, "arviz_stats\n"), answer.stderr


def test_corner_is_drawn_with_without_the_libraries_that_its_package_brings():
    code = """
import sys
from alpfit.plots.corner import corner_alone
assert callable(corner_alone().corner_impl)
assert {"arviz", "arviz_base", "xarray", "pandas", "corner"}.isdisjoint(sys.modules)
import corner
assert callable(corner.corner)
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
