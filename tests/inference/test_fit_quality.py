"""Deviances and p-values, against what is known of them elsewhere."""

import math

import numpy as np
import pytest
from scipy import stats

import alpfit
from alpfit import likelihoods
from alpfit.inference.fit_quality import NO_DEVIANCE, NOTHING_DRAWN, fit_quality
from alpfit.likelihoods.forms import FORMS
from alpfit.likelihoods.template import write_template


@pytest.fixture
def entry(tmp_path):
    """An entry by its form, from the template, with some of the text replaced."""

    def made(form, *changes):
        write_template(form, tmp_path / "mine")
        path = tmp_path / "mine" / "likelihood.toml"
        text = path.read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text)
        return likelihoods.load(tmp_path / "mine")

    return made


def test_of_a_gaussian_the_p_value_is_that_of_chi_squared(entry):
    found = fit_quality([entry("gaussian")], {"Omega_h2": np.array([0.1215])}, 1, 4000, 3)
    quality = found.by_entry["mine"]

    assert quality.deviance == pytest.approx(2.25)
    assert quality.n_data == 1
    assert abs(quality.p_value - stats.chi2.sf(2.25, 1)) < 4.0 * quality.p_value_error


def test_of_a_count_the_p_value_is_a_sum_of_poisson_probabilities(entry):
    """Five events where 9.3 are expected: all counts as far away in Poisson's deviance."""
    counts = entry(
        "counting",
        ("n_observed = 83", "n_observed = 5"),
        ("background = 65.3", "background = 9.3"),
        ("background_error = 3.4", "background_error = 0.0"),
        ("standard_model = 5e-6", "standard_model = 0.0"),
    )
    quality = fit_quality([counts], {"BR(B+->K+ a(inv))": np.zeros(1)}, 0, 4000, 3).by_entry["mine"]
    n = np.arange(60)
    deviances = 2.0 * (stats.poisson.logpmf(n, np.maximum(n, 1e-300)) - stats.poisson.logpmf(n, 9.3))
    exact = stats.poisson.pmf(n, 9.3)[deviances >= deviances[5] - 1e-9].sum()

    assert quality.deviance == pytest.approx(deviances[5], rel=1e-9)
    assert abs(quality.p_value - exact) < 4.0 * quality.p_value_error


def test_of_a_spectrum_it_is_poissons_where_nothing_is_uncertain(entry, tmp_path):
    spectrum = entry("binned")
    (tmp_path / "mine" / "shapes.csv").write_text("parameter,channel,sample,bin,high [events],low [events]\n")
    (tmp_path / "mine" / "norms.csv").write_text(
        "parameter,channel,sample,high,low\nbackground_rate,SR,background,1.000001,0.999999\n"
    )
    samples = (tmp_path / "mine" / "samples.csv").read_text()
    (tmp_path / "mine" / "samples.csv").write_text(
        samples.replace(",0.3", ",0").replace(",3.0", ",0").replace(",2.0", ",0")
    )
    known = likelihoods.load(tmp_path / "mine")
    nothing = {"BR(B+->K+ a(inv))": np.zeros(1), "m_a": np.ones(1)}
    observed, expected = np.array([104.0, 61.0]), np.array([103.0, 56.0])
    poisson = 2.0 * np.sum(expected - observed + observed * np.log(observed / expected))

    assert known.deviance(nothing)[0] == pytest.approx(poisson, rel=1e-4)
    assert spectrum.deviance(nothing)[0] < poisson
    assert known.form.n_data == 2


@pytest.mark.parametrize("form", ["gaussian", "counting", "binned"])
def test_what_is_expected_has_no_deviance_and_data_from_the_truth_have_any_p_value(entry, form):
    measurement = entry(form)
    at = {name: np.array([1e-5 if name.startswith("BR") else 1.0]) for name in measurement.observables}
    if (expected := measurement.asimov(at)) is not None:
        assert expected.deviance(at)[0] == pytest.approx(0.0, abs=1e-6)
    rng = np.random.default_rng(5)
    p = [fit_quality([measurement.toy(at, rng)], at, 0, 40, i).all_together.p_value for i in range(60)]

    assert stats.kstest(p, "uniform").pvalue > 1e-3


def test_a_form_has_a_deviance_or_a_reason(entry, tmp_path):
    """Each that draws toys has one, and each that has none says why."""
    for form in set(FORMS) - {"flavio", "pyhf"}:
        write_template(form, tmp_path / form)
        measurement = likelihoods.load(tmp_path / form)
        at = {name: np.array([0.06]) for name in measurement.observables}
        quality = fit_quality([measurement], at, 0, 2, 1).by_entry[form]

        assert math.isnan(quality.deviance) == (quality.n_data == 0), form
        assert math.isnan(quality.p_value) == bool(quality.why), form
        assert (measurement.toy(at, np.random.default_rng(1)) is None) == math.isnan(quality.p_value), form


def test_the_reference_run_fits_well():
    quality = alpfit.fit_quality("chains/reference/invisible", toys=50)
    spectrum, band = quality.by_entry["belle2_bknunu_q2_2025"], quality.by_entry["babar_bkinv_2013"]

    assert (spectrum.n_data, spectrum.why) == (30, "")
    assert 15.0 < spectrum.deviance < 30.0
    assert spectrum.p_value > 0.5
    assert (band.n_toys, band.why) == (0, NOTHING_DRAWN)
    assert quality.by_entry["cmb_annihilation_2018"].why == NO_DEVIANCE
    assert quality.all_together.n_data == 31
    assert quality.all_together.deviance == pytest.approx(
        spectrum.deviance + quality.by_entry["planck_relic_2018"].deviance
    )
    text = quality.as_text()
    assert "belle2_bknunu_q2_2025" in text
    assert "4 parameters were fitted to the data" in text
