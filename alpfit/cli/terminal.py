"""The one door to the terminal: what stands in files, which may be anybody's, gives it no orders and forges no line."""

import re
import sys
from ast import literal_eval
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from shlex import quote

import typer

from alpfit.errors import in_one_line, visible

STDOUT = "standard output"
"""In the place of a file's name, where that cannot be written."""


FLAGS = {"at": "at", "ranges": "range", "other": "with"}

SPELLINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"\b(overwrite|resume|force|refine)=True\b"), lambda m: f"--{m[1]}"),
    (re.compile(r"\brefine=False\b"), lambda _: "--no-refine"),
    (re.compile(r"\boutput=(DIR|FILE)\b"), lambda m: f"--output {m[1]}"),
    (re.compile(r"""\boverrides=\[('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\]"""), lambda m: f"--set {_quoted(m[1])}"),
    (re.compile(r"\bat=\{'([^']*)': VALUE\}"), lambda m: f"--at {m[1]}=VALUE"),
    (re.compile(r"\branges\['([^']*)'\] = \(LOW, HIGH\)"), lambda m: f"--range {m[1]}=LOW:HIGH"),
    (re.compile(r"""\bat\[('[^']*'|"[^"]*")\]"""), lambda m: f"--at {literal_eval(m[1])}"),
    (re.compile(r"""\branges\[('[^']*'|"[^"]*")\]"""), lambda m: f"--range {literal_eval(m[1])}"),
    (re.compile(r"\bwrite grid = (\w+)"), lambda m: f"write --grid {m[1]}"),
    (re.compile(r"^(add|drop|only|grid|parameters|format) = "), lambda m: f"--{m[1]} "),
    (re.compile(r"^(coverage|repeat)\b"), lambda m: f"--{m[1]}"),
    (re.compile(r"\b(add|drop)=\[ENTRY\]"), lambda m: f"--{m[1]} ENTRY"),
    (re.compile(r"\bonly=\['(\w+)'\]"), lambda m: f"--only {m[1]}"),
    (re.compile(r"^parameters name nothing"), lambda _: "--parameters names nothing"),
    (re.compile(r"^(at|ranges|other) is for"), lambda m: f"--{FLAGS[m[1]]} is for"),
)
"""How errors spell the keywords of Python's verbs, and how the command line spells its options."""


def on_the_command_line(sentence: str) -> str:
    """A sentence of the library, in one line, with options in place of the keywords that it names."""
    for pattern, spelled in SPELLINGS:
        sentence = pattern.sub(spelled, sentence)
    return in_one_line(sentence)


def _quoted(text: str) -> str:
    """An assignment as a shell takes it, or as a placeholder."""
    word = str(literal_eval(text))
    return word if word.isprintable() and "..." in word else quote(word)


def say(text: object = "") -> None:
    """Print ``text``, which may have several lines, to standard output."""
    with _named():
        typer.echo(visible(str(text)))


def warn(sentence: object) -> None:
    """Print ``sentence`` to standard error as a line of the program's own."""
    typer.echo(f"alpfit: {on_the_command_line(str(sentence))}", err=True)


def flush() -> None:
    """Have all that was said where it belongs."""
    if sys.stdout is not None:  # as it is where it has been closed
        with _named():
            sys.stdout.flush()


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        error.filename = STDOUT
        raise
