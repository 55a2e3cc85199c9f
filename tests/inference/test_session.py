"""What a sampler finds in its session: batches, an account of them, and checkpoints at the right moments."""

import signal

import numpy as np
import pytest
from toys import Memory

from alpfit.errors import ConfigurationError
from alpfit.inference.batches import evaluate_batch
from alpfit.inference.chunks import CHUNK
from alpfit.inference.interrupts import Interrupted, Interrupts
from alpfit.inference.progress import ProgressReport
from alpfit.inference.session import Session

REPORT = ProgressReport(n_calls=1, values={"ln Z": 0.0}, fraction_left=1.0)


def points(n, seed=3):
    return np.random.default_rng(seed).uniform(-1.0, 1.0, (n, 2))


@pytest.mark.parametrize("n", [1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 3])
def test_points_come_back_in_their_order_whatever_the_chunks(plane_problem, n):
    problem, theta = plane_problem(), points(n)
    batch = Session(problem).evaluate(theta)
    np.testing.assert_array_equal(batch.log_l, evaluate_batch(problem, theta).log_l)
    np.testing.assert_array_equal(batch.columns[:, 0], theta[:, 0] + theta[:, 1])
    assert batch.columns.shape == (n, 4)  # sum, difference, and ln L of two measurements


def test_chunks_are_cut_by_the_session_and_not_by_the_workers(plane_problem):
    seen = []

    def evaluate(chunks):
        seen.extend(len(chunk) for chunk in chunks)
        return [evaluate_batch(plane_problem(), chunk) for chunk in chunks]

    session = Session(plane_problem(), evaluate=evaluate)
    for n, expected in (
        (8 * CHUNK + 1, [CHUNK] * 8 + [1]),
        (62, [8] * 7 + [6]),
        (25, [4] * 6 + [1]),  # so that there is something to share out
        (5, [1] * 5),
    ):
        seen.clear()
        session.evaluate(points(n))
        assert seen == expected
    Session(plane_problem(), evaluate=evaluate, chunk=1).evaluate(points(3 * CHUNK))
    assert seen[5:] == [1] * (3 * CHUNK)


def test_calls_and_failures_are_counted(plane_problem):
    session = Session(plane_problem(lambda x, y: x > 0.0))
    theta = points(50)
    session.evaluate(theta)
    session.evaluate(theta[:7])
    assert session.account.n_calls == 57
    expected = np.count_nonzero(theta[:, 0] <= 0.0) + np.count_nonzero(theta[:7, 0] <= 0.0)
    assert session.account.failures == {"nothing works there": expected}
    assert session.account.likelihood_s > 0.0


def test_a_checkpoint_is_made_when_the_interval_has_passed(plane_problem):
    memory = Memory()
    often = Session(plane_problem(), store=memory, checkpoint_interval=0.0)
    often.step(REPORT, lambda: b"first")
    often.step(REPORT, lambda: b"second")
    assert len(memory.saved) == 2
    Session(plane_problem(), store=memory, checkpoint_interval=3600.0).step(REPORT, lambda: b"third")
    assert len(memory.saved) == 2


def test_there_is_none_where_the_sampler_cannot_be_taken_up(plane_problem):
    memory = Memory()
    Session(plane_problem(), store=memory, checkpoint_interval=0.0).step(REPORT, None)
    assert memory.saved == []


def test_what_was_saved_is_restored_with_the_account(plane_problem):
    memory = Memory()
    first = Session(plane_problem(), store=memory, checkpoint_interval=0.0)
    first.evaluate(points(20))
    first.step(REPORT, lambda: b"state")
    second = Session(plane_problem(), store=memory)
    assert second.restored == b"state"
    assert second.finished is None
    assert second.account == first.account
    second.evaluate(points(5))
    assert second.account.n_calls == 25


def test_a_signal_saves_and_ends_the_run_at_the_next_safe_moment(plane_problem):
    memory, interrupts, done = Memory(), Interrupts(), []
    session = Session(plane_problem(), store=memory, interrupts=interrupts)

    def run():
        with interrupts.held_back():
            session.step(REPORT, lambda: b"too early")
            signal.raise_signal(signal.SIGTERM)
            session.step(REPORT, None)
            done.append("an unsafe moment")
            session.step(REPORT, lambda: b"state")
            done.append("beyond")

    with pytest.raises(Interrupted) as ended:
        run()
    assert ended.value.number == signal.SIGTERM
    assert done == ["an unsafe moment"]
    assert Session(plane_problem(), store=memory).restored == b"state"


class Unlucky(Interrupts):
    """A signal comes just after somebody has asked whether one has."""

    @property
    def arrived(self):
        answer = super().arrived
        if not answer:
            signal.raise_signal(signal.SIGTERM)
        return answer


def test_a_signal_that_comes_within_a_step_loses_nothing(plane_problem):
    """It once ended the run between the question whether to save and the one whether to end."""
    memory, interrupts, n_steps = Memory(), Unlucky(), 0
    session = Session(plane_problem(), store=memory, interrupts=interrupts)

    def run():
        nonlocal n_steps
        with interrupts.held_back():
            for _ in range(3):
                session.step(REPORT, lambda: b"state")
                n_steps += 1

    with pytest.raises(Interrupted):
        run()
    assert n_steps == 1
    assert Session(plane_problem(), store=memory).restored == b"state"


def test_start_points_need_somebody_who_can_read_runs(plane_problem):
    with pytest.raises(ConfigurationError, match="start = 'chains/old'"):
        Session(plane_problem()).start_points("chains/old")
    session = Session(plane_problem(), read_points=lambda path: {"x": np.array([len(path)])})
    assert session.start_points("chains/old")["x"] == [10]
