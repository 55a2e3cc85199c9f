"""The real scalar singlet beside the Higgs resonance: the model with which early kinetic decoupling was found.

T. Binder, T. Bringmann, M. Gustafsson, A. Hryczuk, arXiv:1706.07433, and DRAKE, arXiv:2103.01944. For the interaction
lambda S^2 |H|^2/2 the h S S vertex is lambda v0, and so, with Gamma_h the width of a Higgs of mass sqrt(s),

    sigma = lambda^2 v0^2 Gamma_h(sqrt(s)) / (beta sqrt(s) |D|^2),   beta = sqrt(1 - 4m^2/s),

which is 2 lambda^2 v0^2 |D|^-2 Gamma_h/sqrt(s) times 1/(2 beta) (J. Cline et al., arXiv:1306.4710). Scattering on a
fermion is by Higgs exchange, sum over all spins 2 lambda^2 m_f^2 (4 m_f^2 - t)/(m_h^2 - t)^2 for each colour, the
same for the antifermion.

Approximation: Gamma_h(sqrt(s)) = 4.07 MeV sqrt(s)/m_h in place of a table of Standard Model widths, which is right at
the pole and for decays to light fermions beside it, and misses W pairs above 140 GeV. Hence only what the pole decides
is claimed. Which quarks scatter, and until when, changes the answer much more: see ``QUARKS``.
"""

import math
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import zeta

from alpfit.relic import ENGINES, DarkSector, Status, solve

HIGGS_MASS, HIGGS_WIDTH, VACUUM = 125.0, 4.07e-3, 246.0  # GeV
OBSERVED = 0.12
LEPTONS = {0.000511: 1, 0.10566: 1, 1.777: 1}  # mass [GeV] and number of colours
LIGHT = {0.00216: 3, 0.00467: 3, 0.0934: 3}
HEAVY = {1.27: 3, 4.18: 3}
QUARKS = {  # which of them scatter, and down to which temperature [GeV]; after the two extremes of 1706.07433
    "all quarks, to confinement": (LIGHT | HEAVY, 0.154),
    "light quarks, to four times that": (LIGHT, 0.6),
}
WEAKEST = "light quarks, to four times that"


def momentum_transfer_integral(u, fermion: float):
    """The integral of (-t) (4 m_f^2 - t)/(m_h^2 - t)^2 over -t from 0 to ``u`` [GeV^2]."""
    m2, f2 = HIGGS_MASS**2, fermion**2
    closed = u * (u + 2.0 * m2 - 4.0 * f2) / (u + m2) - 2.0 * (m2 - 2.0 * f2) * np.log1p(u / m2)
    cubic, quartic = (1.0 - 8.0 * f2 / m2) / 3.0, (6.0 * f2 / m2 - 1.0) / (2.0 * m2)
    series = (2.0 * f2 * u**2 + cubic * u**3 + quartic * u**4) / m2**2  # the closed form cancels for small u
    return np.where(u < 1e-3 * m2, series, closed)


def scattering_on(fermion: float, colours: int, mass: float, coupling: float, temperature):
    """gamma = 1/(3 m T) int d^3k/(2 pi)^3 f (1 - f) int dt (-t) sum |M|^2/(64 pi k omega m^2); antifermions too."""
    points, weights = np.polynomial.legendre.leggauss(48)
    t, kinetic, measure = temperature[:, None], 25.0 * (1.0 + points), 25.0 * weights  # (omega - m_f)/T up to 50
    omega, k_squared = fermion + t * kinetic, t * kinetic * (t * kinetic + 2.0 * fermion)
    occupied = np.exp(-omega / t)
    t_max = 4.0 * k_squared * mass**2 / (mass**2 + 2.0 * mass * omega + fermion**2)
    amplitude = 4.0 * colours * (coupling * fermion) ** 2 * momentum_transfer_integral(t_max, fermion)
    rate = t * measure * occupied / (1.0 + occupied) ** 2 * amplitude  # k^2 dk = k omega d omega
    return rate.sum(axis=1) / (128.0 * math.pi**3 * mass**2) / (3.0 * mass * temperature)


def elastic_rate(mass: float, coupling: float, quarks: str):
    """gamma(T) of the singlet on leptons at all temperatures, and on quarks as long as there are any."""
    flavours, end = QUARKS[quarks]

    def gamma(temperature):
        on_leptons = sum(scattering_on(*each, mass, coupling, temperature) for each in LEPTONS.items())
        on_quarks = sum(scattering_on(*each, mass, coupling, temperature) for each in flavours.items())
        return on_leptons + np.where(temperature > end, on_quarks, 0.0)

    return gamma


def invisible_width(mass: float, coupling: float) -> float:
    """Gamma(h -> S S)."""
    velocity = math.sqrt(max(1.0 - 4.0 * mass**2 / HIGGS_MASS**2, 0.0))
    return (coupling * VACUUM) ** 2 * velocity / (32.0 * math.pi * HIGGS_MASS)


def singlet(mass: float, coupling: float, quarks: str = WEAKEST, width: float = HIGGS_WIDTH, tilt: float = 1.0):
    """The sector; ``tilt`` is the power of sqrt(s)/m_h with which the Higgs width grows away from the pole."""
    total = width + invisible_width(mass, coupling)

    def sigma(s):
        root_s = np.sqrt(s)
        propagator = ((root_s - HIGGS_MASS) * (root_s + HIGGS_MASS)) ** 2 + (HIGGS_MASS * total) ** 2
        off_shell = width * (root_s / HIGGS_MASS) ** tilt
        return (coupling * VACUUM) ** 2 * off_shell / (np.sqrt(s - 4.0 * mass**2) * propagator)

    return DarkSector(mass, 1, sigma, elastic_rate(mass, coupling, quarks), [(HIGGS_MASS, total)])


@cache
def density(mass: float, coupling: float, engine: str, quarks: str = WEAKEST) -> float:
    return float(solve(singlet(mass, coupling, quarks), engine=engine).omega_h2)


@cache
def needed(mass: float, engine: str) -> float:
    """lambda that leaves the observed density."""

    def excess(log_coupling: float) -> float:
        left = density(mass, math.exp(log_coupling), engine)  # none, where the coupling is too small for equilibrium
        return 50.0 if math.isnan(left) else math.log(left / OBSERVED)

    return math.exp(brentq(excess, math.log(2e-5), math.log(0.3), xtol=1e-5))


@cache
def ratio(mass: float, quarks: str = WEAKEST) -> float:
    """Omega_CBE/Omega_NBE where Omega_NBE h^2 = 0.12."""
    return density(mass, needed(mass, "nbe"), "cbe", quarks) / OBSERVED


@pytest.mark.parametrize("fermion", [5e-4, 0.1, 4.18])
def test_the_integral_over_momentum_transfers_is_that_of_its_integrand(fermion):
    for u in (1e-3, 1.0, 15.0, 16.0, 1e2, 1e4):
        expected = quad(lambda v: v * (4.0 * fermion**2 + v) / (HIGGS_MASS**2 + v) ** 2, 0.0, u, epsabs=0.0)[0]
        assert momentum_transfer_integral(np.array(u), fermion) == pytest.approx(expected, rel=1e-5, abs=0.0)


def test_scattering_on_relativistic_fermions_has_its_rate_in_closed_form():
    """m_f << T << m_S: the inner integral is 64 k^6/(3 m_h^4), and q^6 f (1 - f) integrates to 720 (31/32) zeta(6)."""
    mass, coupling, fermion, temperature = 1e6, 1e-3, 1e-4, np.array([0.05, 0.2])
    expected = 4.0 * 3.0 * (coupling * fermion) ** 2 / (128.0 * math.pi**3 * mass**2) * 64.0 / (3.0 * HIGGS_MASS**4)
    expected *= temperature**7 * 720.0 * 31.0 / 32.0 * zeta(6) / (3.0 * mass * temperature)
    np.testing.assert_allclose(scattering_on(fermion, 3, mass, coupling, temperature), expected, rtol=1e-3)


def test_sigma_is_what_unitarity_ties_to_the_widths_of_the_higgs():
    """32 pi Gamma(h -> S S) Gamma_h/(beta^2 |D|^2) at the pole, for identical particles of spin 0."""
    mass, coupling = 57.0, 1e-3
    to_singlets = invisible_width(mass, coupling)
    beta_squared = 1.0 - 4.0 * mass**2 / HIGGS_MASS**2
    propagator = (HIGGS_MASS * (HIGGS_WIDTH + to_singlets)) ** 2
    expected = 32.0 * math.pi * to_singlets * HIGGS_WIDTH / (beta_squared * propagator)
    at_the_pole = singlet(mass, coupling).sigma(np.array([HIGGS_MASS**2]))
    assert at_the_pole == pytest.approx(expected, rel=1e-12, abs=0.0)


@pytest.mark.parametrize("mass", [57.0, 60.0, 62.0, 62.5])
@pytest.mark.parametrize("engine", ENGINES)
def test_masses_from_57_gev_to_the_pole_itself_work(engine, mass):
    for coupling in (1e-4, 1e-3, 1e-2):
        result = solve(singlet(mass, coupling), engine=engine)
        assert result.status == Status.OK
        assert 1e-6 < result.omega_h2 < 1e3


@pytest.mark.parametrize("engine", ENGINES)
def test_the_width_of_a_narrow_higgs_does_not_matter(engine):
    """Widths from 1e-12 to 1e-6 of the mass: the integral over the pole is lambda^2 Gamma_h/Gamma_total, a constant."""
    mass, coupling = 58.0, 1.6e-3

    def omega(relative_width: float) -> float:
        width = relative_width * HIGGS_MASS
        sector = singlet(mass, coupling, width=width)
        share = 1.0 + invisible_width(mass, coupling) / width  # takes back what the invisible decays take
        restored = replace(sector, cross_section=lambda s: share * sector.sigma(s))
        return float(solve(restored, engine=engine).omega_h2)

    narrowest = omega(1e-12)
    for relative_width in (1e-10, 1e-8, 1e-6):
        assert omega(relative_width) == pytest.approx(narrowest, rel=1e-3, abs=0.0)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_broader_higgs_is_found_earlier_and_leaves_less(engine):
    """Far from the pole sigma grows with the width, up to one tenth of the mass, where there is no peak to speak of."""
    widths = [HIGGS_WIDTH, 1e-3 * HIGGS_MASS, 1e-2 * HIGGS_MASS, 0.1 * HIGGS_MASS]
    omegas = [float(solve(singlet(50.0, 5e-2, width=width), engine=engine).omega_h2) for width in widths]
    assert omegas == sorted(omegas, reverse=True)


@pytest.mark.parametrize("mass", [57.0, 58.0, 60.0, 62.5])
def test_kinetic_equilibrium_by_decree_is_the_number_density_equation(mass):
    decreed = replace(singlet(mass, 1e-3), momentum_transfer="equilibrium")
    assert solve(decreed, engine="cbe").omega_h2 == solve(decreed, engine="nbe").omega_h2
    assert solve(decreed, engine="cbe").omega_h2 == density(mass, 1e-3, "nbe")


def test_on_the_resonance_couplings_of_1e_3_to_1e_4_leave_the_observed_density():
    """1306.4710 and 1706.07433: lambda falls from 0.1 to some 1e-4 at m_h/2, and is 1e-2 again 1 GeV above."""
    couplings = {mass: needed(mass, "nbe") for mass in (45.0, 53.0, 57.0, 60.0, 62.0, 62.4, 63.0, 65.0)}
    assert 0.05 < couplings[45.0] < 0.3
    assert 1e-3 < couplings[57.0] < 5e-3
    assert 3e-4 < couplings[60.0] < 1.5e-3
    assert 1e-4 < couplings[62.4] < 4e-4
    assert 5e-3 < couplings[63.0] < 3e-2
    assert min(couplings, key=couplings.__getitem__) == 62.4
    below = [coupling for mass, coupling in couplings.items() if mass < 62.5]
    assert all(left > right for left, right in pairwise(below))


@pytest.mark.parametrize("mass", [53.0, 57.0, 60.0, 62.4])
def test_the_higgs_width_beside_its_pole_does_not_decide(mass):
    """sqrt(s)^-1 or sqrt(s)^3 in place of sqrt(s): 1 % at 53 GeV, less and less towards the pole."""
    for tilt in (-1.0, 3.0):
        omega_h2 = float(solve(singlet(mass, needed(mass, "nbe"), tilt=tilt), engine="nbe").omega_h2)
        assert omega_h2 == pytest.approx(OBSERVED, rel=0.015 if mass < 55.0 else 1e-3)


def test_with_weak_scattering_kinetic_decoupling_matters_by_up_to_an_order_of_magnitude():
    """1706.07433, abstract: up to one order of magnitude. Here 6.3 at 58 GeV."""
    ratios = {mass: ratio(mass) for mass in (53.0, 54.0, 55.0, 56.0, 57.0, 58.0, 59.0, 60.0, 61.0)}
    assert max(ratios, key=ratios.__getitem__) == 58.0
    assert 5.0 < ratios[58.0] < 10.0
    rising = [ratios[mass] for mass in (53.0, 54.0, 55.0, 56.0, 57.0, 58.0)]
    assert rising == sorted(rising)
    assert ratios[58.0] > ratios[59.0] > ratios[60.0] > ratios[61.0]


def test_scattering_on_all_quarks_leaves_a_few_ten_per_cent_of_that():
    for mass in (55.0, 57.0, 58.0, 60.0):
        assert 1.0 < ratio(mass, "all quarks, to confinement") < min(1.4, ratio(mass))


def test_far_from_the_resonance_both_engines_agree_however_weak_the_scattering():
    assert ratio(45.0) == pytest.approx(1.0, abs=2e-3)
    assert ratio(50.0) == pytest.approx(1.0, abs=5e-3)
    assert ratio(65.0) == pytest.approx(1.0, abs=2e-2)


def test_just_above_the_resonance_the_coupled_equations_leave_less():
    """Annihilation prefers the slowest there, and the gas that is left is hotter, then colder: the other sign."""
    ratios = [ratio(mass) for mass in (62.5, 62.6, 63.0, 65.0)]
    assert ratios == sorted(ratios)
    assert ratios[0] < 0.5
    assert ratios[-1] < 1.0


def test_where_both_engines_agree_scattering_at_freeze_out_is_thousands_of_times_as_fast():
    """gamma/H is 10 at 58 GeV: too slow against annihilation, which on the resonance goes on for long."""
    far, near = (solve(singlet(mass, needed(mass, "nbe"))).elastic_rate for mass in (45.0, 58.0))
    assert far > 3e3 * near
    assert 5.0 < near < 20.0
