"""What a published upper limit says of the likelihood behind it, which depends on the method that gave it.

The estimate of a signal rate is taken as Gaussian around zero, with the width at which the published method, applied to
it, gives the published limit back. That limit is z standard deviations from zero, and -2 ln L = z^2 there:

- ``CLs``: (1 - Phi(z))/(1 - Phi(0)) = 1 - CL (A. Read, J. Phys. G 28 (2002) 2693);
- ``Bayesian``, with a flat prior in a rate above zero: (Phi(z) - Phi(0))/(1 - Phi(0)) = CL, which is the same z;
- ``Feldman-Cousins``: for an estimate of zero the interval ends where Phi(z) - Phi(-z) = CL, again the same
  (physics/9711021, table X: 1.64 and 1.96 at 90 and 95 %);
- ``one-sided``: Phi(z) = CL, as of a profile likelihood without protection against downward fluctuations (G. Cowan et
  al., arXiv:1007.1727, eq. 16).

With the distribution function Phi of the normal distribution that is z = 1.645 and 1.960 at 90 and 95 % for the first
three, 1.282 and 1.645 for the last. Where the method is ``unknown`` the smaller one is taken: the weaker limit.
"""

from functools import cache
from typing import Literal

Method = Literal["CLs", "Bayesian", "Feldman-Cousins", "one-sided", "unknown"]

SHOWN_LEVEL = 0.95
"""Confidence level of the bound that is shown of a form with a best value and an error, where its entry says none."""


@cache
def one_sided_sigmas(confidence_level: float) -> float:
    """z with Phi(z) = CL: standard deviations from a Gaussian estimate to its upper limit."""
    from scipy.special import ndtri  # what lists the catalogue wants none of scipy

    return float(ndtri(confidence_level))


@cache
def sigmas_at_limit(confidence_level: float, method: Method) -> float:
    """z: standard deviations from an estimate of zero signal to its limit of this level, where -2 ln L is z^2."""
    if method in ("one-sided", "unknown"):
        return one_sided_sigmas(confidence_level)
    return one_sided_sigmas(0.5 * (1.0 + confidence_level))
