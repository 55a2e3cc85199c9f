"""How a batch of points is cut into chunks, each of which one worker evaluates in one call."""

CHUNK, SHARES = 8, 8
"""At most so many points travel together, and fewer where there would not be so many chunks to share out.

What a chunk holds depends on the batch alone and never on the number of workers: on some machines vectorised functions
round differently for arrays of different lengths.
"""


def size_of_chunks(n: int, most: int = CHUNK) -> int:
    """Points in each chunk of ``n`` but the last, ``most`` at most."""
    return min(most, -(-n // SHARES))
