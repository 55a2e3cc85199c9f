"""Forms of likelihood: how a measurement's numbers become a function of the prediction."""

from collections.abc import Mapping
from types import MappingProxyType

from alpfit.likelihoods.forms.base import Form, Table
from alpfit.likelihoods.forms.gaussian import Gaussian
from alpfit.likelihoods.forms.limit_curve import LimitCurve
from alpfit.likelihoods.forms.two_body_band import TwoBodyBand

FORMS: Mapping[str, type[Gaussian] | type[LimitCurve] | type[TwoBodyBand]] = MappingProxyType(
    {"gaussian": Gaussian, "limit-curve": LimitCurve, "two-body-band": TwoBodyBand}
)
"""The forms that an entry's ``form`` can name."""

__all__ = ["FORMS", "Form", "Table"]
