"""Hadronic form factors of the decays that make ALPs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from alpfit.constants import B_PLUS_MASS
from alpfit.numerics.compile import kernel

Array = NDArray[np.float64]


@dataclass(frozen=True)
class FormFactor:
    """A form factor as ``function`` of q^2 [GeV^2], its ``relative_error`` at q^2 = 0, and the source of both."""

    function: Callable[[Array], Array]
    relative_error: float
    source: str

    def __call__(self, q_squared: Array) -> Array:
        """The form factor at ``q_squared`` [GeV^2]."""
        return self.function(q_squared)


def exponential_form_factor(q_squared: Array) -> Array:
    """f_0(B -> K) at ``q_squared`` [GeV^2], Ding et al. 2025's eq. (3.3) (P. Ball and R. Zwicky, hep-ph/0406232)."""
    q = q_squared / B_PLUS_MASS.value**2
    return np.asarray(0.33 * np.exp(q * (0.63 + q * (-0.095 + q * 0.591))))


@kernel
def hpqcd_2022_form_factor(q_squared: Array) -> Array:
    """f_0(B -> K) at ``q_squared`` [GeV^2], HPQCD lattice QCD, arXiv:2207.12468, central values of table V."""
    pole, logarithm = 5.729495, 1.3036556717286227
    coefficients = (0.2546162729845652, 0.211016713841977, 0.02690776720598433)
    threshold = (5.279495 + 0.495644) ** 2
    root = np.sqrt(threshold - q_squared)
    z = (root - np.sqrt(threshold)) / (root + np.sqrt(threshold))
    series = coefficients[0] + z * (coefficients[1] + z * coefficients[2])
    value: Array = logarithm / (1.0 - q_squared / pole**2) * series
    return value


FORM_FACTORS: Mapping[str, FormFactor] = MappingProxyType(
    {
        "hpqcd2022": FormFactor(
            hpqcd_2022_form_factor, 0.036, "HPQCD, arXiv:2207.12468, table V: a_0 = 0.2545(90), L = 1.304(10)"
        ),
        "exponential": FormFactor(
            exponential_form_factor, 0.12, "P. Ball and R. Zwicky, hep-ph/0406232: f_0(0) = 0.331(41)"
        ),
    }
)
"""Scalar form factors of B -> K by name."""


@kernel
def bsz_form_factor(q_squared: Array) -> Array:
    """A_0(B -> K*) at ``q_squared`` [GeV^2] (A. Bharucha, D. Straub and R. Zwicky, arXiv:1503.05534, eqs. 15-17).

    Light-cone sum rules with lattice QCD, table 14 in the form that flavio 2.7.1 carries.
    """
    coefficients, pole, m_b, m_k_star = (0.369, -1.366, 0.128), 5.366, 5.27963, 0.89555
    threshold, end = (m_b + m_k_star) ** 2, (m_b - m_k_star) ** 2
    fixed = np.sqrt(threshold * np.sqrt(1.0 - end / threshold))  # sqrt(t_+ - t_0)
    root = np.sqrt(threshold - q_squared)
    at_zero = (np.sqrt(threshold) - fixed) / (np.sqrt(threshold) + fixed)
    step = (root - fixed) / (root + fixed) - at_zero
    series = coefficients[0] + step * (coefficients[1] + step * coefficients[2])
    value: Array = series / (1.0 - q_squared / pole**2)
    return value


A0_B_TO_K_STAR = FormFactor(bsz_form_factor, 0.029 / 0.369, "arXiv:1503.05534: A_0(0) = 0.369(29)")
"""The pseudoscalar form factor of B -> K*."""

B_TO_K_COEFFICIENTS = (
    (0.33772497529184886, -0.87793473613271, -0.07935870922121949),
    (0.33772497529184886, 0.3719622997220613, 0.07388594710238389),
    (0.327935912834808, -0.9490004115927961, -0.23146429907794228),
)
"""Of f_+, f_0, f_T: FLAG 2021 and HPQCD 2022 fitted together, as the public code redist of arXiv:2402.08417 has it.

Its file examples/knunu/knunu_utils.py; f_0(0) = f_+(0). Errors at q^2 = 0: f_+ 0.010, f_T 0.020.
"""


def b_to_k_form_factors(q_squared: Array) -> Array:
    """f_+, f_0 and f_T of B -> K at ``q_squared`` [GeV^2] ``(n,)``, ``(3, n)`` (arXiv:1503.05534, eqs. 15-17).

    Masses of the expansion as in EOS 1.0.21: B 5.279, K 0.492, poles 5.415 (1-) and 5.63 (0+) GeV.
    """
    poles, m_b, m_k = np.array([5.415, 5.63, 5.415]), 5.279, 0.492
    threshold, end = (m_b + m_k) ** 2, (m_b - m_k) ** 2
    fixed = np.sqrt(threshold * np.sqrt(1.0 - end / threshold))  # sqrt(t_+ - t_0)
    root, at_zero = np.sqrt(threshold - q_squared), np.sqrt(threshold)
    step = (root - fixed) / (root + fixed) - (at_zero - fixed) / (at_zero + fixed)
    series = np.array(B_TO_K_COEFFICIENTS) @ step ** np.arange(3)[:, None]
    return np.asarray(series / (1.0 - q_squared / poles[:, None] ** 2))


F_PLUS_K_TO_PI = 0.9698
"""f_+(0) of K -> pi (FLAG 2021, arXiv:2111.09849, N_f = 2+1+1: 0.9698(17))."""
