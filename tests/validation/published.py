"""Numbers that others have published and that more than one test uses, each with its source.

Couplings in 1/GeV, masses in GeV.
"""

# Ding, Li, Liu, Liu, Lu and Zhu 2025, the paper that proposed the model

OBSERVED = 0.12
"""Omega h^2 that the paper solves for."""

R = 0.477
"""m_chi/m_a in all of its Table 1."""

UPPER = {
    "BP1": (0.75, 9.037e-5, 6.930e-5),
    "BP2": (2.63, 8.810e-5, 1.280e-4),
    "BP3": (3.56, 9.750e-5, 8.400e-5),
    "BP4": (4.47, 1.148e-4, 6.100e-5),
}
"""Table 1, upper bounds of g_agg: m_a, g_agg and g_achi."""

LOWER = {
    "BP1": (0.75, 7.398e-5, 5.961e-3),
    "BP2": (2.63, 7.345e-5, 2.295e-3),
    "BP3": (3.56, 7.360e-5, 2.120e-3),
    "BP4": (4.47, 8.429e-5, 8.565e-4),
}
"""Table 1, lower bounds of g_agg: m_a, g_agg and g_achi."""

FIGURE_3 = {
    0.360: 0.04302, 0.390: 0.005054, 0.410: 0.001337, 0.420: 0.0007165, 0.440: 0.0002186, 0.460: 7.015e-05,
    0.480: 2.201e-05, 0.485: 1.599e-05, 0.490: 1.118e-05, 0.499: 3.546e-06, 0.505: 0.001622, 0.550: 0.008128,
}  # fmt: skip
"""g_agg by r on the curve Omega_NBE h^2 = 0.12 that its Fig. 3 is drawn along, m_a = 1 and g_achi = 0.01; from an
independent implementation, to four digits."""

BENCHMARKS = {
    f"{name}{row}": (m_a, R, g_agg, g_achi)
    for name in UPPER
    for row, (m_a, g_agg, g_achi) in (("l", LOWER[name]), ("u", UPPER[name]))
}
"""m_a, r, g_agg and g_achi of the rows of Table 1, l(ower) and u(pper)."""

POINTS = {**BENCHMARKS, **{f"F3 r={r:.3f}": (1.0, r, g_agg, 0.01) for r, g_agg in FIGURE_3.items()}}
"""m_a, r, g_agg and g_achi of the rows of Table 1 and of the points along Fig. 3."""

PREFERRED = (7.3e-5, 1.1e-4)
"""g_agg that Belle II prefers at one standard deviation "across the majority of the m_a spectrum", section 5.2."""

# Experiments

BELLE2_RATE = 2.3e-5
"""BR(B+ -> K+ nu nu): Belle II 2023, arXiv:2311.14647."""

STANDARD_MODEL_RATE = 5.58e-6
"""BR(B+ -> K+ nu nu) of the Standard Model with the tau part: arXiv:2207.13371."""

BABAR_PLATEAU = 1.67e-4
"""g_agg that BaBar excludes at light masses, arXiv:1702.03327, between two digitisations of the erratum of
arXiv:1709.00009."""

PLANCK_DEPOSITED = 3.2e-28
"""f_eff sigma v/m_chi [cm^3/s/GeV]: Planck 2018, arXiv:1807.06209."""
