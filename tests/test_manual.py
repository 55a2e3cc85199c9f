"""The README and the manual: what they show runs, page by page, from top to bottom, as a reader would type it.

A block of code is run unless the comment ``<!-- not run: WHY -->`` stands before it. ``<!-- file: PATH -->`` writes it
to a file of the reader's folder, where there are the examples and the reference run. A block ``text`` behind another
one is what that prints, as far as it is shown: ``...`` stands for anything; behind ``<!-- lines of: PATH -->`` it is
what stands in a file. Where a change of the numbers is meant,
``pytest tests/test_manual.py --update-manual`` writes them anew.
"""

import os
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from alpfit.cli.main import main
from alpfit.config import parse_configuration

ROOT = Path(__file__).resolve().parents[1]
WRITTEN = ("reference/generated", "reference/catalogue", "_build")
"""What of ``docs`` the build writes."""

PAGES = [
    ROOT / "README.md",
    *(
        path
        for path in sorted((ROOT / "docs").rglob("*.md"))
        if not path.relative_to(ROOT / "docs").as_posix().startswith(WRITTEN)
    ),
]
NUMBER = r"[-+\N{MINUS SIGN}]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?"
SHOWN = re.compile(rf"\.\.\.|{NUMBER}(?:\.\.\.(?:e[-+]?\d+)?)?")
"""A number, whole or cut, or what is left out."""

BLOCK = re.compile(r"^(?:<!-- (?P<mark>[^\n]*?) -->\n+)?```(?P<language>[^\n]*)\n(?P<text>.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """Code of a page, what is said before it in a comment, and what it prints."""

    language: str
    text: str
    mark: str = ""
    printed: str = ""


def blocks(page: Path) -> list[Block]:
    """Those of a page, the texts that they print with them."""
    found: list[Block] = []
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        language, text, mark = block["language"], block["text"], block["mark"] or ""
        if language == "text" and found and not mark:
            before = found[-1]
            found[-1] = Block(before.language, before.text, before.mark, text)
        elif mark.startswith("lines of: "):
            found.append(Block(language, "", mark, text))
        elif not language.startswith("{"):
            found.append(Block(language, text, mark))
    return found


def commands(text: str) -> Iterator[Sequence[str]]:
    """The command lines of a block, without comments."""
    for line in text.replace("\\\n", " ").splitlines():
        if words := shlex.split(line, comments=True):
            yield words


def run_command(words: Sequence[str], monkeypatch, capsys) -> str:
    """What a command prints; ``make`` is only asked what it would do."""
    if words[0] == "make":
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
        dry = [*words, "--dry-run", "--always-make"]
        made = subprocess.run(dry, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert made.returncode == 0, made.stderr
        assert "-m venv" in made.stdout
        return made.stdout
    assert words[0] == "alpfit", f"{words[0]}: only alpfit and make are run; mark the block as not run, with the reason"
    monkeypatch.setattr("sys.argv", list(words))
    with pytest.raises(SystemExit) as ended:
        main()
    answer = capsys.readouterr()
    assert ended.value.code == 0, f"{' '.join(words)}: {answer.err}"
    assert answer.out, f"{' '.join(words)} prints nothing"
    return answer.out


def run_block(block: Block, names: dict, monkeypatch, capsys) -> str:
    """What a block prints."""
    if block.mark.startswith("file: "):
        path = Path(block.mark.removeprefix("file: "))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        return ""
    if block.mark.startswith("lines of: "):
        return Path(block.mark.removeprefix("lines of: ")).read_text(encoding="utf-8")
    if block.language == "bash":
        return "".join(run_command(words, monkeypatch, capsys) for words in commands(block.text))
    if block.language == "python":
        exec(compile(block.text, "page", "exec"), names)
        return capsys.readouterr().out
    assert block.language == "toml", f"a block of {block.language} is not tested: mark it as not run, with the reason"
    document = tomllib.loads((ROOT / "examples" / "invisible.toml").read_text()) | tomllib.loads(block.text)
    assert parse_configuration(document).likelihood.measurements
    return ""


def shown(printed: str, output: str) -> bool:
    """Whether each line of ``printed`` stands in the ``output``; ``...`` is anything."""
    lines = [" ".join(line.split()) for line in output.splitlines()]
    return all(
        any(re.fullmatch(".*".join(map(re.escape, wanted.split("..."))), line) for line in lines)
        for wanted in (" ".join(line.split()) for line in printed.splitlines())
        if wanted.strip(". ")
    )


def written_anew(printed: str, output: str) -> str:
    """``printed`` with the numbers of the ``output`` in those of its lines that differ from it by numbers alone."""
    return "\n".join(line if shown(line, output) else _line_anew(line, output) for line in printed.split("\n"))


def _line_anew(wanted: str, output: str) -> str:
    words = [" +".join(map(re.escape, re.split(" +", text))) for text in SHOWN.split(wanted)]
    numbers = [".*?" if token == "..." else f"({NUMBER})" for token in SHOWN.findall(wanted)]
    pattern = "".join(part for pair in zip(words, [*numbers, ""], strict=True) for part in pair)
    before = [token for token in SHOWN.findall(wanted) if token != "..."]
    alike = [found.groups() for found in re.finditer(f"^ *{pattern} *$", output, re.M)]
    if not alike:
        return wanted
    anew = iter(max(alike, key=lambda numbers: sum(map(str.__eq__, numbers, before))))
    return SHOWN.sub(lambda token: "..." if token[0] == "..." else _as_short(next(anew), token[0]), wanted)


def _as_short(number: str, shown_before: str) -> str:
    """A number with as many digits as it was shown with, where ``...`` stood for the others."""
    digits, cut, _ = shown_before.partition("...")
    mantissa, e, exponent = number.partition("e")
    return f"{mantissa[: len(digits)]}...{e}{exponent}" if cut else number


@pytest.fixture
def readers_folder(tmp_path, monkeypatch):
    """What a reader has around: the examples and the reference run."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copytree(ROOT / "chains" / "reference", tmp_path / "chains" / "reference")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_blocks_of_a_page_run_one_after_the_other(
    page, readers_folder, light_figures, monkeypatch, capsys, request
):
    names: dict = {}
    for found in blocks(page):
        block = found
        if block.mark.startswith("not run: "):
            continue
        output = run_block(block, names, monkeypatch, capsys)
        if request.config.getoption("update_manual") and not shown(block.printed, output):
            text, anew = page.read_text(encoding="utf-8"), written_anew(block.printed, output)
            page.write_text(text.replace(block.printed, anew), encoding="utf-8")
            block = replace(block, printed=anew)
        assert not block.printed or shown(block.printed, output), f"{block.text or block.mark}\nprints\n{output}"


def test_what_is_not_as_shown_is_found():
    output = "ln Z = -117.88 ± 0.02\nrelic  density   0.12\n"

    assert shown("ln Z = ...\nrelic density 0.12\n...\n", output)
    assert not shown("ln Z = -117.9\n", output)


def test_only_numbers_are_written_anew():
    output = "  ln Z  =  -117.8720 +- 0.022\nm_a   2.1634   1.52e-03  7.0\nin 40 s (9 per s)\n"

    assert written_anew("ln Z = -117.9 +- 0.1\n", output) == "ln Z = -117.8720 +- 0.022\n"
    assert written_anew("m_a  2.15...  1.4...e-02 ...\nin ... s (7 per s)", output) == (
        "m_a  2.16...  1.5...e-03 ...\nin ... s (9 per s)"
    )
    assert written_anew("in 50 s (9 per s)", f"in 10 s (8 per s)\n{output}") == "in 40 s (9 per s)"
    assert written_anew("another sentence 3\n", output) == "another sentence 3\n"


def test_the_figures_and_files_that_a_page_links_to_are_there():
    for page in PAGES:
        text = BLOCK.sub("", page.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^)\s#]+)", text):
            if "://" in target or "generated" in target or "catalogue/" in target:
                continue
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"
