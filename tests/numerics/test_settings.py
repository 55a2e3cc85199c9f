"""The working directory may be anybody's run folder: no package takes settings from it, from the first import on."""

import importlib.util
import os
import subprocess
import sys

import pytest

from alpfit.numerics.settings import SETTINGS

CONTENTS = {
    ".numba_config.yaml": "cache_dir: {there}\ncache_locator_classes: planted\ndisable_jit: 1\n",
    "matplotlibrc": "backend: module://planted\nfigure.hooks: planted:run\ntext.usetex: True\nfont.size: 33\n",
    "arvizrc": "plot.max_subplots: 1\n",
}
"""What somebody may have planted, by the file's name."""

SEEN = {
    "numba.core.config": "m.CACHE_DIR, m.CACHE_LOCATOR_CLASSES, m.DISABLE_JIT",
    "matplotlib": "sorted((k, str(v)) for k, v in m.rcParams.items())",
    "arviz.rcparams": "sorted((k, str(v)) for k, v in m.rcParams.items())",
    "arviz_base.rcparams": "sorted((k, str(v)) for k, v in m.rcParams.items())",
}
"""What can be seen of each package's settings."""

FIRST = ("import alpfit", "import alpfit.numerics", "import alpfit.cli.main", "import numba, matplotlib; import alpfit")
"""By whom the package may come to be imported; in the last it is there before."""


def answer(program, folder, **environment):
    """What ``program`` prints in the working directory ``folder``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "MPL"))}
    told = subprocess.run(
        [sys.executable, "-P", "-W", "ignore::FutureWarning", "-c", program],
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert told.returncode == 0, told.stderr
    return told.stdout, told.stderr


@pytest.fixture
def planted(tmp_path):
    folder = tmp_path / "planted"
    folder.mkdir()
    for name, contents in CONTENTS.items():
        (folder / name).write_text(contents.format(there=tmp_path / "elsewhere"))
    return folder


def test_each_package_has_something_planted():
    assert set(SETTINGS.values()) == set(CONTENTS)
    assert set(SETTINGS) == set(SEEN)


@pytest.mark.parametrize("module", SETTINGS)
@pytest.mark.parametrize("first", FIRST)
def test_a_file_in_the_working_directory_changes_nothing(planted, tmp_path, module, first):
    if importlib.util.find_spec(module.split(".")[0]) is None:
        pytest.skip(f"{module} is not installed")
    if module != "numba.core.config" and first == FIRST[-1]:
        pytest.skip("what another program has loaded before is its own")
    (tmp_path / "empty").mkdir()
    program = f"{first}\nimport importlib; m = importlib.import_module({module!r})\nprint({SEEN[module]})"
    assert answer(program, planted) == answer(program, tmp_path / "empty")


def test_the_planted_files_would_change_something(planted):
    program = "import numba.core.config as m; print(m.CACHE_DIR, m.DISABLE_JIT)"
    assert "elsewhere 1" in answer(program, planted)[0]


@pytest.mark.parametrize("name", CONTENTS)
def test_a_pipe_in_its_place_is_not_waited_for(tmp_path, name):
    os.mkfifo(tmp_path / name)
    answer("import alpfit, numba, matplotlib", tmp_path)


def test_kernels_stay_where_the_user_keeps_them(planted, tmp_path):
    program = "from alpfit.numerics.compile import cache_folder; import alpfit.fit; print(cache_folder().parent)"
    told, _ = answer(program, planted, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert told.strip() == str(tmp_path / "cache" / "alpfit")
    assert not (tmp_path / "elsewhere").exists()


def test_the_users_own_variables_count(planted, tmp_path):
    program = (
        "import alpfit, numba; from alpfit.numerics.compile import cache_folder; "
        "print(int(numba.config.OPT), cache_folder().parent)"
    )
    told, _ = answer(program, planted, NUMBA_OPT="2", NUMBA_CACHE_DIR=str(tmp_path / "mine"))
    assert told.split() == ["2", str(tmp_path / "mine")]


def test_a_program_that_had_read_the_file_before_forgets_it(planted, tmp_path):
    program = (
        "import numba; assert numba.config.DISABLE_JIT; "
        "import alpfit; print(numba.config.CACHE_DIR, numba.config.DISABLE_JIT)"
    )
    told, _ = answer(program, planted)
    assert told.split() == ["0"]
