"""In memory arviz gets what it opens in posterior.nc."""

import arviz_stats
import numpy as np
import pytest
import xarray

from alpfit.chains.exports import to_arviz
from alpfit.chains.posterior import write_posterior


@pytest.fixture
def opened(tmp_path):
    """What xarray finds in the file."""

    def opened(contents):
        path = tmp_path / "posterior.nc"
        write_posterior(path, contents.samples, contents.seed, contents.quantities)
        return xarray.open_datatree(path, engine="h5netcdf").load()

    return opened


def test_the_groups_are_those_of_the_file(opened, contents):
    read, made = opened(contents), to_arviz(contents)
    assert list(made.children) == list(read.children)
    for name, group in made.children.items():
        xarray.testing.assert_identical(group.to_dataset(), read[name].to_dataset())


def test_the_attributes_are_those_of_the_file(opened, contents):
    read, made = opened(contents).attrs, to_arviz(contents).attrs
    assert list(made) == list(read)
    for name, value in made.items():
        np.testing.assert_array_equal(np.atleast_1d(value), np.atleast_1d(read[name]))


def test_columns_have_units_and_labels(weighted):
    attributes = to_arviz(weighted)["posterior"]["g_agg"].attrs
    assert (attributes["units"], attributes["long_name"]) == ("GeV$^{-1}$", r"g_{a\gamma\gamma}")


def test_the_seed_of_the_run_draws(weighted):
    drawn = to_arviz(weighted)["posterior"]["m_a"].to_numpy()[0]
    rng = np.random.default_rng(weighted.seed)
    np.testing.assert_array_equal(
        drawn, weighted.samples.parameters["m_a"][rng.permutation(weighted.samples.equally_weighted(rng))]
    )


def test_arviz_sums_it_up(contents, mean_and_width):
    table = arviz_stats.summary(to_arviz(contents), kind="stats", round_to="none")
    for name in (*contents.samples.parameters, *contents.samples.derived):
        mean, width = mean_and_width(contents.samples, name)
        assert table.loc[name, "mean"] == pytest.approx(mean, abs=4.0 * width / np.sqrt(contents.samples.n_eff))
        assert table.loc[name, "sd"] == pytest.approx(width, rel=0.2)
