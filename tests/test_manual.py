"""The README and the manual: what they show runs, page by page, from top to bottom, as a reader would type it.

A block of code is run unless the comment ``<!-- not run: WHY -->`` stands before it. ``<!-- file: PATH -->`` writes it
to a file of the reader's folder, where there are the examples and the reference run. A block ``text`` behind another
one is what that prints, as far as it is shown: ``...`` stands for anything.
"""

import os
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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


@pytest.fixture
def readers_folder(tmp_path, monkeypatch):
    """What a reader has around: the examples and the reference run."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copytree(ROOT / "chains" / "reference", tmp_path / "chains" / "reference")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_blocks_of_a_page_run_one_after_the_other(page, readers_folder, light_figures, monkeypatch, capsys):
    names: dict = {}
    for block in blocks(page):
        if block.mark.startswith("not run: "):
            continue
        output = run_block(block, names, monkeypatch, capsys)
        assert not block.printed or shown(block.printed, output), f"{block.text}\nprints\n{output}"


def test_what_is_not_as_shown_is_found():
    output = "ln Z = -117.88 ± 0.02\nrelic  density   0.12\n"

    assert shown("ln Z = ...\nrelic density 0.12\n...\n", output)
    assert not shown("ln Z = -117.9\n", output)


def test_the_figures_and_files_that_a_page_links_to_are_there():
    for page in PAGES:
        text = BLOCK.sub("", page.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^)\s#]+)", text):
            if "://" in target or "generated" in target or "catalogue/" in target:
                continue
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"
