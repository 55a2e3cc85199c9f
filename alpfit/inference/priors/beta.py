"""The beta distribution."""

from typing import ClassVar, Literal, final

import numpy as np
from numpy.typing import ArrayLike

from alpfit.inference.priors.base import Array, Bounded, Finite, Positive, within


@final
class Beta(Bounded):
    """The beta distribution x^(a-1) (1-x)^(b-1) of x = (parameter - ``min``)/(``max`` - ``min``)."""

    logarithmic: ClassVar[bool] = False

    prior: Literal["beta"]
    a: Positive
    b: Positive
    min: Finite = 0.0
    max: Finite = 1.0

    def transform(self, u: ArrayLike) -> Array:
        """The parameter at cumulative probability ``u``."""
        from scipy.special import betaincinv

        return np.asarray(self.min + (self.max - self.min) * betaincinv(self.a, self.b, u))

    def log_density(self, x: ArrayLike) -> Array:
        """ln of the density at ``x``."""
        from scipy.special import betaln, xlog1py, xlogy

        width = self.max - self.min
        z = np.clip((np.asarray(x) - self.min) / width, 0.0, 1.0)
        density = xlogy(self.a - 1.0, z) + xlog1py(self.b - 1.0, -z) - betaln(self.a, self.b) - np.log(width)
        return within(x, self.min, self.max, density)
