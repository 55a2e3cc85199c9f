"""A dark Higgs boson S, mixed with the Higgs boson by theta, and Dirac dark matter, L = -y S chi-bar chi: README.md."""

from pathlib import Path

import numpy as np
from numba import njit

from alpfit.physics.ckm import products
from alpfit.physics.mesons import TOP_MASSES, branching_ratios, loop_function
from alpfit.relic import DarkSector, solve_many
from alpfit.scenarios import Parameter, Predictions, Scenario

HBAR = 6.582119569e-25  # GeV s
V, X_TOP, LEPTONS = 246.22, (TOP_MASSES["msbar"] / 80.377) ** 2, (0.000511, 0.10566, 1.77693)  # GeV, m_t^2/m_W^2 (PDG)
PER_ALP = X_TOP / (loop_function(X_TOP) * V)  # of S over the ALP with g_aww = 1/GeV: m_t^2/v in place of m_W^2 f(x)
LOG_AT, LOG_WIDTH = np.log(np.loadtxt(Path(__file__).with_name("width.csv"), delimiter=",").T)  # sources in the file
S_TO_D = 3.0 * TOP_MASSES["msbar"] ** 2 / (32.0 * np.pi**2 * V**3) * products("flavio-2.7.1").vtd_vts  # charm: m_c^4
KAONS = ((abs(S_TO_D), 0.493677, 0.139570, 1.238e-8), (S_TO_D.real, 0.497611, 0.134977, 5.116e-8))  # GeV, s (PDG)
X, W = np.polynomial.legendre.leggauss(16)


@njit
def sigma(s, m_chi, m_S, y, theta, width, log_at, log_width):
    visible = theta**2 * np.exp(np.interp(0.5 * np.log(s), log_at, log_width))
    beta = np.sqrt(max(1.0 - 4.0 * m_chi**2 / s, 0.0))  # one half: of two chi every other pair is chi and anti-chi
    return 0.5 * 0.5 * y**2 * beta * np.sqrt(s) * visible / ((s - m_S**2) ** 2 + (m_S * width) ** 2)


@njit
def gamma(t, m_chi, m_S, y, theta, width, log_at, log_width):
    total = 0.0
    for m in LEPTONS:  # and antileptons, two spins each
        for x, w in zip(X, W):
            omega = m + 12.5 * t * (1.0 + x)
            k2, f = omega**2 - m**2, 1.0 / (np.exp(min(omega / t, 600.0)) + 1.0)
            for z, v in zip(X, W):
                u = 2.0 * k2 * (1.0 + z)  # -t, up to 4 k^2
                squared = 2.0 * (m / V) ** 2 * (4.0 * m_chi**2 + u) * (4.0 * m**2 + u) / (m_S**2 + u) ** 2
                total += 12.5 * t * w * f * (1.0 - f) * 2.0 * k2 * v * u * squared
    return 2.0 * (y * theta) ** 2 * total / (128.0 * np.pi**3 * m_chi**2) / (3.0 * m_chi * t)


def kaon(m_S, coupling, m_K, m_pi, lifetime):  # branching ratio of K -> pi S for theta = 1
    squared = (m_K**2 - (m_pi + m_S) ** 2) * (m_K**2 - (m_pi - m_S) ** 2) * (m_S < m_K - m_pi)  # (2 m_K p)^2
    return (coupling * (m_K**2 - m_pi**2)) ** 2 * np.sqrt(abs(squared)) / (16.0 * np.pi * m_K**3) * lifetime / HBAR


class DarkHiggs(Scenario):
    parameters = {
        "m_S": Parameter("m_S", "GeV", "mass of S", True, range=(0.05, 4.78)),
        "delta": Parameter(r"\delta", "", "1 - 2 m_chi/m_S, the distance from resonance", True, range=(1e-4, 0.5)),
        "y": Parameter("y", "", "coupling of S to chi", True, range=(1e-6, 4.0)),
        "sin_theta": Parameter(r"\sin\theta", "", "mixing with the Higgs boson", True, range=(1e-7, 0.1)),
    }
    plane = ("m_S", "sin_theta")

    def predict(self, points):
        m_S, delta, y, theta = (points[name] for name in self.parameters)
        m_chi = 0.5 * (1.0 - delta) * m_S
        invisible = y**2 * m_S * (1.0 - 4.0 * m_chi**2 / m_S**2) ** 1.5 / (8.0 * np.pi)
        width = invisible + theta**2 * np.exp(np.interp(np.log(m_S), LOG_AT, LOG_WIDTH))
        rows = np.stack([m_chi, m_S, y, theta, width], axis=1)
        sectors = [DarkSector(r[0], 4, sigma, gamma, [(r[1], r[4])], parameters=(*r, LOG_AT, LOG_WIDTH)) for r in rows]
        relic = solve_many(sectors)
        decays = branching_ratios(m_S, form_factor="hpqcd2022", top_mass="msbar", ckm="flavio-2.7.1")
        rate, unseen = (PER_ALP * theta) ** 2 * decays[0], invisible / width
        charged, neutral = (theta**2 * kaon(m_S, *one) for one in KAONS)
        values = {"m_a": m_S, "m_chi": m_chi, "tau_a": HBAR / width, "BR(a->inv)": unseen, "BR(B+->K+ S)": rate}
        values |= {"BR(B+->K+ a(inv))": rate * unseen, "BR(K+->pi+ a)": charged, "BR(KL->pi0 a(inv))": neutral * unseen}
        failures = [said if not ok else "" for ok, said in zip(relic.ok, relic.messages, strict=True)]
        return Predictions({**values, "Omega_h2": relic.omega_h2}, tuple(failures))
