"""The README's code blocks run."""

import os
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from alpfit.cli.main import main
from alpfit.config import parse_configuration

ROOT = Path(__file__).resolve().parents[1]
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", (ROOT / "README.md").read_text(), flags=re.MULTILINE | re.DOTALL)
COMMANDS = [
    shlex.split(line, comments=True)
    for language, text in BLOCKS
    if language == "bash"
    for line in text.splitlines()
    if line.strip()
]


@pytest.fixture
def user_folder(tmp_path, monkeypatch):
    """What a user has around: the examples and the reference run."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copytree(ROOT / "chains" / "reference", tmp_path / "chains" / "reference")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_block_is_of_a_kind_that_is_tested():
    assert {language for language, _ in BLOCKS} == {"bash", "python", "toml"}


PYTHON = [text for language, text in BLOCKS if language == "python"]
PRINTED = {"the seed's benchmark": "0.0763", "a scalar singlet": "0.1166", "many sectors": "[0.1014"}
"""What each block prints first: Omega h^2."""


@pytest.mark.parametrize(("text", "printed"), list(zip(PYTHON, PRINTED.values(), strict=True)), ids=PRINTED)
def test_the_python_block_runs(text, printed, user_folder, capsys):
    exec(compile(text, "README.md", "exec"), {})

    assert printed in capsys.readouterr().out


@pytest.mark.parametrize("text", [text for language, text in BLOCKS if language == "toml"])
def test_the_toml_block_is_good_in_the_example(text):
    document = tomllib.loads((ROOT / "examples" / "invisible.toml").read_text()) | tomllib.loads(text)

    assert parse_configuration(document).likelihood.measurements


def test_the_alpfit_commands_run_one_after_the_other(user_folder, monkeypatch, capsys):
    """As a user would type them: some read what others have written."""
    commands = [command for command in COMMANDS if command[0] == "alpfit"]
    assert len(commands) > 5
    for command in commands:
        monkeypatch.setattr("sys.argv", command)
        with pytest.raises(SystemExit) as ended:
            main()
        answer = capsys.readouterr()

        assert ended.value.code == 0, f"{' '.join(command)}: {answer.err}"
        assert answer.out


@pytest.mark.parametrize("command", [c for c in COMMANDS if c[0] != "alpfit"], ids=" ".join)
def test_the_make_target_exists_and_sets_itself_up(command):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    answer = subprocess.run(
        [*command, "--dry-run", "--always-make"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert command[0] == "make"
    assert answer.returncode == 0, answer.stderr
    assert "-m venv" in answer.stdout


def test_the_figure_is_in_the_repository():
    (figure,) = re.findall(r"!\[[^]]*\]\(([^)]+)\)", (ROOT / "README.md").read_text())

    assert (ROOT / figure).stat().st_size > 10_000
