"""The q2 spectrum of B+ -> K+ nu nu (Belle II, arXiv:2507.12393): the release, by pyhf and by what it publishes.

``reference/belle2_spectrum.csv`` holds densities of the published workspace itself.
"""

import csv
import math
import tomllib
from functools import cache
from pathlib import Path

import numpy as np
import pyhf
import pytest
from published import BENCHMARKS
from pyhf_from_tables import nuisances, pyhf_parameters, workspace
from scipy.optimize import brentq, minimize_scalar

from alpfit.likelihoods.catalogue import data_folder
from alpfit.likelihoods.forms.binned import Binned
from alpfit.likelihoods.forms.binned.strength import signal_strength
from alpfit.likelihoods.forms.pyhf_workspace import PyhfWorkspace
from alpfit.physics.mesons import branching_ratio_b_to_k_alp

FOLDER = data_folder() / "belle2_bknunu_q2_2025"
DATA = tomllib.loads((FOLDER / "likelihood.toml").read_text())["data"]
REFERENCE = Path(__file__).with_name("reference") / "belle2_spectrum.csv"
RATE = "BR(B+->K+ a(inv))"


@cache
def spectrum(*channels: str) -> Binned:
    return Binned.read({**DATA, "channels": channels}, FOLDER)


def chi_squared(rate, mass):
    """-2 ln L relative to the Standard Model alone."""
    form = spectrum()
    values = form.loglike({RATE: np.asarray(rate, dtype=float), "m_a": np.asarray(mass, dtype=float)})
    return -2.0 * (values - form.loglike({RATE: np.array(0.0), "m_a": np.array(1.0)}))


def best_rate(mass: float) -> tuple[float, float]:
    """The best branching ratio at a mass, and -2 ln L there."""
    fit = minimize_scalar(lambda rate: float(chi_squared(1e-6 * rate, mass)), bounds=(0.0, 40.0), method="bounded")
    return 1e-6 * fit.x, fit.fun


def test_the_release_is_here_in_full():
    form = spectrum()
    assert form.spectrum.channels == ("A", "B", "C", "D", "HTA")
    assert len(form.spectrum.bins) == 30
    assert len(form.spectrum.parameters) + len(form.spectrum.cells) + 1 == 232  # and mu
    assert form.spectrum.response.events.shape == (100, 18)
    assert form.spectrum.response.edges[[0, -1]].tolist() == [0.0, 22.885]


def test_the_channels_with_a_signal_are_named_as_the_paper_names_them():
    form = spectrum()
    assert set(form.axes) == set(form.signal)
    assert {channel: axis.title for channel, axis in form.axes.items()} == {
        "A": "ITA, signal region",
        "B": "ITA, control",
        "HTA": "HTA",
    }
    assert form.axes["A"].bins == 3 * form.axes["B"].bins


@cache
def pyhf_model(with_signal: bool):
    specification = workspace(FOLDER, DATA["signal"])
    if with_signal:
        form = PyhfWorkspace.model_construct(
            specification=specification,
            table=spectrum().spectrum.response,
            signal_sample=DATA["signal"],
            exclude_parameters=tuple(DATA["exclude_parameters"]),
        )
        specification = form.with_signal(spectrum().events(np.array([1e-5]), np.array([2.1]))[0])
    model = pyhf.Model({"channels": specification["channels"]}, poi_name="mu", validate=False)
    observed = {channel["name"]: channel["data"] for channel in specification["observations"]}
    return model, [*(n for channel in model.config.channels for n in observed[channel]), *model.config.auxdata]


def reference():
    with REFERENCE.open(newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


@pytest.mark.parametrize("with_signal", [False, True])
@pytest.mark.parametrize("row", reference(), ids=lambda row: row["point"])
def test_the_density_is_that_of_pyhf_and_of_the_published_workspace(row, with_signal):
    point, strength = int(row["point"]), float(row["strength"])
    form = spectrum().model_copy(update={"standard_model": strength})
    alphas, gammas = nuisances(form, point)
    events = form.events(np.array([1e-5 if with_signal else 0.0]), np.array([2.1]))[0]
    normalisation = (
        0.5 * math.log(2.0 * math.pi) * (alphas.size + gammas.size) + np.log(form.spectrum.model.spread).sum()
    )
    own = form.log_density(events, alphas, gammas) - normalisation
    model, data = pyhf_model(with_signal)
    values = pyhf_parameters(form, model, strength, alphas, gammas, lambda channel, sample: f"stat_{channel}_{sample}")
    assert own == pytest.approx(float(model.logpdf(values, data)[0]), abs=1e-6)
    assert own == pytest.approx(float(row["with_signal" if with_signal else "log_density"]), abs=1e-6)


def test_the_best_nuisances_are_a_maximum_of_pyhfs_density():
    form, (model, data) = spectrum(), pyhf_model(True)
    events = form.events(np.array([1e-5]), np.array([2.1]))[0]
    best = pyhf_parameters(form, model, 1.0, *form.best_nuisances(events), lambda *names: "stat_" + "_".join(names))
    centres = np.array(model.config.suggested_init())
    assert_best(model, data, centres, best, form.log_l_of_events(events[None])[0])


def test_asimov_data_and_their_best_nuisances_are_those_of_pyhf():
    """Counts and auxiliary data are what pyhf expects without new physics, with the nuisances that fit best so."""
    form, (background, _), (model, _) = spectrum(), pyhf_model(False), pyhf_model(True)
    expected = form.asimov({RATE: np.zeros(1), "m_a": np.ones(1)})

    def parameters(of, fitted, events):
        return pyhf_parameters(form, of, 1.0, *fitted.best_nuisances(events), lambda *names: "stat_" + "_".join(names))

    counts = background.expected_data(parameters(background, form, np.zeros(18)), include_auxdata=False)
    np.testing.assert_allclose(counts_by_channel(expected, background), counts, rtol=1e-12)
    centres, events = parameters(model, form, np.zeros(18)), form.events(np.array([1e-5]), np.array([2.1]))
    data = [*counts, *model.expected_auxdata(centres)]
    assert_best(model, data, centres, parameters(model, expected, events[0]), expected.log_l_of_events(events)[0])


def counts_by_channel(form, model):
    """The counts in the order of pyhf's channels."""
    observed = dict(zip(form.spectrum.bins, form.spectrum.model.observed, strict=True))
    return [
        observed[channel, str(i)]
        for channel in model.config.channels
        for i in range(model.config.channel_nbins[channel])
    ]


def assert_best(model, data, centres, best, log_l):
    """pyhf's density of ``data`` has no slope at ``best``; with constraints 1 at their ``centres`` it is ``log_l``."""
    constraints = float(model.constraint_logpdf(np.array(data[30:]), centres))

    def density(values):
        return float(model.logpdf(values, data)[0]) - constraints

    assert density(best) == pytest.approx(log_l, abs=1e-7)
    steps = np.delete(1e-4 * np.eye(best.size), model.config.par_slice("mu").start, axis=0)
    slopes = [(density(best + step) - density(best - step)) / 2e-4 for step in steps]
    assert np.abs(slopes).max() < 1e-3


@pytest.mark.parametrize(
    ("channels", "best", "down", "up"),
    [(("A", "B", "C", "D"), 5.41, 1.47, 1.49), (("HTA",), 2.18, 1.97, 2.36), ((), 4.60, 1.33, 1.35)],
)
def test_the_signal_strength_is_the_published_one(channels, best, down, up):
    """The paper: 5.4 +- 1.5 and 2.2 -2.0 +2.4 (inclusive and hadronic tag), 4.6 +- 1.3 together."""
    fit = signal_strength(spectrum(*channels).log_l_of_strength)
    assert (fit.best, fit.error_down, fit.error_up) == pytest.approx((best, down, up), abs=0.006)


@pytest.mark.parametrize(("strength", "loss"), [(1.0, 7.38), (0.0, 11.97)])
def test_the_standard_model_is_27_sigma_off_and_no_signal_35(strength, loss):
    fit = signal_strength(spectrum().log_l_of_strength)
    assert 2.0 * (fit.log_l - spectrum().log_l_of_strength(strength)) == pytest.approx(loss, abs=0.005)


def test_a_two_body_decay_fits_best_at_2_1_gev():
    fit = minimize_scalar(lambda mass: best_rate(mass)[1], bounds=(1.8, 2.4), method="bounded")
    rate, least = best_rate(fit.x)
    assert fit.x == pytest.approx(2.10, abs=0.005)
    assert rate == pytest.approx(8.7e-6, abs=0.05e-6)
    assert least == pytest.approx(-13.1, abs=0.05)
    ends = [brentq(lambda mass: best_rate(mass)[1] - least - 1.0, *sides) for sides in ((1.9, fit.x), (fit.x, 2.4))]
    assert ends == pytest.approx([2.01, 2.21], abs=0.012)
    rates = [brentq(lambda r: float(chi_squared(r, fit.x)) - least - 1.0, *s) for s in ((0.0, rate), (rate, 3e-5))]
    assert [rate - rates[0], rates[1] - rate] == pytest.approx([2.4e-6, 2.6e-6], abs=0.06e-6)


@pytest.mark.parametrize(("mass", "limit"), [(1.0, 3.5e-6), (3.0, 6.5e-6)])
def test_the_upper_limits_at_95_percent(mass, limit):
    rate, least = best_rate(mass)
    at = brentq(lambda r: float(chi_squared(r, mass)) - least - 3.841, rate, rate + 3e-5)
    assert at == pytest.approx(limit, abs=0.05e-6)


def test_there_is_no_sensitivity_above_4_4_gev():
    masses = np.linspace(4.4, 6.0, 50)
    assert np.abs(chi_squared(np.full(50, 1e-5), masses)).max() < 0.05
    np.testing.assert_allclose(chi_squared(np.ones(10), np.linspace(5.2, 20.0, 10)), 0.0, atol=1e-9)


# -2 ln L against the Standard Model
TABLE_1 = {
    "BP1l": 42.3, "BP1u": 79.3, "BP2l": -9.1, "BP2u": -4.5, "BP3l": 3.45, "BP3u": 6.7, "BP4l": 0.0, "BP4u": 0.0,
}  # fmt: skip


@pytest.mark.parametrize("name", BENCHMARKS)
def test_the_points_of_the_table_1_of_ding_et_al(name):
    """With the paper's own form factor and the pole mass of the top; every ALP invisible."""
    mass, _, coupling, _ = BENCHMARKS[name]
    rate = branching_ratio_b_to_k_alp(
        np.array(mass), np.array(coupling), form_factor="exponential", top_mass="pole", ckm="flavio-2.7.1"
    )
    assert float(chi_squared(rate, mass)) == pytest.approx(TABLE_1[name], abs=0.06)


def test_it_is_finite_everywhere_and_every_fit_converges():
    rng, form = np.random.default_rng(5), spectrum()
    rates, masses = 10.0 ** rng.uniform(-9.0, 1.0, 2000), rng.uniform(0.0, 6.0, 2000)
    assert np.isfinite(form.loglike({RATE: rates, "m_a": masses})).all()
    moderate = np.minimum(rates, 1e-4)
    assert form.fit_nuisances(form.events(moderate, masses), form.start)[2].max() < 1e-9


@pytest.mark.parametrize("rate", [1e-6, 1e-5, 1e-4, 1e-2])
def test_it_is_continuous_in_the_mass(rate):
    coarse, fine = (np.abs(np.diff(chi_squared(np.full(n, rate), np.linspace(0.0, 5.5, n)))).max() for n in (700, 2800))
    assert fine < 0.6 * coarse


def test_integrating_over_the_nuisances_moves_the_comparison_of_hypotheses_little():
    """12.97 +- 0.10 by importance sampling of the 51 systematic errors, where the profile likelihood has 13.13."""
    form = Binned.read({**DATA, "marginalise": True}, FOLDER)
    gain = 2.0 * np.diff(form.loglike({RATE: np.array([0.0, 8.7e-6]), "m_a": np.array([2.1, 2.1])}))[0]
    assert gain == pytest.approx(12.93, abs=0.05)
