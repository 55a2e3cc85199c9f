"""The limit surface: a bound in mass and lifetime, what becomes of it beyond the table, and what was not searched."""

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.interpolate import RegularGridInterpolator

from alpfit.errors import CatalogueError, validation_sentence
from alpfit.likelihoods import FORMS
from alpfit.likelihoods.forms import limit_surface

PS = 1e-12
DATA = {
    "observable": "rate",
    "abscissa": "mass",
    "lifetime": "tau",
    "confidence_level": 0.90,
    "search": "missing energy",
}
MASSES, LIFETIMES = np.array([0.0, 0.1, 0.3]), np.array([100.0, 1000.0, 10000.0]) * PS
BOUNDS = np.array([[9e-8, 3e-9, 1e-9], [4e-8, 1e-9, 2e-9], [5e-7, 6e-8, 7e-9]])
TABLE = "mass [GeV],100 ps,1000 ps,10000 ps\n0,9e-8,3e-9,1e-9\n0.1,4e-8,1e-9,2e-9\n0.3,5e-7,6e-8,7e-9\n"
Z = {0.90: 1.2815515655446004, 0.95: 1.6448536269514722}
"""One-sided quantiles of the normal distribution."""

each_search = pytest.mark.parametrize("search", ["missing energy", "decay"])


def surface(**changes):
    columns = {"masses": MASSES, "lifetimes": LIFETIMES, "bounds": BOUNDS}
    return FORMS["limit-surface"].model_validate({**DATA, **columns, **changes})


def one_mass(bounds, **changes):
    """A surface that does not depend on the mass, from 0 to 1 GeV."""
    return surface(masses=np.array([0.0, 1.0]), bounds=np.array([bounds, bounds], dtype=float), **changes)


def at(rate, mass, picoseconds, **others):
    columns = {"rate": rate, "mass": mass, "tau": np.multiply(picoseconds, PS), **others}
    return dict(zip(columns, np.broadcast_arrays(*(np.asarray(c, dtype=float) for c in columns.values())), strict=True))


def bound(form, mass, picoseconds, **others):
    return form.compare(at(0.0, mass, picoseconds, **others)).bound


@pytest.mark.parametrize("level", Z)
@pytest.mark.parametrize("power", [1.0, 2.0])
def test_a_signal_at_the_bound_is_excluded_at_the_confidence_level(level, power):
    form = surface(confidence_level=level, power=power)
    log_l = form.loglike(at(BOUNDS, MASSES[:, None], LIFETIMES / PS))
    np.testing.assert_allclose(-2.0 * log_l, Z[level] ** 2, rtol=1e-10)


@pytest.mark.parametrize("power", [1.0, 2.0])
def test_the_signal_goes_as_the_observable_to_the_power(power):
    once, thrice = surface(power=power).loglike(at([1e-9, 3e-9], 0.2, 500.0))
    assert thrice / once == pytest.approx(3.0 ** (2.0 * power), rel=1e-12)


def test_no_signal_is_the_reference_and_more_of_it_is_less_likely_everywhere():
    rates = np.append(0.0, np.geomspace(1e-12, 1.0, 40))
    log_l = surface().loglike(at(rates, np.linspace(0.0, 0.3, 7)[:, None, None], np.geomspace(20.0, 1e6, 9)[:, None]))
    np.testing.assert_array_equal(log_l[..., 0], 0.0)
    assert not np.signbit(log_l[..., 0]).any()
    assert (np.diff(log_l, axis=-1) < 0.0).all()


def test_a_signal_that_is_not_a_number_is_not_taken_for_none():
    assert np.isnan(surface().loglike(at(np.nan, [0.0, 0.2, 0.9], 500.0))).all()


@pytest.mark.parametrize(("search", "scale"), [("missing energy", lambda tau: -1.0 / tau), ("decay", np.log)])
def test_the_logarithm_of_the_bound_is_linear_in_the_mass_and_along_the_lifetime(search, scale):
    """In 1/tau, as the share that leaves a detector is exp(-t/tau); in ln tau in a search for decays."""
    rng = np.random.default_rng(4)
    mass, tau = rng.uniform(0.0, 0.3, 200), 10.0 ** rng.uniform(2.0, 4.0, 200)
    expected = RegularGridInterpolator((MASSES, scale(LIFETIMES / PS)), np.log(BOUNDS))((mass, scale(tau)))
    np.testing.assert_allclose(bound(surface(search=search), mass, tau), np.exp(expected), rtol=1e-12)


def test_a_particle_that_escapes_after_a_fixed_time_is_limited_exactly():
    time, stable = 700.0, 3e-9
    law = stable * np.exp(time / (LIFETIMES / PS))
    tau = np.array([5.0, 30.0, 100.0, 250.0, 1000.0, 4000.0, 10000.0])
    np.testing.assert_allclose(bound(one_mass(law), 0.5, tau), stable * np.exp(time / tau), rtol=1e-11)


def test_with_a_column_for_stable_particles_the_law_goes_on_to_infinity():
    time, stable = 700.0, 3e-9
    lifetimes = np.array([100.0, 1000.0, np.inf]) * PS
    form = one_mass(stable * np.exp([time / 100.0, time / 1000.0, 0.0]), lifetimes=lifetimes)
    tau = np.array([1000.0, 1e4, 1e5, 1e9, np.inf])
    np.testing.assert_allclose(bound(form, 0.5, tau), stable * np.exp(time / tau), rtol=1e-12)


def test_with_a_column_of_prompt_decays_the_first_lifetime_is_added_under_the_logarithm():
    form = one_mass([1.0, 4.0, 9.0], lifetimes=np.array([0.0, 1.0, 10.0]) * PS, search="decay")
    halfway = [np.sqrt(1.0 * 2.0) - 1.0, np.sqrt(2.0 * 11.0) - 1.0]
    np.testing.assert_allclose(bound(form, 0.5, [0.0, halfway[0], 1.0, halfway[1], 10.0]), [1, 2, 4, 6, 9], rtol=1e-12)


def test_nothing_is_left_of_prompt_decays_and_there_is_no_bound_on_them():
    prompt = at(1.0, 0.1, [0.0, 1e-6])
    np.testing.assert_array_equal(surface().compare(prompt).bound, np.nan)
    np.testing.assert_array_equal(surface().loglike(prompt), 0.0)


def test_a_bound_that_falls_towards_short_lifetimes_does_not_go_on_falling():
    form = one_mass([1.0, 2.0, 3.0])
    np.testing.assert_allclose(bound(form, 0.5, [100.0, 10.0, 1.0]), 1.0, rtol=1e-12)


def test_in_a_search_for_decays_short_lifetimes_are_as_good_as_the_shortest():
    np.testing.assert_allclose(bound(surface(search="decay"), 0.1, [0.0, 1e-6, 99.0]), 4e-8, rtol=1e-12)


def test_long_lifetimes_are_as_good_as_the_longest_or_decay_too_rarely():
    far = [20000.0, 1e9]
    np.testing.assert_allclose(bound(surface(), 0.1, far), 2e-9, rtol=1e-12)
    np.testing.assert_allclose(bound(surface(search="decay"), 0.1, far), [4e-9, 2e-4], rtol=1e-12)


GAPS = {
    "before": ([np.nan, 2e1, 2.0], "missing energy", [2e1 * 10.0**110, 2e1 * 1e10, 2e1, 2.0, 2.0]),
    "one alone": ([np.nan, 2.0, np.nan], "missing energy", [2.0 * np.exp(99.0), 2.0 * np.exp(9.0), 2.0, 2.0, 2.0]),
    "after": ([4.0, 2.0, np.nan], "missing energy", [4.0 * 2.0**10, 4.0, 2.0, 2.0, 2.0]),
    "before, decay": ([np.nan, 2.0, 3.0], "decay", [2.0, 2.0, 2.0, 3.0, 30.0]),
    "between, decay": ([1.0, np.nan, 4.0], "decay", [1.0, 1.0, 2.0, 4.0, 40.0]),
    "after, decay": ([1.0, 2.0, np.nan], "decay", [1.0, 1.0, 2.0, 20.0, 200.0]),
    "all but the first, decay": ([1.0, np.nan, np.nan], "decay", [1.0, 1.0, 10.0, 100.0, 1000.0]),
}


@pytest.mark.parametrize(("bounds", "search", "expected"), GAPS.values(), ids=GAPS)
def test_an_empty_cell_is_filled_as_what_lies_beyond_the_table(bounds, search, expected):
    # from 1000 and 10000 ps: 1/tau = 1 and 0.1 per ns, so a factor 10 for 0.9 per ns
    form = one_mass(bounds, search=search)
    found = bound(form, 0.5, [10.0, 100.0, 1000.0, 1e4, 1e5])
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@each_search
def test_an_empty_row_and_what_lies_between_it_and_its_neighbours_was_not_searched(search):
    bounds = np.vstack([BOUNDS, BOUNDS[:1]])
    bounds[1] = np.nan
    form = surface(masses=np.array([0.0, 0.1, 0.2, 0.3]), bounds=bounds, search=search)
    for tau in (50.0, 1000.0, 1e5):
        log_l = form.loglike(at(1.0, [0.0, 1e-9, 0.1, 0.199999, 0.2, 0.3], tau))
        np.testing.assert_array_equal(log_l[1:4], 0.0)
        assert (log_l[[0, 4, 5]] < -1e6).all()


@each_search
def test_outside_of_the_masses_it_is_off_and_at_their_ends_on(search):
    form = surface(masses=MASSES + 0.1, search=search)
    for tau in (50.0, 1000.0, 1e5):
        off, on = at(1.0, [0.0, 0.099999, 0.400001, 9.0], tau), at(1.0, [0.1, 0.4], tau)
        np.testing.assert_array_equal(form.loglike(off), 0.0)
        assert np.isnan(form.compare(off).bound).all()
        assert (form.loglike(on) < -1e6).all()


@each_search
@pytest.mark.parametrize("bounds", [BOUNDS, np.where(BOUNDS > 3e-7, np.nan, BOUNDS)], ids=["full", "with a gap"])
def test_it_does_not_jump_at_a_lifetime_or_at_a_mass(search, bounds):
    form = surface(search=search, bounds=bounds)
    masses, lifetimes = np.linspace(0.0, 0.3, 31)[:, None], LIFETIMES / PS
    below, above = (bound(form, masses, lifetimes * (1.0 + step)) for step in (-1e-10, 1e-10))
    np.testing.assert_allclose(below, above, rtol=1e-7)
    below, above = (bound(form, 0.1 + step, np.geomspace(30.0, 1e5, 50)) for step in (-1e-11, 1e-11))
    np.testing.assert_allclose(below, above, rtol=1e-7)


@each_search
def test_a_single_lifetime_is_continued_on_both_sides(search):
    form = surface(lifetimes=LIFETIMES[:1], bounds=BOUNDS[:, :1], search=search)
    rise = [np.e, 1.0, 1.0] if search == "missing energy" else [1.0, 1.0, 10.0]
    np.testing.assert_allclose(bound(form, 0.1, [50.0, 100.0, 1000.0]), 4e-8 * np.array(rise), rtol=1e-12)
    assert bound(form, 0.05, 100.0) == pytest.approx(6e-8, rel=1e-12, abs=0.0)


@pytest.mark.parametrize(
    ("fraction", "tau", "expected"),
    [
        (0.0, 100.0, 4e-8),
        (1.0, 100.0, 2e-9),
        (0.25, 100.0, 1.0 / (0.25 / 2e-9 + 0.75 / 4e-8)),
        (0.25, 0.0, 8e-9),  # only what decays invisibly is missed
        (0.0, 0.0, np.nan),
        (0.25, 1e6, 2e-9),
    ],
)
def test_what_decays_invisibly_counts_as_stable(fraction, tau, expected):
    form = surface(invisible_fraction="f")
    assert bound(form, 0.1, tau, f=fraction) == pytest.approx(expected, rel=1e-12, abs=0.0, nan_ok=True)
    assert form.observables == ("rate", "mass", "tau", "f")


@each_search
def test_compiled_and_as_plain_python_it_is_the_same(monkeypatch, search):
    form = surface(invisible_fraction="f", bounds=np.where(BOUNDS > 3e-7, np.nan, BOUNDS), search=search)
    predictions = at(1e-8, np.linspace(-0.1, 0.4, 26)[:, None, None], np.geomspace(1.0, 1e6, 13)[:, None], f=[0.0, 0.3])
    compiled = form.loglike(predictions)
    monkeypatch.setattr(limit_surface, "_reaches", limit_surface._reaches.py_func)
    np.testing.assert_allclose(compiled, form.loglike(predictions), rtol=1e-12)


def test_it_compares_the_observable_with_the_bound_at_its_mass_and_lifetime():
    predictions = at([[8e-8, 1e-9], [0.0, 1.0]], [[0.1, 0.1], [0.1, 0.4]], [[100.0, 1000.0], [50.0, 100.0]])
    value, limit, pull = surface().compare(predictions)
    np.testing.assert_array_equal(value, predictions["rate"])
    np.testing.assert_allclose(limit, [[4e-8, 1e-9], [4e-8 * 40.0 ** (10.0 / 9.0), np.nan]], rtol=1e-12)
    np.testing.assert_allclose(pull, Z[0.90] * np.array([[2.0, 1.0], [0.0, 0.0]]), rtol=1e-12)
    np.testing.assert_allclose(-2.0 * surface().loglike(predictions), pull**2, rtol=1e-12)


def test_it_is_read_from_a_table_with_a_column_for_each_lifetime(tmp_path):
    (tmp_path / "table.csv").write_text(TABLE.replace("6e-8", ""))
    form = FORMS["limit-surface"].read(DATA, tmp_path)
    assert form.observables == ("rate", "mass", "tau")
    np.testing.assert_array_equal(form.masses, MASSES)
    np.testing.assert_allclose(form.lifetimes, LIFETIMES, rtol=1e-15)
    np.testing.assert_array_equal(form.bounds, np.where(BOUNDS == 6e-8, np.nan, BOUNDS))


def test_its_description_has_the_numbers():
    expected = (
        "rate < 1e-09 to 5e-07 at 90 % for 0 < mass/GeV < 0.3 and lifetimes from 100 ps to 10000 ps (missing energy)"
    )
    assert surface().describe() == expected
    assert surface(bounds=np.where(BOUNDS == 7e-9, np.nan, BOUNDS)).describe() == expected
    assert "lifetimes from 100 ps on" in surface(lifetimes=np.array([100.0, 1000.0, np.inf]) * PS).describe()


BROKEN = {
    "column 'limit' must be a lifetime, such as '100 ps'": "mass [GeV],limit\n1,2\n",
    "column '1 GeV' must be a lifetime, such as '100 ps'": "mass [GeV],1 GeV\n1,2\n",
    "column '1_0 ps' must be a lifetime, such as '100 ps'": "mass [GeV],1_0 ps\n1,2\n",
    "column '10' must be a lifetime, such as '100 ps'": "mass [GeV],10\n1,2\n",
    "column 'one ps' must be a lifetime, such as '100 ps'": "mass [GeV],one ps\n1,2\n",
    "lifetimes must rise from zero or more: 20 ps, 10 ps": "mass [GeV],20 ps,10 ps\n1,2,3\n",
    "lifetimes must rise from zero or more: 1 ps, 1.0 ps": "mass [GeV],1 ps,1.0 ps\n1,2,3\n",
    "lifetimes must rise from zero or more: -1 ps, 1 ps": "mass [GeV],-1 ps,1 ps\n1,2,3\n",
    "column 'nan ps' must be a lifetime, such as '100 ps'": "mass [GeV],nan ps\n1,2\n",
    "column 'inf ps' must be a lifetime, such as '100 ps' or '3 cm' (c tau), or": "mass [GeV],1 ps,inf ps\n1,2,3\n",
    "lifetimes must rise from zero or more: stable, 1 ps": "mass [GeV],stable,1 ps\n1,2,3\n",
    "lifetimes must rise from zero or more: none": "mass [GeV]\n1\n",
    'a column of lifetime zero needs search = "decay" and a second lifetime': "mass [GeV],0 ps,1 ps\n1,2,3\n",
    "1 ps = 0 in row 2: a limit must be positive": "mass [GeV],1 ps\n1,2\n2,0\n",
    "mass = 1 does not rise": "mass [GeV],1 ps\n2,2\n1,2\n",
}


@pytest.mark.parametrize(("sentence", "table"), BROKEN.items(), ids=BROKEN)
def test_a_table_that_is_no_surface_is_refused(tmp_path, sentence, table):
    (tmp_path / "table.csv").write_text(table)
    with pytest.raises(CatalogueError) as caught:
        FORMS["limit-surface"].read(DATA, tmp_path)
    assert str(caught.value).startswith(str(tmp_path / "table.csv"))
    assert sentence in str(caught.value)


def test_prompt_decays_alone_are_refused(tmp_path):
    (tmp_path / "table.csv").write_text("mass [GeV],0 ps\n1,2\n")
    with pytest.raises(CatalogueError, match=r"needs search = \"decay\" and a second lifetime$"):
        FORMS["limit-surface"].read({**DATA, "search": "decay"}, tmp_path)


def test_a_search_for_decays_has_no_stable_particles(tmp_path):
    (tmp_path / "table.csv").write_text("mass [GeV],1 ps,stable\n1,2,3\n")
    assert FORMS["limit-surface"].read(DATA, tmp_path).lifetimes[-1] == np.inf
    with pytest.raises(CatalogueError, match=r"a column 'stable' needs search = \"missing energy\"$"):
        FORMS["limit-surface"].read({**DATA, "search": "decay"}, tmp_path)


def test_an_unknown_kind_of_search_is_refused(tmp_path):
    (tmp_path / "table.csv").write_text(TABLE)
    with pytest.raises(ValidationError) as caught:
        FORMS["limit-surface"].read({**DATA, "search": "sudden"}, tmp_path)
    assert validation_sentence(caught.value) == "search = 'sudden': must be 'missing energy' or 'decay'"
