"""What the shell sees."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the shell sees; a run that a signal ended gives 128 and the signal's number."""

    OK = 0
    BAD_INPUT = 2
    TARGET_MISSED = 3
    INTERRUPTED = 130
