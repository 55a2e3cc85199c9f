"""Walks side by side: their calls come in batches, and nobody notices."""

import numpy as np
import pytest

from alpfit.inference.batching.coroutines import Lockstep


class Likelihood:
    """Sums of squares, and the sizes of the batches it was asked for."""

    def __init__(self):
        self.batches = []

    def __call__(self, theta):
        self.batches.append(len(theta))
        return (theta**2).sum(axis=1).tolist()


@pytest.fixture
def likelihood():
    return Likelihood()


@pytest.fixture
def pool(likelihood):
    return Lockstep(4, likelihood)


def walk(pool, start, n_steps):
    """A walk that asks for ``n_steps`` values, one after the other."""
    return [pool.likelihood(np.array([start, i], dtype=float)) for i in range(n_steps)]


def test_walks_of_one_length_share_every_batch(pool, likelihood):
    found = pool.map(lambda start: walk(pool, start, 5), range(4))
    assert likelihood.batches == [4] * 5
    assert found == [[start**2 + i**2 for i in range(5)] for start in range(4)]


def test_walks_of_different_lengths_leave_when_they_are_done(pool, likelihood):
    found = pool.map(lambda n: walk(pool, 1.0, n), [3, 0, 5, 1])
    assert likelihood.batches == [3, 2, 2, 1, 1]
    assert [len(seen) for seen in found] == [3, 0, 5, 1]


def test_functions_that_ask_for_nothing_are_only_mapped(pool, likelihood):
    assert pool.map(lambda x: x + 1, iter([1, 2, 3])) == [2, 3, 4]
    assert likelihood.batches == []


def test_outside_of_a_walk_a_point_is_evaluated_alone(pool, likelihood):
    assert pool.likelihood(np.array([3.0, 4.0])) == 25.0
    assert likelihood.batches == [1]


def test_an_error_in_a_walk_is_raised(pool):
    def stumble(start):
        walk(pool, start, 2)
        raise ValueError("in a walk")

    with pytest.raises(ValueError, match="in a walk"):
        pool.map(stumble, [1.0, 2.0])


def test_an_error_in_the_likelihood_is_raised_and_walks_end_in_silence(capsys):
    def fail(theta):
        raise ArithmeticError("in the likelihood")

    pool = Lockstep(2, fail)
    ended = []

    def told(start):
        try:
            walk(pool, start, 1)
        except BaseException:
            print("a sampler's complaint")  # noqa: T201
            ended.append(start)
            raise

    with pytest.raises(ArithmeticError, match="in the likelihood"):
        pool.map(told, [1.0, 2.0])
    assert ended == [1.0, 2.0]
    assert capsys.readouterr().out == ""
