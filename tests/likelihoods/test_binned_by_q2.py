"""The binned form that reads a spectrum in q2: the line is one, and every other way through the form follows."""

import numpy as np
import pytest
from scipy.special import ndtr
from shipped_entries import shipped

from alpfit.errors import ConfigurationError, PredictionError
from alpfit.likelihoods import load
from alpfit.likelihoods.forms.binned.by_q2 import Q2_END, ByQ2
from alpfit.likelihoods.forms.binned.tables import Response
from alpfit.likelihoods.share import Share

ENTRY, RATE, SPECTRUM = "belle2_bknunu_q2_2025", "BR(B+->K+ a(inv))", "BR(B+->K+ inv) by q2"
WIDTH = 0.35


@pytest.fixture(scope="module")
def belle2():
    return load(ENTRY, {"signal_is": "spectrum"})


def line(ratios, masses, bins):
    """The Gaussian lines ``(n, bins)`` that the form spreads two-body decays over."""
    edges = np.linspace(0.0, Q2_END, bins + 1)
    return ratios[:, None] * np.diff(ndtr((edges - masses[:, None] ** 2) / WIDTH))


@pytest.mark.parametrize("bins", [100, 1000])
def test_a_narrow_peak_has_the_ln_l_of_a_line(belle2, bins):
    ratios, masses = np.array([2e-6, 9e-6, 2e-5, 1e-5]), np.array([1.4, 2.1, 3.3, 4.2])
    of_the_line = shipped(ENTRY).loglike({RATE: ratios, "m_a": masses})
    found = belle2.loglike({SPECTRUM: line(ratios, masses, bins)})
    np.testing.assert_allclose(found, of_the_line, rtol=0.0, atol=5e-4)


def test_it_reads_the_spectrum_alone(belle2):
    assert belle2.observables == (SPECTRUM,)
    assert belle2.form.spectra == (SPECTRUM,)
    assert belle2.steps == ()
    assert belle2.options["signal_is"] == "spectrum"
    assert f"{SPECTRUM} in equal bins up to q2/GeV^2 = 22.9" in belle2.describe()
    assert shipped(ENTRY).form.spectra == ()


def test_another_word_for_the_signal_is_refused():
    with pytest.raises(ConfigurationError, match=r"^\[options.belle2_bknunu_q2_2025\] signal_is"):
        load(ENTRY, {"signal_is": "peak"})


@pytest.mark.parametrize("values", [9e-6, np.full(100, 1e-7), np.empty((3, 0))])
def test_a_prediction_without_points_and_bins_is_refused(belle2, values):
    for ask in (belle2.loglike, belle2.compare, lambda p: belle2.form.loglike({SPECTRUM: np.asarray(p[SPECTRUM])})):
        with pytest.raises(PredictionError, match=r"^BR\(B\+->K\+ inv\) by q2 has the shape .* is a spectrum"):
            ask({SPECTRUM: values})


def test_what_means_nothing_in_one_bin_is_not_a_number_for_its_point_alone(belle2):
    good = line(np.full(4, 9e-6), np.full(4, 2.1), 100)
    expected = belle2.loglike({SPECTRUM: good})
    for nothing in (np.nan, -1e-9):
        spectra = good.copy()
        spectra[2, 99] = nothing
        for loglike in (belle2.loglike, belle2.loglike_of_arrays):
            found = loglike({SPECTRUM: spectra})
            assert np.isnan(found).tolist() == [False, False, True, False]
            np.testing.assert_allclose(np.delete(found, 2), np.delete(expected, 2), rtol=0.0, atol=1e-9)
    assert np.isnan(belle2.compare({SPECTRUM: spectra[1:3]}).pull).tolist() == [False, True]


def test_no_end_of_decays_is_as_bad_as_can_be_where_they_are_seen(belle2):
    spectra = line(np.full(3, 1e-6), np.full(3, 2.1), 100)
    spectra[1, 20], spectra[2, 99] = np.inf, np.inf
    log_l = belle2.loglike({SPECTRUM: spectra})
    assert log_l[1] == -np.inf
    assert log_l[2] == pytest.approx(log_l[0], abs=1e-9)  # nothing is seen at the end of the spectrum


def test_bins_are_shared_as_their_overlap():
    response = Response((("S", "0"), ("S", "1")), np.array([0.0, 0.25, 0.5, 1.0]) * Q2_END, np.eye(3)[:, :2])
    events = ByQ2("rate").events({"rate": np.array([[3.0, 30.0, 300.0]])}, response)
    np.testing.assert_allclose(events, [[3.0 * 0.75, 3.0 * 0.25 + 30.0 * 0.5]], rtol=1e-12)


def test_the_axes_in_front_of_the_bins_are_those_of_ln_l(belle2):
    spectra = line(np.geomspace(1e-6, 1e-5, 6), np.full(6, 2.1), 50)
    flat = belle2.loglike({SPECTRUM: spectra})
    np.testing.assert_array_equal(belle2.loglike({SPECTRUM: spectra.reshape(2, 3, 50)}), flat.reshape(2, 3))
    assert belle2.compare({SPECTRUM: spectra.reshape(2, 3, 50)}).pull.shape == (2, 3)


@pytest.mark.parametrize("marginalise", [False, True])
def test_the_standard_model_may_be_in_the_spectrum(marginalise):
    """Its own shape with nothing else in the signal's bins fits as well as the template, but for the form factors."""
    options = {"signal_is": "spectrum", "marginalise": marginalise}
    whole, added = load(ENTRY, {**options, "standard_model": 0.0}), load(ENTRY, options)
    peak = line(np.array([0.0, 9e-6]), np.array([2.1, 2.1]), 100)
    gain = np.diff(whole.loglike({SPECTRUM: peak})), np.diff(added.loglike({SPECTRUM: peak}))
    assert gain[0][0] > gain[1][0] > 5.0  # more is missing where the Standard Model is missing, too


def test_it_is_compared_by_the_whole_branching_ratio_with_the_best_multiple(belle2):
    spectra = np.concatenate([line(np.array([4e-6, 4e-5]), np.full(2, 2.1), 100), np.zeros((1, 100))])
    found = belle2.compare({SPECTRUM: spectra})
    as_line = shipped(ENTRY).compare({RATE: np.array([4e-6, 4e-5]), "m_a": np.full(2, 2.1)})
    np.testing.assert_allclose(found.prediction, [4e-6, 4e-5, 0.0], rtol=1e-12)
    np.testing.assert_allclose(found.bound[:2], as_line.bound, rtol=1e-3)
    np.testing.assert_allclose(found.pull[:2], as_line.pull, atol=1e-3)
    assert np.isnan([found.bound[2], found.pull[2]]).all()  # nothing says of which spectrum


def test_expectations_and_toys_are_those_of_the_line(belle2):
    spectra, point = line(np.array([9e-6]), np.array([2.1]), 1000), {RATE: np.array([9e-6]), "m_a": np.array([2.1])}
    as_line = shipped(ENTRY)
    expected = belle2.form.expected({SPECTRUM: spectra}), as_line.form.expected(point)
    np.testing.assert_allclose(expected[0].total, expected[1].total, rtol=1e-3)
    counts = [
        m.toy(p, np.random.default_rng(7)).form.spectrum.model.observed
        for m, p in ((belle2, {SPECTRUM: spectra}), (as_line, point))
    ]
    assert np.abs(counts[0] - counts[1]).max() <= 1.0


def test_a_share_of_the_dark_matter_scales_every_bin(belle2):
    from dataclasses import replace

    spectra = line(np.full(3, 9e-6), np.full(3, 2.1), 100)
    density = np.array([0.06, 0.12, 0.5])
    shared = replace(belle2, share=Share(by="Omega_h2", reference=0.12, power=1.0))
    expected = belle2.loglike({SPECTRUM: spectra * np.array([0.5, 1.0, 1.0])[:, None]})
    for loglike in (shared.loglike, shared.loglike_of_arrays):
        np.testing.assert_array_equal(loglike({SPECTRUM: spectra, "Omega_h2": density}), expected)
    with pytest.raises(PredictionError, match="shapes do not broadcast"):
        shared.loglike({SPECTRUM: spectra, "Omega_h2": np.ones(2)})
