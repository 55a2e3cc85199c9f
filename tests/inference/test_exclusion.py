"""Regions of the plane of ALP mass and coupling to photons: they are where ln L says so."""

import numpy as np
import pytest
from scipy.ndimage import binary_dilation, binary_erosion
from shipped_entries import all_shipped, shipped

from alpfit.errors import PredictionError
from alpfit.inference import exclusion as module
from alpfit.inference.exclusion import Plane, excluded, measurements_for, preferred
from alpfit.inference.profiling import THRESHOLDS
from alpfit.likelihoods.methods import one_sided_sigmas
from alpfit.scenarios import scenario_for

RELIC = {"engine": "nbe"}


def plane_of(scenario, m_a, g_agg, n=(24, 60), **others):
    axes = (np.geomspace(*ends, size) for ends, size in zip((m_a, g_agg), n, strict=True))
    return Plane(scenario_for(scenario, others, relic=RELIC), *axes, others, "nbe", coarse=(4, 4))


@pytest.fixture(scope="module")
def missing_energy():
    return plane_of("invisible", (0.02, 4.0), (1e-6, 1e-2), r=0.477, g_achi=1e-3)


@pytest.fixture(scope="module")
def photons():
    return plane_of("displaced", (0.02, 4.0), (1e-7, 1e-2))


def log_l_at(plane, entry, i, coupling):
    """ln L of one measurement at the mass of row ``i``, calculated anew."""
    point = {"m_a": plane.x[[i]], "g_agg": np.array([coupling])}
    point |= {name: np.array([value]) for name, value in plane.others.items()}
    return float(shipped(entry).loglike({**point, **plane.scenario.predict(point).values})[0])


LIMITS = ["babar_gamma_inv_2017", "na62_kpix_2025", "lep_monophoton_2011", "fermi_lines_r16_2015", "babar_bkgg_2021"]


@pytest.mark.parametrize("entry", LIMITS)
def test_a_limit_excludes_where_its_likelihood_says_so(missing_energy, entry):
    region = excluded(missing_energy, shipped(entry))
    threshold = -0.5 * shipped(entry).form.sigmas_at_bound ** 2
    rows = [i for i, row in enumerate(region.inside) if row.any() and not row[0]]
    for i in (rows[0], rows[len(rows) // 2], rows[-1]):
        first = int(np.argmax(region.inside[i]))
        outside, edge_below, edge_above, inside = (
            log_l_at(missing_energy, entry, i, missing_energy.y[j])
            for j in (max(first - 8, 0), first - 1, first, min(first + 8, missing_energy.y.size - 1))
        )
        assert outside > threshold
        assert edge_above < threshold <= edge_below  # the boundary lies within this cell
        assert inside < edge_above


@pytest.mark.parametrize("entry", ["e137_1988", "nucal_1991"])
def test_a_contour_excludes_the_inside_of_its_polygon(photons, entry):
    measurement = shipped(entry)
    m_a, g_agg = (grid.ravel() for grid in np.meshgrid(photons.x, photons.y, indexing="ij"))
    depth = measurement.form.depth(m_a, g_agg).reshape(photons.shape)
    np.testing.assert_array_equal(excluded(photons, measurement).inside, depth > 0.0)


def test_a_band_excludes_above_its_best_value_alone(missing_energy):
    region, band = excluded(missing_energy, shipped("babar_bkinv_2013")), shipped("babar_bkinv_2013").form
    i = int(np.argmin(abs(missing_energy.x - 2.0)))
    rates = missing_energy.seen["BR(B+->K+ a(inv), BaBar)"].reshape(missing_energy.shape)[i]
    best, up, _ = band._band(missing_energy.x[[i]])
    np.testing.assert_array_equal(region.inside[i], rates > best + one_sided_sigmas(0.90) * up)
    assert not region.inside[i, 0]


@pytest.mark.parametrize(("entry", "published"), [("belle_bkstarnunu_2017", 1.8e-5), ("koto_klpix_2018", None)])
def test_counted_events_exclude_what_is_beyond_the_published_limit(missing_energy, entry, published):
    measurement = shipped(entry)
    region, form = excluded(missing_energy, measurement), measurement.form
    whole = form.expected(missing_energy.seen)
    bound = form.compare(missing_energy.seen).bound if published is None else np.full_like(whole, published)
    with np.errstate(invalid="ignore"):
        beyond, near = whole > bound, abs(whole / bound - 1.0) < 0.01  # to which the events of a unit are written
    np.testing.assert_array_equal(region.inside.ravel() & ~near, beyond & ~near)
    assert region.inside.any()


def test_the_fitted_spectrum_prefers_a_region_around_its_best_point():
    plane = plane_of("invisible", (1.0, 4.0), (2e-5, 3e-4), (14, 16), r=0.477, g_achi=1e-3)
    measurement = shipped("belle2_bknunu_q2_2025")
    wish = preferred(plane, measurement)
    assert wish.loss.min() == 0.0
    i, j = np.unravel_index(np.argmin(wish.loss), plane.shape)
    assert plane.x[i] == pytest.approx(2.1, rel=0.15)
    difference = log_l_at(plane, measurement.name, i, plane.y[j]) - log_l_at(plane, measurement.name, 3, plane.y[5])
    assert wish.loss[3, 5] == pytest.approx(2.0 * difference, rel=1e-6)


def test_between_the_points_at_which_a_fit_is_made_no_boundary_moves_by_a_cell(monkeypatch):
    """With the spacing of the figure: a hundred masses between 0.6 and 4.8 GeV, eighty couplings in two decades."""
    plane = plane_of("invisible", (1.5, 3.05), (2e-5, 2e-4), (34, 40), r=0.477, g_achi=1e-3)
    measurement = shipped("belle2_bknunu_q2_2025")
    found = {}
    for grid in ((34, 40), (17, 20)):
        monkeypatch.setattr(module, "COSTLY_GRID", grid)
        found[grid] = preferred(plane, measurement).loss, excluded(plane, measurement).inside
    (loss, inside), (quick_loss, quick_inside) = found.values()
    assert not np.array_equal(loss, quick_loss)
    for level in THRESHOLDS[2].values():
        assert within_a_cell(quick_loss <= level, loss <= level)
    assert within_a_cell(quick_inside, inside)


def within_a_cell(one, other):
    """Whether the edges of two regions are nowhere more than a cell from each other."""
    square = np.ones((3, 3))
    larger = binary_dilation(other, square)
    smaller = binary_erosion(other, square, border_value=1)
    return bool(other.any()) and not (one & ~larger).any() and not (smaller & ~one).any()


def test_a_limit_prefers_nothing(missing_energy):
    assert preferred(missing_energy, shipped("babar_gamma_inv_2017")) is None


def test_the_recast_changes_with_the_coupling_to_dark_matter(missing_energy):
    weak = plane_of("invisible", (0.02, 4.0), (1e-6, 1e-2), r=0.477, g_achi=1e-6)
    entry = shipped("babar_bkgg_2021")
    strong_region, weak_region = (excluded(plane, entry).inside for plane in (missing_energy, weak))
    assert weak_region.sum() > strong_region.sum()  # the ALP decays to photons more often


def test_what_excludes_nothing_is_left_out(missing_energy):
    assert excluded(missing_energy, shipped("l3_zgammainv_1997")) is None  # c_B = c_W: no decay of the Z
    assert excluded(missing_energy, shipped("planck_relic_2018")) is None  # a curve, not a region


def test_a_projection_says_so(missing_energy):
    assert excluded(missing_energy, shipped("belle2_gamma_inv_20fb_2017")).projection
    assert not excluded(missing_energy, shipped("babar_gamma_inv_2017")).projection


def test_projections_are_shown_of_which_a_run_has_none(photons):
    expected = [m.name for m in measurements_for(photons, [shipped("e137_1988")]) if m.projection]
    assert {"faser2_photon_2022", "na62_dump_photon_2023", "ship_photon_2023"} <= set(expected)
    for name in expected:
        region = excluded(photons, shipped(name))
        assert region.projection
        assert region.inside.any()


DARK = {"sigma_v_today", "Omega_h2", "m_chi", "sigma_self_over_m_chi"}
OF_INVISIBLE, OF_DISPLACED = "sn1987a_invisible_2017", "e137_1988"


@pytest.mark.parametrize(
    ("called", "others", "applies"),
    [
        ("invisible", {"r": 0.477, "g_achi": 1e-3}, "invisible"),
        ("invisible", {"r": 0.6, "g_achi": 1e-3}, "displaced"),
        ("displaced", {"r": 0.477, "g_achi": 1e-3}, "invisible"),
        ("displaced", {"r": 0.6, "g_achi": 1e-3}, "displaced"),
        ("displaced", {}, "displaced"),
    ],
)
def test_all_entries_that_hold_apply_but_those_that_share_data_with_the_runs_own(called, others, applies):
    own = [shipped("belle2_bknunu_2023")]
    found = [m.name for m in measurements_for(plane_of(called, (0.02, 4.0), (1e-7, 1e-2), **others), own)]
    applying = [m for m in all_shipped() if applies in m.scenarios and (others or not DARK & set(m.observables))]
    assert (OF_INVISIBLE in found, OF_DISPLACED in found) == (applies == "invisible", applies == "displaced")
    assert ("cmb_annihilation_2018" in found) == bool(others)
    sharing = {m.name for m in applying if "belle2_bknunu_2023" in m.overlaps or m.name in own[0].overlaps}
    assert "belle2_bknunu_q2_2025" in sharing
    assert found[0] == "belle2_bknunu_2023"
    assert sorted(found) == sorted({m.name for m in applying} - sharing)


def test_a_runs_own_entry_is_left_out_where_it_does_not_hold():
    plane = plane_of("displaced", (0.02, 4.0), (1e-7, 1e-2), r=0.45, g_achi=1e-3)
    assert OF_DISPLACED not in [m.name for m in measurements_for(plane, [shipped(OF_DISPLACED)])]


def test_the_relic_density_is_that_of_the_model(missing_energy):
    curve = missing_energy.relic("nbe")
    point = {"m_a": curve.x[[2]], "g_agg": curve.y[[1]]}
    point |= {name: np.array([value]) for name, value in missing_energy.others.items()}
    assert curve.omega_h2[2, 1] == pytest.approx(missing_energy.scenario.predict(point).values["Omega_h2"][0])
    assert missing_energy.relic("nbe") is curve


def test_points_outside_of_the_model_are_refused():
    with pytest.raises(PredictionError, match="r = 30 must be between"):
        _ = plane_of("invisible", (0.02, 4.0), (1e-6, 1e-2), r=30.0, g_achi=1e-3).seen
