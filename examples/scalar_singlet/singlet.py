"""The real scalar singlet beside the Higgs resonance: a dark sector that is not the package's own.

T. Binder, T. Bringmann, M. Gustafsson, A. Hryczuk, arXiv:1706.07433, and DRAKE, arXiv:2103.01944. For the interaction
lambda S^2 |H|^2/2 the h S S vertex is lambda v0, and so, with Gamma_h the width of a Higgs of mass sqrt(s),

    sigma = lambda^2 v0^2 Gamma_h(sqrt(s)) / (beta sqrt(s) |D|^2),   beta = sqrt(1 - 4m^2/s),

which is 2 lambda^2 v0^2 |D|^-2 Gamma_h/sqrt(s) times 1/(2 beta) (J. Cline et al., arXiv:1306.4710). Scattering on a
fermion is by Higgs exchange, sum over all spins 2 lambda^2 m_f^2 (4 m_f^2 - t)/(m_h^2 - t)^2 for each colour, the
same for the antifermion. Which quarks scatter, and until when, is a model: see :data:`QUARKS`.
"""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from scipy.interpolate import PchipInterpolator

from alpfit.relic import DarkSector, solve_many
from alpfit.scenarios import Parameter, Predictions, Scenario

HIGGS_MASS, HIGGS_WIDTH, VACUUM = 125.0, 4.07e-3, 246.0
"""[GeV]: those of DRAKE's table in arXiv:2305.11937, and the width of arXiv:1307.1347."""

LEPTONS = {0.000511: 1, 0.10566: 1, 1.777: 1}
"""Masses [GeV] and numbers of colours (PDG), as in LIGHT and HEAVY."""
LIGHT = {0.00216: 3, 0.00467: 3, 0.0934: 3}
HEAVY = {1.27: 3, 4.18: 3}

ALL, FEWEST = "all quarks, to confinement", "light quarks, to four times that"
QUARKS = {ALL: (LIGHT | HEAVY, 0.154), FEWEST: (LIGHT, 0.6)}
"""Which of them scatter, and down to which temperature [GeV]: models A and B of arXiv:1706.07433."""


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


@cache
def _log_width() -> PchipInterpolator:
    """ln of the Higgs width [GeV] against ln(sqrt(s))."""
    table = np.loadtxt(Path(__file__).with_name("higgs_width.csv"), delimiter=",", skiprows=3)
    return PchipInterpolator(*np.log(table).T)


def higgs_width(root_s):
    """Gamma_h of a Standard Model Higgs of mass ``root_s`` [GeV]: linear below 80 GeV, and cubic above 210 GeV."""
    inside = np.clip(root_s, 80.0, 210.0)
    return np.exp(_log_width()(np.log(inside))) * np.where(root_s < inside, root_s / inside, (root_s / inside) ** 3)


def singlet(
    mass: float, coupling: float, quarks: str = FEWEST, width: float = HIGGS_WIDTH, tilt: float = 0.0
) -> DarkSector:
    """The sector of the singlet of ``mass`` [GeV].

    The Higgs widths are scaled to ``width`` [GeV] at the pole, and with ``tilt`` are those times (sqrt(s)/m_h)^tilt.
    """
    total = width + invisible_width(mass, coupling)

    def sigma(s):
        root_s = np.sqrt(s)
        propagator = ((root_s - HIGGS_MASS) * (root_s + HIGGS_MASS)) ** 2 + (HIGGS_MASS * total) ** 2
        off_shell = width / HIGGS_WIDTH * higgs_width(root_s) * (root_s / HIGGS_MASS) ** tilt
        return (coupling * VACUUM) ** 2 * off_shell / (np.sqrt(s - 4.0 * mass**2) * propagator)

    return DarkSector(mass, 1, sigma, elastic_rate(mass, coupling, quarks), [(HIGGS_MASS, total)])


@dataclass(frozen=True)
class Options:
    """``[model]``: the relic engine, and which quarks scatter."""

    engine: str = "cbe"
    quarks: str = FEWEST


class ScalarSinglet(Scenario):
    """The relic density near the Higgs resonance, for a fit: scenario = "./singlet.py"."""

    Options = Options
    parameters = {
        "m_S": Parameter("m_S", "GeV", "mass of the singlet", range=(45.0, 80.0)),
        "coupling": Parameter(r"\lambda", "", "coupling to the Higgs field", True, range=(1e-6, 1.0)),
    }

    def predict(self, points):
        """Omega h^2, and the share of the Higgs boson's decays that is not seen."""
        m_s, coupling, options = points["m_S"], points["coupling"], self.options
        sectors = [singlet(float(m), float(c), options.quarks) for m, c in zip(m_s, coupling, strict=True)]
        relic = solve_many(sectors, engine=options.engine)
        invisible = np.array([invisible_width(float(m), float(c)) for m, c in zip(m_s, coupling, strict=True)])
        values = {"Omega_h2": relic.omega_h2, "BR(h->inv)": invisible / (invisible + HIGGS_WIDTH)}
        return Predictions(values, tuple("" if ok else said for ok, said in zip(relic.ok, relic.messages, strict=True)))
