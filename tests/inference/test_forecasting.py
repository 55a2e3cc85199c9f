"""Forecasts: limits, bands, significances and luminosities, against formulae, toys and published numbers."""

from dataclasses import replace

import numpy as np
import pytest
from forecasts import worked_out
from pyhf.infer.calculators import AsymptoticTestStatDistribution
from scipy.stats import norm
from shipped_entries import shipped

from alpfit.errors import ForecastError
from alpfit.inference.forecasting.discovery import LookElsewhere, discovery, luminosity_for
from alpfit.inference.forecasting.limits import BANDS, cl_s, expected_limits, observed_limits, q_tilde
from alpfit.inference.forecasting.plan import Plan, Truth
from alpfit.inference.forecasting.signal import Rates, Signal, signal_of
from alpfit.inference.interrupts import Interrupted
from alpfit.likelihoods import FORMS, load

BELLE2 = "belle2_bknunu_q2_2025"
TYPICAL = 5e-6


@pytest.fixture(scope="module")
def belle2():
    return shipped(BELLE2)


@pytest.fixture(scope="module")
def without(belle2):
    """Belle II's data as they are expected without a signal."""
    return belle2.asimov({"m_a": np.array([2.1]), "BR(B+->K+ a(inv))": np.zeros(1)})


@pytest.mark.parametrize(
    ("mass", "by_ratio", "by_cl_s"),
    [
        (1.0, 3.53e-6, 3.274e-6),  # the former quoted as the limits of this likelihood, the latter pyhf's CL_s
        (3.0, 6.49e-6, 8.010e-6),
    ],
)
def test_the_limits_of_todays_data_come_out(belle2, without, mass, by_ratio, by_cl_s):
    signal = signal_of(belle2)
    found = observed_limits(Rates(belle2, signal, mass), Rates(without, signal, mass), TYPICAL)
    assert found.likelihood_ratio == pytest.approx(by_ratio, rel=2e-3)
    assert found.cl_s == pytest.approx(by_cl_s, rel=1e-3)


def test_the_excess_is_where_it_was(belle2, without):
    signal = signal_of(belle2)
    found = observed_limits(Rates(belle2, signal, 2.1), Rates(without, signal, 2.1), TYPICAL)
    assert found.best == pytest.approx(8.7e-6, rel=0.01)
    assert found.gain == pytest.approx(13.1, abs=0.1)


class Parabola:
    """A measurement with a Gaussian estimate of the rate, whose error is one."""

    def __init__(self, estimate):
        self.estimate = estimate

    def loglike_of_arrays(self, predictions):
        return -0.5 * (predictions["rate"] - self.estimate) ** 2


@pytest.mark.parametrize("guess", [1e-9, 0.3, 1.0, 50.0, 1e9])
def test_the_bands_of_a_gaussian_measurement_are_known(guess):
    found = expected_limits(Rates(Parabola(0.0), Signal("rate", ""), 1.0), guess)
    assert found.sigma == pytest.approx(1.0, rel=1e-6)
    bands = np.array(BANDS)
    np.testing.assert_allclose(found.cl_s, bands + norm.isf(0.05 * norm.cdf(bands)), rtol=1e-5)
    np.testing.assert_allclose(found.likelihood_ratio, bands + np.sqrt(3.8415 + np.minimum(bands, 0.0) ** 2), rtol=1e-4)


@pytest.mark.parametrize("estimate", [-2.0, -1.0, 0.0, 1.0, 2.0])
def test_data_on_a_band_have_its_limits(estimate):
    signal = Signal("rate", "")
    expected = expected_limits(Rates(Parabola(0.0), signal, 1.0), 1.0)
    found = observed_limits(Rates(Parabola(estimate), signal, 1.0), Rates(Parabola(0.0), signal, 1.0), 1.0)
    k = BANDS.index(estimate)
    assert found.likelihood_ratio == pytest.approx(expected.likelihood_ratio[k], rel=1e-4)
    assert found.cl_s == pytest.approx(expected.cl_s[k], rel=1e-4)
    assert found.best == pytest.approx(max(estimate, 0.0), abs=1e-4)


@pytest.mark.parametrize("expected", [0.7, 2.0, 3.5])
def test_cl_s_is_pyhfs(expected):
    with_signal, without = AsymptoticTestStatDistribution(-expected), AsymptoticTestStatDistribution(0.0)
    for root in (0.0, 0.3, 1.0, 2.0, 4.5):
        deviation = root - expected if root <= expected else (root**2 - expected**2) / (2.0 * expected)
        theirs = float(with_signal.pvalue(deviation) / without.pvalue(deviation))
        assert cl_s(root**2, expected**2) == pytest.approx(theirs, rel=1e-9)


def test_limits_in_the_bands_are_where_pyhf_has_five_percent():
    """Of a Gaussian measurement, whose limits are the roots of q~ of the expected data."""
    found, without = (
        expected_limits(Rates(Parabola(0.0), Signal("rate", ""), 1.0), 1.0),
        AsymptoticTestStatDistribution(0),
    )
    for band, root in zip(BANDS, found.cl_s, strict=True):
        theirs = float(AsymptoticTestStatDistribution(-root).pvalue(-band) / without.pvalue(-band))
        assert theirs == pytest.approx(0.05, rel=1e-4)


@pytest.mark.parametrize(("estimate", "expected"), [(-1.0, 8.0), (0.5, 2.25), (2.0, 0.0), (3.0, 0.0)])
def test_q_tilde_is_of_rates_that_are_neither_negative_nor_higher(estimate, expected):
    found = q_tilde(Rates(Parabola(estimate), Signal("rate", ""), 1.0), 2.0)
    assert found == pytest.approx(expected, abs=1e-9)


def test_cl_s_of_the_median_is_that_of_the_expected_data():
    assert cl_s(4.0, 4.0) == pytest.approx(norm.sf(2.0) / 0.5, rel=1e-12)


@pytest.mark.parametrize("rate", [2e-5, 1.65e-4])
def test_a_strong_signal_is_the_more_significant_the_more_data_and_the_smaller_errors_there_are(belle2, rate):
    signal = signal_of(belle2)
    expected = belle2.asimov(signal.at(2.0, np.array([rate])))
    found = {
        policy: [
            discovery(expected.scaled(luminosity, policy), signal, 2.0, rate).local for luminosity in (1.0, 3.0, 10.0)
        ]
        for policy in ("statistical", "scaled", "frozen")
    }
    for values in found.values():
        assert (np.diff(values) > 0.0).all()
    assert (np.array(found["statistical"]) > found["scaled"]).all()
    assert (np.array(found["scaled"]) > found["frozen"]).all()


def test_a_truth_that_nobody_sees_is_refused(belle2):
    with pytest.raises(ForecastError, match=r"sees nothing of .* at 9 GeV: take another point"):
        worked_out(Plan(belle2, Truth("the point", 9.0, 1e-5), (1.0,), "scaled", (2.0,)))


def test_a_likelihood_that_levels_off_has_no_limit():
    class Levels(Parabola):
        def loglike_of_arrays(self, predictions):
            return -5.0 * np.tanh(0.1 * predictions["rate"] ** 2)

    assert np.isnan(expected_limits(Rates(Levels(0.0), Signal("rate", ""), 1.0), 1.0).cl_s).all()


def test_far_from_the_median_cl_s_is_a_number():
    assert cl_s(3000.0, 1.0) == 0.0
    assert cl_s(0.0, 1e-9) == pytest.approx(1.0, abs=1e-3)


def test_what_sees_nothing_has_no_limit(belle2, without):
    signal = signal_of(belle2)
    found = expected_limits(Rates(without, signal, 9.0), TYPICAL)
    assert np.isnan([found.sigma, *found.cl_s, *found.likelihood_ratio]).all()


def test_toys_confirm_the_bands(belle2, without):
    """Of an experiment without systematic errors; others' toys also draw their nuisances."""
    signal, rng = Signal("rate", ""), np.random.default_rng(5)
    form = FORMS["counting"].model_validate(
        {"observable": "rate", "n_observed": 400, "background": 400.0, "events_per_unit": 1.0}
    )
    background = CountingOnly(form)
    expected = expected_limits(Rates(background, signal, 1.0), 10.0)
    toys = [CountingOnly(form.toy({"rate": np.zeros(1)}, rng)) for _ in range(500)]
    limits = [observed_limits(Rates(toy, signal, 1.0), Rates(background, signal, 1.0), 10.0).cl_s for toy in toys]
    quantiles = np.quantile(limits, norm.cdf(BANDS))
    np.testing.assert_allclose(quantiles[1:4], expected.cl_s[1:4], rtol=0.08)
    np.testing.assert_allclose(quantiles[[0, 4]], [expected.cl_s[0], expected.cl_s[4]], rtol=0.12)


class CountingOnly:
    """A form in the place of a measurement."""

    def __init__(self, form):
        self.form = form

    def loglike_of_arrays(self, predictions):
        return self.form.loglike(predictions)


@pytest.mark.parametrize(("wanted", "expected"), [(3.0, 2.25), (5.0, 6.25), (1.0, 1.0)])
def test_a_significance_that_grows_with_the_root_needs_the_square(wanted, expected):
    assert luminosity_for(lambda luminosity: 2.0 * luminosity**0.5, wanted, 1.0) == pytest.approx(expected, rel=1e-3)


def test_what_saturates_is_never_reached():
    assert luminosity_for(lambda luminosity: 4.0 - 1.0 / luminosity, 5.0, 1.0) == np.inf


def test_looking_at_many_masses_costs_as_gross_and_vitells_say():
    nowhere, many = LookElsewhere(0.0, np.zeros(1)), LookElsewhere(0.71, np.zeros(1))
    assert nowhere.sigmas(9.0) == pytest.approx(3.0, rel=1e-12)
    assert many.p_value(13.13) == pytest.approx(norm.sf(13.13**0.5) + 0.71 * np.exp(-0.5 * 12.13), rel=1e-12)
    assert many.sigmas(0.1) == 0.0


@pytest.fixture(scope="module")
def made(belle2):
    truth = Truth("the point", 2.1, 8.7e-6)
    return worked_out(Plan(belle2, truth, (0.365, 1.0, 5.0), "scaled", (1.0, 2.1, 3.0)))


def test_more_data_bound_more_and_see_more(made):
    medians = np.array([[limits.cl_s[2] for limits in at.limits] for at in made.at])
    assert (np.diff(medians, axis=0) < 0.0).all()
    assert np.all(np.diff([at.local for at in made.at]) > 0.0)
    assert made.needed["seen at 5 standard deviations"] < 5.0


def test_where_a_signal_is_seen_it_has_that_significance(made):
    luminosity = made.needed["seen at 5 standard deviations"]
    expected = shipped(BELLE2).asimov({"m_a": np.array([2.1]), "BR(B+->K+ a(inv))": np.array([8.7e-6])})
    found = discovery(expected.scaled(luminosity, "scaled"), made.signal, 2.1, 8.7e-6)
    assert found.local == pytest.approx(5.0, abs=1e-3)


def test_the_result_says_what_it_is(made):
    text = made.as_text()
    for part in ("0.365 1/ab of data, errors scaled", "8.7e-06 at 2.1 GeV", "seen at 5 standard deviations with"):
        assert part in text
    assert made.as_record()["truth"] == {"name": "the point", "mass": 2.1, "rate": 8.7e-6}


def test_what_is_known_is_not_worked_out_again_and_the_answer_is_the_same(belle2):
    plan = Plan(belle2, Truth("the point", 2.1, 8.7e-6), (1.0,), "scaled", (2.0, 2.1), n_toys=4)
    kept = {}
    whole = worked_out(plan, keep=kept.__setitem__)
    assert len(kept) == plan.n_tasks == 12
    half, anew = dict(list(kept.items())[::2]), []
    again = worked_out(plan, known=half, keep=lambda name, _: anew.append(name))
    assert set(anew) == set(list(kept)[1::2])
    assert again.as_record() == whole.as_record()


def test_toys_without_a_signal_have_limits_in_the_bands(belle2):
    plan = Plan(belle2, Truth("no signal"), (0.365,), "scaled", (1.0, 9.0), n_toys=12, seed=3)
    (at,) = worked_out(plan).at
    (of_toys, blind), (limits, _) = at.toy_limits, at.limits
    assert list(of_toys) == sorted(of_toys)
    assert limits.cl_s[0] < of_toys[2] < limits.cl_s[4]
    assert np.isnan(blind).all()


def test_what_else_is_read_is_held_at_the_truth():
    """A spectrum keeps its shape, and its rate is the sum over its bins."""
    measurement = load(BELLE2, {"signal_is": "spectrum", "standard_model": 0.0})
    shape = np.exp(-np.arange(20.0) / 8.0)
    spectrum = 2e-5 * shape / shape.sum()
    name = measurement.observables[0]
    plan = Plan(measurement, Truth("the point", rate=2e-5, held={name: spectrum[None]}), (1.0,), "scaled", (1.0,))
    made = worked_out(plan)
    expected = measurement.asimov({name: spectrum[None]})
    gain = 2.0 * float(np.diff(expected.loglike({name: np.stack([0.0 * spectrum, spectrum])}))[0])
    assert made.needed["there at 3 standard deviations"] > 0.0
    assert worked_out(replace(plan, luminosities=(0.365,))).at[0].local == pytest.approx(gain**0.5, rel=1e-6)
    assert made.at[0].local > gain**0.5


def test_quantiles_of_few_toys_are_told_to_be_rough(belle2):
    plan = Plan(belle2, Truth("no signal"), (0.365,), "scaled", (1.0,), n_toys=2)
    assert "quantiles of 2 toys are rough: draw 100 or more with --toys" in worked_out(plan).remarks


def test_an_interrupt_ends_it_after_a_task_which_is_kept(belle2):
    class Arrived:
        def raise_if_arrived(self):
            raise Interrupted(2)

    kept = {}
    plan = Plan(belle2, Truth("no signal"), (1.0,), "scaled", (1.0, 2.0, 3.0))
    with pytest.raises(Interrupted):
        worked_out(plan, keep=kept.__setitem__, interrupts=Arrived())
    assert list(kept) == ["nan observed 1.0"]


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("babar_bkgg_2021", "without a point of the model: it reads tau_a, which a truth would hold"),
        ("planck_relic_2018", "without a point of the model: it reads Omega_h2_theory_error"),
    ],
)
def test_what_reads_more_than_a_rate_and_a_mass_is_refused(entry, sentence):
    with pytest.raises(ForecastError, match=sentence):
        signal_of(shipped(entry))
