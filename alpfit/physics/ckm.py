"""Quark mixing: the products of CKM elements in the loops that make an ALP from a down-type quark."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.complex128]


@dataclass(frozen=True)
class Angles:
    """The standard parametrisation: sines of the three angles, the phase [rad], the error of |V_ts|, and the source."""

    s12: float
    s23: float
    s13: float
    delta: float
    relative_error_vts: float
    source: str


def from_elements(vus: float, vcb: float, vub: float, gamma: float, error: float, source: str) -> Angles:
    """Angles from |V_us|, |V_cb|, |V_ub| and the phase gamma [rad], which is delta up to 1e-3."""
    c13 = np.sqrt(1.0 - vub**2)
    return Angles(vus / c13, vcb / c13, vub, gamma, error, source)


def from_wolfenstein(lam: float, a: float, rho_bar: float, eta_bar: float, error: float, source: str) -> Angles:
    """Angles from lambda, A, rho-bar and eta-bar, exactly (PDG 2022, section 12, eqs. 12.4 and 12.5)."""
    apex = complex(rho_bar, eta_bar)
    root = np.sqrt(1.0 - a**2 * lam**4) / (np.sqrt(1.0 - lam**2) * (1.0 - a**2 * lam**4 * apex))
    vub = a * lam**3 * apex * root
    return Angles(lam, a * lam**2, abs(vub), float(np.angle(vub)), error, source)


CKM: Mapping[str, Angles] = MappingProxyType(
    {
        "flavio-2.7.1": from_elements(
            0.2248, 41.97e-3, 3.64e-3, 1.15, 0.022, "flavio 2.7.1 defaults; error of |V_ts| as in PDG 2022, table 12.1"
        ),
        "pdg-2022": from_wolfenstein(
            0.22500, 0.826, 0.159, 0.348, 0.022, "PDG 2022, section 12.4: global fit, |V_ts| = 41.5(9)e-3 directly"
        ),
    }
)
"""Choices of the CKM matrix by name."""


class Products(NamedTuple):
    """|V_tb V_ts*|, and V_td V_ts* and V_cd V_cs* as complex numbers."""

    vtb_vts: float
    vtd_vts: complex
    vcd_vcs: complex


def ckm_matrix(angles: Angles) -> Matrix:
    """The unitary matrix ``(3, 3)``, rows u, c, t and columns d, s, b (PDG 2022, eq. 12.3)."""
    s12, s23, s13 = angles.s12, angles.s23, angles.s13
    c12, c23, c13 = (np.sqrt(1.0 - s * s) for s in (s12, s23, s13))
    phase = np.exp(1j * angles.delta)
    return np.array(
        [
            [c12 * c13, s12 * c13, s13 / phase],
            [-s12 * c23 - c12 * s23 * s13 * phase, c12 * c23 - s12 * s23 * s13 * phase, s23 * c13],
            [s12 * s23 - c12 * c23 * s13 * phase, -c12 * s23 - s12 * c23 * s13 * phase, c23 * c13],
        ]
    )


@cache
def products(name: str) -> Products:
    """The products that :data:`CKM`'s ``name`` gives."""
    v = ckm_matrix(CKM[name])
    return Products(float(abs(v[2, 2] * v[2, 1])), complex(v[2, 0] * v[2, 1].conj()), complex(v[1, 0] * v[1, 1].conj()))
