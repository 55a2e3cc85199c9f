"""Forms of likelihood: how a measurement's numbers become a function of the prediction."""

from alpfit.likelihoods.forms.base import Comparison, Form, Step
from alpfit.likelihoods.forms.binned import Binned
from alpfit.likelihoods.forms.contour import Contour
from alpfit.likelihoods.forms.counting import Counting
from alpfit.likelihoods.forms.edge import Edge
from alpfit.likelihoods.forms.flavio_measurement import FlavioMeasurement
from alpfit.likelihoods.forms.gaussian import Gaussian
from alpfit.likelihoods.forms.limit_curve import LimitCurve
from alpfit.likelihoods.forms.limit_surface import LimitSurface
from alpfit.likelihoods.forms.parabola import Parabola
from alpfit.likelihoods.forms.pyhf_workspace import PyhfWorkspace
from alpfit.likelihoods.forms.two_body_band import TwoBodyBand
from alpfit.likelihoods.forms.upper_limit import UpperLimit
from alpfit.numerics.registry import Registry

FORMS: Registry[type[Form]] = Registry(
    "form of likelihood",
    {
        "gaussian": Gaussian,
        "upper-limit": UpperLimit,
        "limit-curve": LimitCurve,
        "limit-surface": LimitSurface,
        "two-body-band": TwoBodyBand,
        "counting": Counting,
        "contour": Contour,
        "edge": Edge,
        "parabola": Parabola,
        "binned": Binned,
        "pyhf": PyhfWorkspace,
        "flavio": FlavioMeasurement,
    },
)
"""The forms that an entry's ``form`` can name; one of your own is known after ``FORMS.add(name, form)``.

>>> from alpfit.likelihoods import FORMS, load
>>> "limit-curve" in FORMS
True
>>> isinstance(load("planck_relic_2018").form, FORMS["gaussian"])
True
"""

__all__ = ["FORMS", "Comparison", "Form", "Step"]
