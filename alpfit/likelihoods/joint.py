"""Several measurements of the same predictions."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from alpfit.likelihoods.forms import Step
from alpfit.likelihoods.measurement import Measurement

Array = NDArray[np.float64]


@dataclass(frozen=True)
class JointLikelihood:
    """The product of independent measurements.

    >>> import numpy as np
    >>> from alpfit.likelihoods import JointLikelihood, load
    >>> joint = JointLikelihood((load("belle2_bknunu_2023"), load("babar_gamma_inv_2017")))
    >>> joint.observables
    ('BR(B+->K+ a(inv))', 'g_agg*sqrt(P_inv)', 'm_a')
    >>> list(joint.steps)
    ['babar_gamma_inv_2017']
    >>> points = {"BR(B+->K+ a(inv))": [0.0, 1.8e-5], "g_agg*sqrt(P_inv)": [0.0, 1e-4], "m_a": [2.0, 2.0]}
    >>> log_l = joint.loglike_by_entry({name: np.array(values) for name, values in points.items()})
    >>> {name: (values[1] - values[0]).round(1) for name, values in log_l.items()}
    {'belle2_bknunu_2023': np.float64(4.0), 'babar_gamma_inv_2017': np.float64(-0.2)}
    """

    measurements: tuple[Measurement, ...]

    @cached_property
    def observables(self) -> tuple[str, ...]:
        """All predictions that are read, sorted."""
        return tuple(sorted({name for m in self.measurements for name in m.observables}))

    @property
    def steps(self) -> dict[str, tuple[Step, ...]]:
        """Where ln L of each measurement steps, by its name; those that are continuous everywhere are left out."""
        return {m.name: m.steps for m in self.measurements if m.steps}

    def loglike_by_entry(self, predictions: Mapping[str, Array]) -> dict[str, Array]:
        """ln L of each measurement by its name; predictions are floating point arrays of one shape, which it has, too.

        As :meth:`Measurement.loglike_of_arrays` it looks at nothing.
        """
        return {m.name: m.loglike_of_arrays(predictions) for m in self.measurements}
