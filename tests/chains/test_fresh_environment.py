"""posterior.nc needs no alpfit: xarray opens it, and arviz sums it up, in the newest versions for this Python."""

import os
import subprocess
import sys

import numpy as np
import pytest

from alpfit.chains.posterior import write_posterior

PACKAGES = ["arviz-stats[xarray]", "h5netcdf", "h5py"]
"""arviz without its figures, and what netCDF is read with (h5netcdf brings no h5py)."""

PROGRAM = """\
import sys
import arviz_stats
import xarray
groups = xarray.open_datatree(sys.argv[1])
print(arviz_stats.summary(groups, kind="stats", round_to="none").loc["m_a", "mean"])
print(*groups["log_likelihood"]["planck_relic_2018"].dims)
"""


def run(*command):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    answer = subprocess.run(list(map(str, command)), env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_arviz_alone_finds_our_mean(tmp_path, samples):
    write_posterior(tmp_path / "posterior.nc", samples, seed=1)
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "fresh")
    python = tmp_path / "fresh" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-compile", *PACKAGES)

    mean, dims = run(python, "-c", PROGRAM, tmp_path / "posterior.nc").splitlines()
    draws = samples.equally_weighted(np.random.default_rng(1))
    assert float(mean) == pytest.approx(samples.parameters["m_a"][draws].mean(), rel=1e-14)
    assert dims == "chain draw"
