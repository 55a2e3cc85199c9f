"""The model of a run: what can be counted by hand, and what it must be at both ends."""

import pytest

from alpfit.inference.chunks import CHUNK, SHARES, size_of_chunks
from alpfit.inference.parallel.growth import GOOD, HANDLING_S, LATENCY_S, Growth, advice, suited


@pytest.mark.parametrize("workers", [1, 3, 8, 64, 512])
@pytest.mark.parametrize("call_s", [1e-4, 2e-3, 0.1, 60.0])
def test_nobody_is_faster_than_the_ideal(workers, call_s):
    run = Growth(10_000, 128, CHUNK, call_s, serial_s=10.0)
    assert run.wall_s(workers) > run.serial_s + run.n_calls * call_s / workers
    assert 0.0 < run.efficiency(workers) < run.batch_efficiency(workers) < 1.0


def test_a_batch_is_rounds_of_chunks():
    """64 points in 8 chunks of 8 on 3 workers: three rounds of 8 points."""
    run = Growth(64, 64, 8, 2e-3)
    assert run.batch_s(3) == pytest.approx(3 * (8 * 2e-3 + LATENCY_S) + 3 * HANDLING_S)
    assert run.batch_s(8) == run.batch_s(4096)  # there are no more than eight chunks


def test_with_many_workers_the_main_process_is_what_is_waited_for():
    run = Growth(4096, 4096, 1, 1e-3)
    assert run.batch_s(512) == pytest.approx(4096 * HANDLING_S + 1e-3 + LATENCY_S)


def test_what_a_sampler_does_alone_limits_what_workers_gain():
    """Amdahl's law."""
    run = Growth(10_000, 128, 8, 1e-9, serial_s=10.0)
    assert run.wall_s(512) > 10.0


def test_eight_workers_suit_what_samplers_offer_by_default():
    for n_batch in (64, 128):  # dynesty's queue_size, nautilus' n_batch
        told = advice(8, 2e-3, n_batch, CHUNK, 1000)
        assert told.efficiency > GOOD
        assert (told.n_batch, told.chunk) == (n_batch, CHUNK)


@pytest.mark.parametrize(("workers", "call_s"), [(8, 2e-3), (64, 0.02), (64, 0.1), (512, 1.0), (512, 60.0)])
def test_what_is_advised_keeps_workers_busy_and_half_of_it_does_not(workers, call_s):
    n_batch, chunk = suited(workers, call_s, 4096)
    assert n_batch == chunk * workers <= 4096
    assert size_of_chunks(n_batch, chunk) == chunk
    assert Growth(n_batch, n_batch, chunk, call_s).batch_efficiency(workers) >= GOOD
    if chunk > 1:
        assert Growth(n_batch // 2, n_batch // 2, chunk // 2, call_s).batch_efficiency(workers) < GOOD


def test_for_short_calls_there_is_nothing_to_advise():
    assert suited(512, 1e-4, 10**6) is None
    told = advice(512, 1e-4, 128, CHUNK, 1000)
    assert (told.n_batch, told.chunk) == (None, None)


def test_what_a_sampler_has_no_use_for_is_not_advised():
    assert suited(64, 0.02, 255) is None
    assert suited(64, 0.02, 256) == (256, 4)


def test_few_workers_have_as_many_points_as_there_are_shares():
    assert suited(2, 10.0, 1000) == (SHARES, 1)
