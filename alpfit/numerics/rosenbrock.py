"""The Rosenbrock method RODAS of order 4 for stiff systems: its coefficients, and how its steps grow.

E. Hairer and G. Wanner, Solving Ordinary Differential Equations II, section VI.4: six stages, stiffly accurate,
L-stable, one factorisation a step and no iteration, with an embedded method of order 3.

For M(y) y' = F(t, y) one step of length h solves six times the same linear equations,
(M/(h gamma) - F_y + d(M y')/dy) U_i = M [y'(y + sum_j a_ij U_j) + sum_j c_ij U_j/h + d_i h dy'/dt].
"""

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inner_kernel

Array = NDArray[np.float64]


class Rosenbrock(NamedTuple):
    """Coefficients: ``stages (6, 6)`` a_ij, ``couplings (6, 6)`` c_ij, ``times (6,)``, ``slopes (6,)`` d_i, gamma.

    The last stage begins at the embedded solution, and its U is the estimated error, which completes the step.
    """

    stages: Array
    couplings: Array
    times: Array
    slopes: Array
    gamma: float


@cache
def rodas4() -> Rosenbrock:
    """The coefficients of the code RODAS (set 1), Hairer and Wanner II, section VI.4."""
    stages, couplings = np.zeros((6, 6)), np.zeros((6, 6))
    stages[1, :1] = 1.544
    stages[2, :2] = 0.9466785280815826, 0.2557011698983284
    stages[3, :3] = 3.314825187068521, 2.896124015972201, 0.9986419139977817
    stages[4, :4] = 1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950
    stages[5, :5] = *stages[4, :4], 1.0
    couplings[1, :1] = -5.6688
    couplings[2, :2] = -2.430093356833875, -0.2063599157091915
    couplings[3, :3] = -0.1073529058151375, -9.594562251023355, -20.47028614809616
    couplings[4, :4] = 7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160
    couplings[5, :5] = 8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054
    times = np.array([0.0, 0.386, 0.21, 0.63, 1.0, 1.0])
    slopes = np.array([0.25, -0.1043, 0.1035, -0.03620000000000023, 0.0, 0.0])
    return Rosenbrock(stages, couplings, times, slopes, 0.25)


@inner_kernel
def growth(error: float) -> float:
    """By what to multiply a step whose error was ``error`` times the tolerance."""
    if not error > 1e-8:
        return 4.0
    return float(max(0.2, min(4.0, 0.85 / math.sqrt(math.sqrt(error)))))
