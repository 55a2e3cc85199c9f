"""How long a run takes with more workers: a sampler's own work, and batches of points whose chunks are shared out.

Between two batches a sampler works alone, to train networks or to draw points, however many workers there are. A batch
is cut into chunks; the main process sends them off and takes the answers one after the other, and a worker has one
chunk at a time. So a batch lasts as long as its rounds of chunks, or, with many workers, as the main process needs.
"""

from dataclasses import dataclass

from alpfit.inference.chunks import SHARES, size_of_chunks

HANDLING_S = 1.0e-4
"""Seconds of the main process for a chunk, both ways: 0.08 ms on a line of dask's and 0.14 ms under MPI, measured with
one and eight workers on two cores (`make bench`)."""

LATENCY_S = 4.0e-4
"""Seconds from the end of a worker's chunk until it has the next one, as measured there."""

GOOD = 0.9
"""The efficiency that is worth its workers."""


@dataclass(frozen=True)
class Growth:
    """A run of ``n_calls`` likelihood calls of ``call_s`` seconds, ``n_batch`` at once in chunks of at most ``chunk``.

    Its sampler works alone for ``serial_s`` seconds.
    """

    n_calls: int
    n_batch: int
    chunk: int
    call_s: float
    serial_s: float = 0.0

    @property
    def n_batches(self) -> int:
        """How often the sampler waits for points."""
        return -(-self.n_calls // self.n_batch)

    def batch_s(self, workers: int) -> float:
        """Seconds of a whole batch."""
        size = size_of_chunks(self.n_batch, self.chunk)
        n_chunks = -(-self.n_batch // size)
        chunk_s = size * self.call_s
        rounds = -(-n_chunks // workers)
        by_workers = rounds * (chunk_s + LATENCY_S) + min(workers, n_chunks) * HANDLING_S
        by_the_main_process = n_chunks * HANDLING_S + chunk_s + LATENCY_S
        return max(by_workers, by_the_main_process)

    def batch_efficiency(self, workers: int) -> float:
        """The share of the workers' time that is spent in the likelihood, while a batch lasts."""
        return self.n_batch * self.call_s / (workers * self.batch_s(workers))

    def wall_s(self, workers: int) -> float:
        """Seconds of the run."""
        return self.serial_s + self.n_batches * self.batch_s(workers)

    def efficiency(self, workers: int) -> float:
        """The same share of the whole run."""
        return self.n_calls * self.call_s / (workers * self.wall_s(workers))


@dataclass(frozen=True)
class Advice:
    """How busy so many ``workers`` are in a batch as it is, and the points at once and the chunk that would suit them.

    Both are None where no batch would.
    """

    workers: int
    efficiency: float
    n_batch: int | None = None
    chunk: int | None = None


def advice(workers: int, call_s: float, n_batch: int, chunk: int, most: int) -> Advice:
    """For so many ``workers`` on a cluster, a likelihood of ``call_s`` seconds, and ``most`` points at once."""
    efficiency = Growth(n_batch, n_batch, chunk, call_s).batch_efficiency(workers)
    if efficiency >= GOOD:
        return Advice(workers, efficiency, n_batch, chunk)
    return Advice(workers, efficiency, *(suited(workers, call_s, most) or ()))


def suited(workers: int, call_s: float, most: int) -> tuple[int, int] | None:
    """The least points at once, and the chunk, that keep so many ``workers`` busy; None if ``most`` do not.

    There is a chunk for each worker, of as few points as make up for what lies between two chunks.
    """
    chunk = 1
    while (n_batch := chunk * max(workers, SHARES)) <= most:
        if Growth(n_batch, n_batch, chunk, call_s).batch_efficiency(workers) >= GOOD:
            return n_batch, chunk
        chunk *= 2
    return None
