"""Numbers of nature and of the experiments' machines: value, unit, source.

Everything downstream works in GeV with hbar = c = k_B = 1; the last block holds the conversions.
"Ding et al. 2025" is K. Ding, Y. Li, X. Liu, Y. Liu, C.-T. Lu and B. Zhu, "Resonant ALP-Portal Dark
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
TOP_MASS_POLE = Constant(172.7, "GeV", "PDG 2022, direct measurements; what Ding et al. 2025's numbers imply")
CHARM_MASS = Constant(1.27, "GeV", "m_c(m_c) in the MSbar scheme, PDG 2022")
WEAK_MIXING = Constant(0.23121, "1", "sin^2(theta_W) in the MSbar scheme at m_Z, PDG 2022")
Z_MASS = Constant(91.1876, "GeV", "PDG 2022")
Z_WIDTH = Constant(2.4952, "GeV", "PDG 2022")

# Quantum electrodynamics
FINE_STRUCTURE = Constant(7.2973525693e-3, "1", "alpha at zero momentum, CODATA 2018")
ELECTRON_MASS = Constant(5.1099895e-4, "GeV", "PDG 2022")
MUON_MASS = Constant(0.1056583755, "GeV", "PDG 2022")
TAU_MASS = Constant(1.77686, "GeV", "PDG 2022")

# Mesons
B_PLUS_MASS = Constant(5.27934, "GeV", "PDG 2022")
B_PLUS_LIFETIME = Constant(1.638e-12, "s", "PDG 2022")
B_ZERO_MASS = Constant(5.27966, "GeV", "PDG 2022")
B_ZERO_LIFETIME = Constant(1.519e-12, "s", "PDG 2022")
K_PLUS_MASS = Constant(0.493677, "GeV", "PDG 2022")
K_PLUS_LIFETIME = Constant(1.238e-8, "s", "PDG 2022")
K_ZERO_MASS = Constant(0.497611, "GeV", "PDG 2022")
K_LONG_LIFETIME = Constant(5.11e-8, "s", "PDG 2022 (5.116e-8), as flavio 2.7.1 rounds it")
K_STAR_MASS = Constant(0.89555, "GeV", "K*(892)0, PDG 2022")
PI_PLUS_MASS = Constant(0.13957039, "GeV", "PDG 2022")
PI_ZERO_MASS = Constant(0.1349768, "GeV", "PDG 2022")

# Colliders
BELLE2_BOOST = Constant(0.28, "1", "beta gamma of the Y(4S) at SuperKEKB; Belle II physics book, arXiv:1808.10567")
BELLE2_RADIUS = Constant(150.0, "cm", "photons born beyond it are not seen; Ding et al. 2025, section 5.1")
BELLE2_S = Constant(112.0, "GeV^2", "Y(4S): 10.58 GeV squared")
BELLE_BOOST = Constant(0.425, "1", "beta gamma of the Y(4S) at KEKB: 8.0 GeV on 3.5 GeV")
BELLE_RADIUS = Constant(150.0, "cm", "taken as in Belle II, whose calorimeter it is")
BABAR_BOOST = Constant(0.56, "1", "beta gamma of the Y(4S) at PEP-II: 9.0 GeV on 3.1 GeV; BaBar, hep-ex/0105044")
BABAR_S = Constant(107.0, "GeV^2", "mean s of the sample on the Y(2S) and Y(3S); BaBar, arXiv:1702.03327")
BABAR_RADIUS = Constant(50.0, "cm", "decays beyond it count as invisible; ALP-aca's recast, arXiv:2508.08354")
LEP_S = Constant(4e4, "GeV^2", "LEP 2, 200 GeV")
LEP_RADIUS = Constant(250.0, "cm", "beyond DELPHI's barrel calorimeter, which reaches to 2.6 m; taken")

# Kaon experiments
KOTO_MOMENTUM = Constant(1.0, "GeV", "typical of an ALP from K_L of 1.5 to 2 GeV; taken, arXiv:1810.09655")
KOTO_LENGTH = Constant(300.0, "cm", "half of the vetoed length behind the decay region; taken, arXiv:1810.09655")

# Dark matter in clusters of galaxies
CLUSTER_VELOCITY = Constant(3.3356e-3, "c", "1000 km/s; collisions of clusters have 1000 to 3000 km/s")
GEV3_PER_CM2_PER_GRAM = Constant(4578.5, "1/GeV^3", "1 cm^2/g in natural units (PDG 2022 conversions)")

# Dark matter in the Milky Way
HALO_VELOCITY = Constant(
    1.27e-3, "c", "root mean square of the relative velocity in a Maxwellian halo with v_0 = 220 km/s: sqrt(3) v_0"
)

# Unit conversions
HBAR = Constant(6.582119569e-25, "GeV s", "exact (SI 2019)")
SPEED_OF_LIGHT = Constant(2.99792458e10, "cm/s", "exact (SI 2019)")
SIGMA_V = Constant(1.16733e-17, "cm^3 GeV^2/s", "(hbar c)^2 c, exact (SI 2019): GeV^-2 to cm^3/s")
