"""The theory error of a relic density: what was measured of it, and no more."""

import numpy as np
import pytest

from alpfit import relic_density
from alpfit.errors import ConfigurationError
from alpfit.relic import theory_error

POINT = (2.11, 0.4768, 6.287e-5, 1.148e-3)  # Gamma_chi/Gamma_gamma = 1500


def test_its_parts_add_in_quadrature_and_have_the_shape_of_the_points():
    error = theory_error(np.array([[0.45], [0.48]]), np.array([0.1, 10.0, 1e3]))
    assert error.total.shape == (2, 3)
    np.testing.assert_allclose(error.total**2, error.phase_space**2 + error.plasma**2 + error.numerics**2, rtol=1e-12)
    assert (error.total > 0.005).all()


@pytest.mark.parametrize(
    ("r", "ratio", "expected"),
    [(0.476, 0.1, 0.512), (0.476, 1.0, 0.280), (0.476, 10.0, 0.038), (0.48, 1.0, 0.224), (0.49, 10.0, 0.019)],
)
def test_of_the_coupled_equations_it_is_what_an_independent_solution_says(r, ratio, expected):
    """Omega_fBE/Omega_CBE - 1 at Omega_CBE h^2 = 0.12, m_a = 2 GeV; 200 momenta and BDF, not ours."""
    assert theory_error(r, ratio).phase_space == pytest.approx(expected, abs=0.012)


def test_where_scattering_is_fast_the_energy_closure_has_less_of_it():
    pressure, energy = (
        float(theory_error(0.4768, 1500.0, closure=name).phase_space) for name in ("pressure", "energy")
    )
    assert 0.02 < pressure < 0.035
    assert energy < 0.006


def test_at_the_best_fit_it_is_what_the_engines_differ_by():
    full, coupled = (float(relic_density(*POINT, engine=engine).omega_h2) for engine in ("fbe", "cbe"))
    assert theory_error(POINT[1], 1500.0).phase_space == pytest.approx(abs(full / coupled - 1.0), abs=0.005)


def test_the_full_phase_space_has_none_but_without_its_self_scattering_has():
    assert theory_error(0.477, 1e3, engine="fbe").phase_space == 0.0
    assert theory_error(0.477, 1e3, engine="fbe", with_self_scattering=False).phase_space > 0.3


def test_an_engine_that_is_right_by_chance_is_not_known_to_be_better_than_what_it_was_measured_with():
    """Between Gamma_chi/Gamma_gamma of 1 and 1000 the coupled equations change from too little to too much."""
    error = theory_error(0.477, np.geomspace(1.0, 1e3, 1000)).phase_space
    assert error.min() == pytest.approx(3e-3, rel=0.05)
    assert theory_error(0.35, np.geomspace(1e-2, 1e4, 1000)).phase_space.min() >= 1e-2


def test_beyond_the_table_its_nearest_value_is_taken():
    assert theory_error(0.1, 1.0).phase_space == theory_error(0.3, 1.0).phase_space
    assert theory_error(0.45, 1e-9).phase_space == theory_error(0.45, 1e-2).phase_space
    assert np.isfinite(theory_error(np.linspace(0.01, 0.99, 99), 0.0).total).all()


def test_an_engine_that_was_not_measured_is_refused():
    with pytest.raises(ConfigurationError, match="engine = 'other' is not known"):
        theory_error(0.4, 1.0, engine="other")
