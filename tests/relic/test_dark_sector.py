"""A dark sector from functions or tables: what it makes of them, and what it refuses, with place, value and way out."""

import math
import re

import numpy as np
import pytest

from alpfit.errors import ConfigurationError
from alpfit.relic import DarkSector, solve

MASS = 50.0
THRESHOLD = 4.0 * MASS**2


def s_wave(s: np.ndarray) -> np.ndarray:
    """sigma with sigma v_lab = 2e-9 GeV^-2."""
    return 2e-9 * (s - 2.0 * MASS**2) / np.sqrt(s * (s - THRESHOLD))


def strong_scattering(temperature: np.ndarray) -> np.ndarray:
    return 1e-6 * temperature**6


def sector(**changes) -> DarkSector:
    given = {"mass": MASS, "dof": 1, "cross_section": s_wave, "momentum_transfer": strong_scattering}
    return DarkSector(**{**given, **changes})


def refusal(match: str):
    return pytest.raises(ConfigurationError, match=match)


def test_functions_are_called_as_they_are():
    s, temperature = np.geomspace(1.01, 1e3, 7) * THRESHOLD, np.geomspace(1e-3, 1e2, 5)
    np.testing.assert_array_equal(sector().sigma(s), s_wave(s))
    np.testing.assert_array_equal(sector().gamma(temperature), strong_scattering(temperature))


def test_without_scattering_the_rate_is_zero_and_in_equilibrium_it_is_infinite():
    temperature = np.array([1e-3, 1.0, 50.0])
    assert sector(momentum_transfer=None).gamma(temperature).tolist() == [0.0] * 3
    assert sector(momentum_transfer="equilibrium").gamma(temperature).tolist() == [math.inf] * 3


@pytest.mark.parametrize(
    ("transfer", "in_equilibrium"), [("equilibrium", True), (None, False), (strong_scattering, False)]
)
def test_only_the_word_equilibrium_ties_the_temperature_to_the_plasma(transfer, in_equilibrium):
    assert sector(momentum_transfer=transfer).in_kinetic_equilibrium is in_equilibrium


def test_a_table_of_a_power_law_is_that_power_law_inside_and_beyond_either_end():
    at = np.geomspace(0.1, 10.0, 9)
    beyond = np.geomspace(1e-6, 1e6, 50)
    tabulated = sector(momentum_transfer=(at, strong_scattering(at)))
    np.testing.assert_allclose(tabulated.gamma(beyond), strong_scattering(beyond), rtol=1e-9)


def test_a_table_of_the_cross_section_keeps_its_one_over_velocity_down_to_threshold():
    """Below its first row, at v = 0.02, sigma rises by another factor of 100 while sigma v is a constant."""
    above = np.geomspace(1e-4, 1e3, 500)
    tabulated = sector(cross_section=(THRESHOLD * (1.0 + above), s_wave(THRESHOLD * (1.0 + above))))
    s = THRESHOLD * (1.0 + np.geomspace(1e-8, 1e3, 300))
    np.testing.assert_allclose(tabulated.sigma(s), s_wave(s), rtol=2e-3)


def test_a_table_never_overshoots_its_rows():
    """A step of nine orders of magnitude from one row to the next."""
    at, values = np.array([1.0, 2.0, 4.0, 5.0, 8.0, 16.0]), np.array([1e-12, 1e-12, 1e-12, 1e-3, 1e-3, 1e-3])
    inside = sector(momentum_transfer=(at, values)).gamma(np.geomspace(1.0, 16.0, 1000))
    assert inside.min() == pytest.approx(1e-12, rel=1e-9, abs=0.0)
    assert inside.max() == pytest.approx(1e-3, rel=1e-9, abs=0.0)
    assert (np.diff(inside) >= -1e-15).all()


def test_a_table_may_be_lists_or_the_two_rows_of_an_array():
    at = [0.1, 1.0, 10.0]
    values = [float(strong_scattering(np.array(t))) for t in at]
    as_lists, as_array = (sector(momentum_transfer=table) for table in ((at, values), np.array([at, values])))
    np.testing.assert_array_equal(as_lists.gamma(np.array([0.3, 3.0])), as_array.gamma(np.array([0.3, 3.0])))


@pytest.mark.parametrize("name", ["mass", "dof"])
@pytest.mark.parametrize("value", [0, -1.0, math.nan, math.inf, "57", None], ids=repr)
def test_mass_and_degrees_of_freedom_must_be_positive_numbers(name, value):
    with refusal(rf"^{name} = {value!r} must be a positive number"):
        sector(**{name: value})


def test_degrees_of_freedom_are_counted():
    with refusal(r"^dof = 3\.5 must be a whole number: 1 for a real scalar"):
        sector(dof=3.5)
    assert sector(dof=4.0).dof == 4


@pytest.mark.parametrize(
    ("resonance", "message"),
    [
        ((125.0, -1.0), r"width of resonance \(125.0, -1.0\) = -1.0 must be a positive number"),
        ((125.0, 0.0), r"width of resonance \(125.0, 0.0\) = 0.0 must be a positive number"),
        ((math.nan, 1.0), r"position of resonance \(nan, 1.0\) = nan must be a positive number"),
        ((-125.0, 1.0), r"position of resonance .* = -125.0 must be a positive number"),
        ((125.0, 1.0, 2.0), r"resonance \(125.0, 1.0, 2.0\) must be a position and a width \[GeV\]"),
        (125.0, r"resonance 125.0 must be a position and a width \[GeV\]"),
    ],
    ids=repr,
)
def test_a_resonance_is_a_position_and_a_width(resonance, message):
    with refusal(message):
        sector(resonances=[resonance])


def test_a_resonance_that_is_not_in_a_list_is_refused():
    """The likeliest slip: the brackets around the only resonance forgotten."""
    with refusal(r"resonance.*125.*must be"):
        sector(resonances=(125.0, 4.07e-3))


@pytest.mark.parametrize("threshold", [-1.0, 0.0, math.nan, math.inf], ids=repr)
def test_a_threshold_is_a_positive_number(threshold):
    with refusal(rf"threshold = {threshold!r} must be a positive number"):
        sector(thresholds=[110.0, threshold])


def test_a_threshold_that_is_not_in_a_list_is_refused():
    with refusal(r"thresholds = 110.0 must be"):
        sector(thresholds=110.0)


def test_an_unknown_word_for_the_momentum_transfer_is_refused_with_what_is_allowed():
    with refusal(r"momentum_transfer = 'equilibirum' is not known; allowed: .*'equilibrium', None"):
        sector(momentum_transfer="equilibirum")


@pytest.mark.parametrize("value", [math.nan, math.inf, -1e-9], ids=str)
def test_a_cross_section_that_is_no_cross_section_is_refused_with_the_s_where_it_is(value):
    def broken(s: np.ndarray) -> np.ndarray:
        return np.where(s < 2.0 * THRESHOLD, s_wave(s), value)

    at = rf"cross_section returned {value:g} at s = (\d[\d.e+]*) GeV\^2; it must return finite numbers from zero on"
    with refusal(at) as caught:
        solve(sector(cross_section=broken))
    first = float(re.search(at, str(caught.value)).group(1))
    assert 2.0 * THRESHOLD <= first < 3.0 * THRESHOLD


@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0], ids=str)
def test_a_momentum_transfer_rate_that_is_none_is_refused_with_the_temperature_where_it_is(value):
    at = rf"momentum_transfer returned {value:g} at T = \d\S* GeV; it must return finite numbers from zero on"
    with refusal(at):
        solve(sector(momentum_transfer=lambda temperature: np.where(temperature < 1.0, value, 1e-9)))


@pytest.mark.parametrize(
    ("returns", "shape"),
    [(lambda z: 1e-9, r"\(\)"), (lambda z: 1e-9 * z[:-1], r"\(\d+,\)"), (lambda z: 1e-9 * z[None], r"\(1, \d+\)")],
    ids=["a number", "one too few", "a row"],
)
@pytest.mark.parametrize(("name", "variable"), [("cross_section", "s"), ("momentum_transfer", "T")])
def test_a_function_returns_one_number_for_each_argument(name, variable, returns, shape):
    with refusal(rf"{name} returned an array of shape {shape} for {variable} of shape \(\d+,\); it must return one "):
        solve(sector(**{name: returns}))


S = np.geomspace(1.001, 100.0, 6) * THRESHOLD
SIGMA = s_wave(S)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ((S[::-1], SIGMA), r"cross_section: s = .* in row 2 must be above the row before"),
        (([2e4, 2e4, 3e4], [1.0, 1.0, 1.0]), r"cross_section: s = 20000 in row 2 must be above the row before"),
        ((S, -SIGMA), r"cross_section: cross_section = -.* in row 1 must be positive"),
        ((S, [1.0, 1.0, 0.0, 1.0, 1.0, 1.0]), r"cross_section: cross_section = 0 in row 3 must be positive"),
        ((S, [1.0, math.nan, 1.0, 1.0, 1.0, 1.0]), r"cross_section: cross_section = nan in row 2 must be positive"),
        ((-S[::-1], SIGMA), r"cross_section: s = -.* in row 1 must be positive"),
        ((S, SIGMA[:-1]), r"cross_section: a table needs two columns of one length, not \(6,\) and \(5,\)"),
        ((S[None], SIGMA[None]), r"two columns of one length, not \(1, 6\) and \(1, 6\)"),
        (([2e4], [1.0]), r"two columns of one length"),
        (([0.5 * THRESHOLD, 2e4], [1.0, 1.0]), r"cross_section: s = 5000 must be above threshold, 10000"),
        ((S, SIGMA, SIGMA), r"cross_section must be a function of s, or a table: two arrays"),
        ((["a", "b"], [1.0, 2.0]), r"cross_section must be a function of s, or a table: two arrays"),
        (2e-9, r"cross_section must be a function of s, or a table: two arrays"),
        (None, r"cross_section must be a function of s, or a table: two arrays"),
    ],
    ids=[
        "descending", "twice", "negative", "zero", "nan", "negative s", "lengths", "rows", "one row", "below threshold",
        "three", "text", "number", "none",
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_used_is_refused_with_the_row(table, message):
    with refusal(message):
        solve(sector(cross_section=table))


def test_a_table_of_the_rate_is_checked_in_the_same_way_and_named():
    temperature = np.geomspace(1e-3, 50.0, 8)
    rate = strong_scattering(temperature)
    with refusal(r"momentum_transfer: T = .* in row 2 must be above the row before"):
        solve(sector(momentum_transfer=(temperature[::-1], rate)))
    with refusal(r"momentum_transfer: momentum_transfer = -.* in row 1 must be positive"):
        solve(sector(momentum_transfer=(temperature, -rate)))
    with refusal(r"momentum_transfer: a table needs two columns of one length, not \(8,\) and \(7,\)"):
        solve(sector(momentum_transfer=(temperature, rate[:-1])))


def peaked_table(rows_in_half_width: float, offset: float = 0.0):
    """A peak at 125 GeV with a half-width of 0.5 GeV."""
    root_s = 125.0 + (np.arange(-60, 61) + offset) * 0.5 / rows_in_half_width
    root_s = np.concatenate([np.linspace(100.01, root_s[0] - 0.1, 50), root_s, np.geomspace(200.0, 1e3, 40)])
    root_s = np.unique(root_s[root_s > 100.0])
    return root_s**2, 1e-9 + 1e-5 / (1.0 + ((root_s - 125.0) / 0.5) ** 2)


@pytest.mark.parametrize("offset", [0.0, 0.25, 0.5])
def test_a_table_with_a_peak_between_few_rows_is_refused(offset):
    assert solve(sector(cross_section=peaked_table(3.0, offset))).ok
    for rows in (0.2, 0.5, 1.0):
        with refusal(r"cross_section: the table has a peak in row \d+, s = .*, of only \d rows above a third"):
            solve(sector(cross_section=peaked_table(rows, offset)))


def test_a_table_without_rows_on_a_resonance_that_is_listed_is_refused():
    with refusal(r"cross_section: the table has 0 rows within a width of the resonance at 125 GeV: give it 5 or more"):
        solve(sector(cross_section=(S, SIGMA), resonances=[(125.0, 1e-3)]))


def test_what_a_dirac_particle_needs_is_said():
    assert "4 for a Dirac fermion" in str(DarkSector.__doc__)
    assert "half of their cross-section" in str(DarkSector.__doc__)


def test_an_error_in_the_function_itself_is_the_users_to_see():
    def broken(s: np.ndarray) -> np.ndarray:
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        solve(sector(cross_section=broken))


def test_a_sector_cannot_be_changed_and_all_its_refusals_are_value_errors():
    with pytest.raises(AttributeError):
        sector().mass = 1.0
    assert issubclass(ConfigurationError, ValueError)
