"""What a sampler has to do with the world while it runs: likelihood calls, progress, and moments to stop at."""

import io
import pickle
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import ConfigurationError, RunFolderError
from alpfit.inference.batches import Batch, evaluate_batch, join
from alpfit.inference.chunks import CHUNK, size_of_chunks
from alpfit.inference.interrupts import Interrupts
from alpfit.inference.problem import Problem
from alpfit.inference.progress import NoProgress, Progress, ProgressReport
from alpfit.inference.samples import Samples

Array = NDArray[np.float64]

Evaluate = Callable[[Sequence[Array]], Sequence[Batch]]
"""From chunks of points, each of shape ``(n, n_dim)``, to what they evaluate to, in the same order."""


class Store(Protocol):
    """Where checkpoints go."""

    def load(self) -> bytes | None:
        """The newest checkpoint that is good; None where there is none."""

    def save(self, state: bytes) -> None:
        """Keep ``state``, whole or not at all."""


class NoStore:
    """Nothing is kept."""

    def load(self) -> bytes | None:
        """Nothing."""
        return None

    def save(self, state: bytes) -> None:
        """Forget it."""


@dataclass
class Account:
    """What a run has spent: points, seconds in the likelihood and in all, and points without a likelihood by reason.

    ``first_call_s`` is the time of the first call, which compiles; ``share_without_likelihood`` that of the prior.
    """

    n_calls: int = 0
    likelihood_s: float = 0.0
    elapsed_s: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)
    first_call_s: float = 0.0
    share_without_likelihood: float = 0.0


def unpickled(state: bytes, attached: Mapping[str, Any] | None = None) -> Any:
    """What was pickled as ``state``; what was named in place of being pickled is found in ``attached``.

    Raises :class:`~alpfit.errors.RunFolderError` where another program, or another version, has written it.
    """

    class Unpickler(pickle.Unpickler):
        def persistent_load(self, name: str) -> Any:
            return (attached or {})[name]

    try:
        return Unpickler(io.BytesIO(state)).load()
    except MemoryError:
        raise
    except Exception as error:  # whatever is missing, or other than it was
        raise RunFolderError(
            f"the checkpoint is of another program ({type(error).__name__}: {error}): begin anew with overwrite=True"
        ) from error


class Session:
    """A run of a sampler on ``problem``.

    ``evaluate`` takes chunks of at most ``chunk`` points; if it is None they are evaluated here, one after the other.
    With a ``store`` there is a checkpoint each ``checkpoint_interval`` seconds, and one when ``interrupts`` says that
    the run is to end; ``restored`` is what the sampler itself saved in the last one, and ``finished`` the samples where
    it was done already. ``read_points`` gives the samples of another run by the path of its folder.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        evaluate: Evaluate | None = None,
        progress: Progress | None = None,
        store: Store | None = None,
        checkpoint_interval: float = 60.0,
        interrupts: Interrupts | None = None,
        read_points: Callable[[str], Mapping[str, Array]] | None = None,
        chunk: int = CHUNK,
    ) -> None:
        self.problem = problem
        self._evaluate = evaluate or (lambda chunks: [evaluate_batch(problem, chunk) for chunk in chunks])
        self._progress = progress or NoProgress()
        self._store = store or NoStore()
        self._interval = checkpoint_interval
        self._interrupts = interrupts or Interrupts()
        self._read_points = read_points
        self._chunk = chunk
        saved = self._store.load()
        self.restored: bytes | None
        self.account: Account
        self.finished: Samples | None
        self.restored, self.account, self.finished = unpickled(saved) if saved else (None, Account(), None)
        self._start = time.monotonic() - self.account.elapsed_s
        self._last_checkpoint = time.monotonic()

    def evaluate(self, theta: Array) -> Batch:
        """ln L and what is kept with it at ``theta``, shape ``(n, n_dim)``."""
        start = time.perf_counter()
        size = size_of_chunks(len(theta), self._chunk)
        chunks = np.split(theta, range(size, len(theta), size))
        batch = join(self._evaluate(chunks))
        self.account.likelihood_s += time.perf_counter() - start
        self.account.n_calls += len(theta)
        self.account.failures.update(batch.failures)
        return batch

    def step(self, report: ProgressReport, state: Callable[[], bytes] | None) -> None:
        """Between two steps of a sampler: ``state`` is what it can be taken up from, None where it cannot.

        Raises :class:`~alpfit.inference.interrupts.Interrupted` where the run is to end here.
        """
        self._progress.update(report)
        if state is None:
            return
        arrived = self._interrupts.arrived  # asked once: a signal that comes after this waits for the next step
        if arrived or time.monotonic() - self._last_checkpoint >= self._interval:
            self._save(state(), None)
        if arrived:
            self._interrupts.raise_if_arrived()

    def raise_if_interrupted(self) -> None:
        """Raise :class:`~alpfit.inference.interrupts.Interrupted` where the run is to end before its next step."""
        self._interrupts.raise_if_arrived()

    def end(self, samples: Samples) -> None:
        """The sampler is done: keep ``samples``, in case they cannot be written where they belong."""
        self._save(None, samples)

    def start_points(self, path: str) -> Mapping[str, Array]:
        """Parameters of the samples in the run folder ``path``, the largest ln L first, name to array ``(n,)``.

        Raises :class:`~alpfit.errors.ConfigurationError` where nobody can read it.
        """
        if self._read_points is None:
            raise ConfigurationError(f"start = '{path}': no run can be read here")
        return self._read_points(path)

    def _save(self, state: bytes | None, samples: Samples | None) -> None:
        self.account.elapsed_s = time.monotonic() - self._start
        content = pickle.dumps((state, self.account, samples))
        del state  # as large, and not needed while it is written
        self._store.save(content)
        self._last_checkpoint = time.monotonic()
