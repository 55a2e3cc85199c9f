"""Numbers of nature and of the experiments' machines: value, unit, source.

Everything downstream works in GeV with hbar = c = k_B = 1; the last block holds the conversions.
"The seed paper" is K. Ding, Y. Li, X. Liu, Y. Liu, C.-T. Lu and B. Zhu, "Resonant ALP-Portal Dark
Matter Annihilation as a Solution to the B -> K nu nu Excess" (2025), here and everywhere.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Constant:
    """One measured or defined number: ``value`` in ``unit``, and who measured or defined it."""

    value: float
    unit: str
    source: str


# Gravitation and cosmology
PLANCK_MASS = Constant(1.220890e19, "GeV", "PDG 2022, physical constants")
RELIC_DENSITY_PER_YIELD = Constant(
    2.7430e8, "1/GeV", "s_0 h^2/rho_crit: Omega h^2 = 2.743e8 (m/GeV) Y_0, for T_0 = 2.7255 K (PDG 2022)"
)

# Electroweak
FERMI_CONSTANT = Constant(1.1663788e-5, "1/GeV^2", "PDG 2022 (MuLan, arXiv:1211.0960)")
W_MASS = Constant(80.369, "GeV", "PDG 2024 average")
TOP_MASS_MSBAR = Constant(162.8, "GeV", "m_t(m_t) in the MSbar scheme from the pole mass 172.5 GeV, flavio 2.7.1")
TOP_MASS_POLE = Constant(172.7, "GeV", "PDG 2022, direct measurements; what the seed paper's numbers imply")
VTB_VTS = Constant(0.0412, "1", "|V_tb V_ts*| with V_cb = 41.97e-3, V_ub = 3.64e-3, gamma = 1.15 (flavio 2.7.1)")

# Mesons
B_PLUS_MASS = Constant(5.27934, "GeV", "PDG 2022")
B_PLUS_LIFETIME = Constant(1.638e-12, "s", "PDG 2022")
K_PLUS_MASS = Constant(0.493677, "GeV", "PDG 2022")

# Colliders
BELLE2_BOOST = Constant(0.28, "1", "beta gamma of the Y(4S) at SuperKEKB; Belle II physics book, arXiv:1808.10567")
BELLE2_RADIUS = Constant(150.0, "cm", "photons born beyond it are not seen; the seed paper, section 5.1")
BABAR_S = Constant(107.0, "GeV^2", "mean s of the sample on the Y(2S) and Y(3S); BaBar, arXiv:1702.03327")
BABAR_RADIUS = Constant(50.0, "cm", "decays beyond it count as invisible; ALP-aca's recast, arXiv:2508.08354")

# Unit conversions
HBAR = Constant(6.582119569e-25, "GeV s", "exact (SI 2019)")
SPEED_OF_LIGHT = Constant(2.99792458e10, "cm/s", "exact (SI 2019)")
SIGMA_V = Constant(1.16733e-17, "cm^3 GeV^2/s", "(hbar c)^2 c, exact (SI 2019): GeV^-2 to cm^3/s")
