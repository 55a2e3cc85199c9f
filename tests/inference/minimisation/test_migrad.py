"""What a descent asks for."""

import numpy as np
from toys import correlated

from alpfit.inference.minimisation.coordinates import Coordinates
from alpfit.inference.minimisation.migrad import Descents


def test_a_descent_asks_for_no_point_twice():
    problem = correlated()
    asked = []

    def log_l(theta):
        asked.extend(map(tuple, theta))
        return problem.evaluate(theta).log_l

    (end,) = Descents(log_l, Coordinates(problem.priors)).run(np.array([[0.3, -1.0, 0.2]]), fixed=(0,))
    assert end.valid
    assert end.z[0] == 0.3
    assert len(asked) == len(set(asked)) > 10
