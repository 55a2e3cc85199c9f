"""Every likelihood of every example at 32 points: what it was when the numbers were stored, to 1e-9."""

import numpy as np
import pytest
from stored_loglikes import EXAMPLES, N_POINTS, problem_of, read


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_likelihoods_of_an_example_are_what_they_were(example):
    stored, problem = read(example), problem_of(example)
    assert len(stored.parameters) == N_POINTS
    assert tuple(stored.log_l) == problem.entries
    point = problem.evaluate(stored.parameters)
    for name, expected in stored.log_l.items():
        np.testing.assert_allclose(point.log_l_by_entry[name], expected, rtol=1e-9, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("example", EXAMPLES)
def test_most_likelihoods_say_something_at_these_points(example):
    stored = read(example)
    speaking = [name for name, log_l in stored.log_l.items() if np.ptp(log_l) > 0.1]
    assert len(speaking) >= len(stored.log_l) // 2
