"""The examples with models of one's own, beside numbers that somebody else has."""

import csv
import importlib.util
from pathlib import Path

import numpy as np
import pytest
from intervals import highest_density
from significance import best, best_strengths, floating, log_l, sigmas
from upper_limits import X, limits

from alpfit import Fit
from alpfit.inference.forecasting import Rates, cl_s, curve, q_tilde
from alpfit.physics.b_to_k_nunu import branching_ratios_by_q2
from alpfit.physics.form_factors import FORM_FACTORS
from alpfit.relic import DarkSector, solve

EXAMPLES = Path(__file__).parents[2] / "examples"


def fit(name):
    return Fit.from_file(EXAMPLES / name / f"{name}.toml")


@pytest.fixture(scope="module")
def module():
    """The dark Higgs boson's file."""
    spec = importlib.util.spec_from_file_location("dark_higgs", EXAMPLES / "dark_higgs" / "dark_higgs.py")
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def points(**values):
    n = max(np.size(value) for value in values.values())
    return {name: np.full(n, value, dtype=float) for name, value in values.items()}


def test_the_best_mass_and_rate_are_those_of_the_published_likelihood():
    """2.10 GeV, 8.7e-6 and 2 Delta ln L = 13.1: what a correct fit of it gives, the nuisances at their best."""
    problem = Fit.from_file(
        EXAMPLES / "two_body" / "two_body.toml", ["options.belle2_bknunu_q2_2025.marginalise=false"]
    ).problem
    grid = np.stack(np.meshgrid(np.linspace(1.9, 2.3, 41), np.linspace(7e-6, 1e-5, 31)), axis=-1).reshape(-1, 2)
    log_l = problem.evaluate(grid).log_l
    best = grid[np.argmax(log_l)]
    np.testing.assert_allclose(best, (2.10, 8.7e-6), rtol=0.02)
    silent = problem.evaluate(np.array([[2.1, 0.0]])).log_l[0]
    assert 2.0 * (log_l.max() - silent) == pytest.approx(13.1, abs=0.1)


def with_width(marginalise, *settings):
    """The likelihood of the two-body decay with a width."""
    changed = [*settings, f"options.belle2_bknunu_q2_2025.marginalise={str(marginalise).lower()}"]
    return Fit.from_file(EXAMPLES / "two_body" / "two_body_width.toml", changed).problem


def test_a_narrow_x_is_a_line():
    """Up to 0.02 in ln L, as a spectrum is flat in its bins of 0.23 GeV^2; it is nearer the narrower it is."""
    masses, ratios = np.linspace(0.1, 4.7, 60), [2e-6, 8e-6, 1.6e-5]
    grid = np.stack(np.meshgrid(masses, ratios), axis=-1).reshape(-1, 2)
    settings = ["options.belle2_bknunu_q2_2025.marginalise=false"]
    line = Fit.from_file(EXAMPLES / "two_body" / "two_body.toml", settings).problem.evaluate(grid).log_l
    wide, less, narrow = (
        np.abs(with_width(False, f"model.width={width}").evaluate(grid).log_l - line).max()
        for width in (0.3, 0.03, 1e-4)
    )
    assert narrow < 0.02
    assert wide > 4.0 * less > 16.0 * narrow


def test_a_width_of_0_1_gev_gives_the_published_interval_of_the_rate():
    """arXiv:2602.09666: 9.2 -3.4 +1.8 e-6 for a Breit-Wigner; without a width both ends are 0.5e-6 lower."""
    masses, ratios = np.linspace(0.1, 4.7, 93), np.linspace(0.0, 2e-5, 31)
    grid = np.stack(np.meshgrid(masses, ratios, indexing="ij"), axis=-1)
    log_l = with_width(True, "model.width=0.1").evaluate(grid.reshape(-1, 2)).log_l.reshape(grid.shape[:2])
    posterior = np.exp(log_l - log_l.max())
    _, low, high = highest_density(ratios, posterior.sum(axis=0))
    np.testing.assert_allclose((low, high), (5.8e-6, 11.0e-6), rtol=0.0, atol=0.3e-6)
    assert 2.0 < highest_density(masses, posterior.sum(axis=1))[0] < 2.2
    assert grid[np.unravel_index(log_l.argmax(), log_l.shape)][1] == pytest.approx(9.2e-6, abs=0.7e-6)


def test_what_x_gains_is_three_standard_deviations_of_two_parameters():
    """On one side, 3.0 as in arXiv:2602.09666, with a width or without; 3.6 for the rate alone, on two."""
    for width in (0.0, 0.1):
        _, _, gain = best(X(width).data(), width)
        assert sigmas(np.exp(-0.5 * gain)) == pytest.approx(3.0, abs=0.05)
        assert np.sqrt(gain) == pytest.approx(3.6, abs=0.05)


def test_x_leaves_the_standard_model_near_its_own_strength():
    """The strength alone: 4.6, 7.38 better than one (arXiv:2507.12393); with X there is no need of it."""
    alone, over_one, strength, rate, gain = best_strengths()
    assert (alone, over_one) == pytest.approx((4.60, 7.38), abs=0.01)
    assert strength == pytest.approx(1.3, abs=0.1)
    assert rate == pytest.approx(8.1e-6, abs=0.1e-6)
    assert gain == pytest.approx(5.76, abs=0.02)


def test_a_free_strength_gains_what_the_exact_profile_does():
    """As a systematic error, which adds to the rate: 7.35 for 7.38 without X, and 5.78 for 5.76 with X over that."""
    _, over_one, _, _, over_best = best_strengths()
    free, held = floating(), X().data()
    assert 2.0 * (log_l(free, 2.1, 0.0, 0.0) - log_l(held, 2.1, 0.0, 0.0)) == pytest.approx(over_one, rel=0.01)
    assert best(free, 0.0)[2] == pytest.approx(over_best, rel=0.01)


def test_the_gain_at_each_mass_is_that_of_the_likelihood():
    found = curve(X().data(), X(), [1.0, 2.1, 3.5], [1.2e-6, 2.4e-6, 1e-5])
    np.testing.assert_allclose(found, (0.62, 13.1, 0.0), rtol=0.0, atol=0.1)


# Upper limits


# mass [GeV], branching ratio, and CL_s observed and expected by pyhf 0.7.6 (hypotest, q~, all fits its own, with SLSQP)
# of the workspace in pyhf_from_tables.py with X on top: one to four minutes each
BY_PYHF = ((1.0, 3.274e-6, 0.049962, 0.011609), (3.0, 8.01e-6, 0.050006, 0.195218))


@pytest.mark.parametrize(("mass", "ratio", "observed", "expected"), BY_PYHF)
def test_the_cl_s_of_a_signal_is_that_of_pyhf(mass, ratio, observed, expected):
    x = X()
    seen, without = (q_tilde(Rates(data, x, mass), ratio) for data in (x.data(), x.background()))
    assert cl_s(seen, without) == pytest.approx(observed, rel=2e-3)
    assert cl_s(without, without) == pytest.approx(expected, rel=5e-3)


@pytest.mark.parametrize(("mass", "known"), [(1.0, 3.53e-6), (3.0, 6.49e-6)])
def test_limits_that_are_quoted_are_those_of_the_ratio_of_likelihoods(mass, known):
    """3.53e-6 at 1 GeV and 6.49e-6 at 3 GeV lie where 2 ln L is 3.84 below its maximum; CL_s has 3.27 and 8.01e-6."""
    (found,) = limits([mass], 0.0)
    assert found.observed.likelihood_ratio == pytest.approx(known, abs=0.005e-6)
    assert found.observed.cl_s == pytest.approx({1.0: 3.274e-6, 3.0: 8.01e-6}[mass], rel=2e-3)
    assert list(found.expected.cl_s) == sorted(found.expected.cl_s)


@pytest.mark.parametrize(("mass", "width"), [(2.1, 0.0), (3.5, 0.0), (2.3, 0.5)])
def test_the_committed_limits_are_made_by_the_script(mass, width):
    lines = (EXAMPLES / "two_body" / "upper_limits.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    row = next(r for r in rows if (float(r["m_X [GeV]"]), float(r["width [GeV]"])) == (mass, width))
    (found,) = limits([mass], width)
    assert float(row["observed"]) == pytest.approx(found.observed.cl_s, rel=1e-3)
    assert float(row["expected"]) == pytest.approx(found.expected.cl_s[2], rel=1e-3)
    assert float(row["likelihood_ratio"]) == pytest.approx(found.observed.likelihood_ratio, rel=1e-3)


def test_the_weak_effective_theory_has_the_standard_model_in_it():
    problem = fit("wet").problem
    theta = np.array([[6.613, 0.0, 0.0], [11.3, 0.0, 8.2]])
    point = problem.evaluate(theta)
    assert point.predictions["BR(B+->K+ nu nu)"][0] == pytest.approx(4.97e-6, rel=0.05)  # arXiv:2507.12393
    assert point.log_l[1] - point.log_l[0] == pytest.approx(4.5, abs=0.2)
    assert problem.derived == ("BR(B+->K+ nu nu)",)


def test_a_heavy_alp_makes_the_spectrum_of_a_scalar_operator():
    """At q2 far below m_a^2 and far above 4 m_chi^2 both go as p q2 f_0^2: that of EOS's formulas, arXiv:2402.08417."""
    predicted = fit("off_shell").problem.scenario.predict(points(m_a=1e4, m_chi=1e-3, BR=1e-4))
    ours = predicted.values["BR(B+->K+ inv) by q2"] / 1e-4
    scalar = branching_ratios_by_q2(np.zeros(1), np.ones(1), np.zeros(1), bins=100)
    np.testing.assert_allclose(ours[0], scalar[0] / scalar[0].sum(), rtol=0.04)  # form factors of two origins


def test_an_alp_off_shell_gains_a_third_of_what_a_line_gains():
    log_l = fit("off_shell").problem.evaluate(np.array([[0.0107, 7e-5], [0.4, 0.0]])).log_l
    assert 2.0 * (log_l[0] - log_l[1]) == pytest.approx(4.3, abs=0.1)


# The dark Higgs boson


def test_model_and_input_are_under_eighty_lines():
    files = (EXAMPLES / "dark_higgs" / name for name in ("dark_higgs.py", "dark_higgs.toml"))
    assert sum(len(file.read_text().splitlines()) for file in files) < 80


def test_b_mesons_decay_to_it_as_others_find():
    """Widths for theta = 1 of arXiv:1904.10447 as its authors' code has them, of a top quark heavier than m_t(m_t).

    They are [1.860, 1.890, 1.980, 2.195]e-13 GeV at 0, 1, 2 and 4 GeV (github.com/JLTastet/scalar_portal). It goes as
    m_t^4: the pole mass in place of m_t(m_t) makes the difference.
    """
    widths = np.array([1.889850436964034e-13, 1.9802185907651862e-13, 2.1948725218597987e-13])
    theirs = widths * 1.638e-12 / 6.582119569e-25
    predicted = fit("dark_higgs").problem.scenario.predict(
        points(m_S=[1.0, 2.0, 4.0], delta=0.1, y=0.1, sin_theta=1e-2)
    )
    ours = predicted.values["BR(B+->K+ S)"] / 1e-4
    heavier = (172.57 / 162.7) ** 4
    np.testing.assert_allclose(heavier * ours, theirs, rtol=0.04)
    form_factors = FORM_FACTORS["hpqcd2022"](np.array([1.0, 4.0, 16.0]))
    np.testing.assert_allclose(ours / ours[0] / (theirs / theirs[0]), 1.0, atol=0.04)
    assert (np.diff(form_factors) > 0.0).all()


def test_kaons_decay_to_it_as_others_find():
    """2.0e-3 theta^2 2p/m_K of K+ and 7.0e-3 of K_L (arXiv:1710.09387), of a top quark heavier than m_t(m_t).

    After that 14 % are left, of V_td and the form factor. Beyond m_K - m_pi there is nothing.
    """
    m_s = np.array([0.1, 0.2, 0.3, 0.36, 1.0, 4.0])
    values = fit("dark_higgs").problem.scenario.predict(points(m_S=m_s, delta=0.1, y=0.1, sin_theta=1e-3)).values
    heavier = (172.57 / 162.8) ** 4
    for name, m_k, m_pi, theirs in (
        ("BR(K+->pi+ a)", 0.493677, 0.139570, 2.0e-3),
        ("BR(KL->pi0 a(inv))", 0.497611, 0.134977, 7.0e-3),
    ):
        momentum = np.sqrt((m_k**2 - (m_pi + m_s[:3]) ** 2) * (m_k**2 - (m_pi - m_s[:3]) ** 2)) / (2.0 * m_k)
        rates = theirs * 2.0 * momentum / m_k * 1e-6
        np.testing.assert_allclose(heavier * values[name][:3], rates, rtol=0.15)
    assert (values["BR(K+->pi+ a)"][4:] == 0.0).all()


def test_its_width_to_leptons_is_that_of_the_formula(module):
    """m_l^2 m_S beta^3/(8 pi v^2) is all there is between the thresholds of two muons and of two pions."""
    for m_s in (0.24, 0.25, 0.27):
        beta = np.sqrt(1.0 - 4.0 * 0.10566**2 / m_s**2)
        expected = 0.10566**2 * m_s * beta**3 / (8.0 * np.pi * 246.22**2)
        found = np.exp(np.interp(np.log(m_s), module.LOG_AT, module.LOG_WIDTH))
        assert found == pytest.approx(expected, rel=0.06)


def test_its_relic_density_is_that_of_the_equations_in_numpy(module):
    """The compiled functions beside others written with NumPy, one after the other; and on resonance less is left."""
    at = points(m_S=2.1, delta=[0.02, 0.2], y=0.02, sin_theta=5e-3)
    found = module.DarkHiggs().predict(at).values
    for i, delta in enumerate(at["delta"]):
        m_chi = 0.5 * (1.0 - delta) * 2.1
        width = 0.02**2 * 2.1 * (1.0 - (1.0 - delta) ** 2) ** 1.5 / (8.0 * np.pi)
        width += 5e-3**2 * np.exp(np.interp(np.log(2.1), module.LOG_AT, module.LOG_WIDTH))
        arguments = (m_chi, 2.1, 0.02, 5e-3, width, module.LOG_AT, module.LOG_WIDTH)

        def sigma(s, arguments=arguments):
            return np.array([module.sigma.py_func(one, *arguments) for one in s])

        def gamma(t, arguments=arguments):
            return np.array([module.gamma(one, *arguments) for one in t])

        alone = solve(DarkSector(m_chi, 4, sigma, gamma, [(2.1, width)]))
        assert found["Omega_h2"][i] == pytest.approx(float(alone.omega_h2), rel=1e-5)
    assert found["Omega_h2"][0] < 0.1 * found["Omega_h2"][1]


def test_it_fits():
    problem = fit("dark_higgs").problem
    point = problem.evaluate(np.array([[2.1, 4e-3, 5e-3, 4.5e-3]]))
    assert point.failures == ("",)
    assert point.predictions["BR(B+->K+ a(inv))"][0] < point.predictions["BR(B+->K+ S)"][0]


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("wet/wet", {"C_V": 11.0, "C_S": 0.0, "C_T": 8.0}),
        ("two_body/two_body_width", {"m_X": 2.1, "BR": 8e-6}),
        ("off_shell/off_shell", {"m_chi": 1.0, "BR": 8e-6}),
    ],
)
def test_a_point_with_a_spectrum_is_shown_without_it(name, at):
    point = Fit.from_file(EXAMPLES / f"{name}.toml").evaluate(at)
    assert "by q2" not in point.as_text()
    assert point.as_record()["log_likelihood_total"] == pytest.approx(point.log_l.item())
