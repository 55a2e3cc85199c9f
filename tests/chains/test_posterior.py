"""posterior.nc: what is written is what is read, here and in arviz."""

import dataclasses

import arviz_stats
import h5py
import numpy as np
import pytest
import xarray

from alpfit.chains.exports.base import columns as columns_of
from alpfit.chains.posterior import read_posterior, write_posterior
from alpfit.errors import RunFolderError
from alpfit.scenarios import Quantity


def opened(path):
    """What ``arviz.from_netcdf`` of arviz 1 is another name of."""
    return xarray.open_datatree(path, engine="h5netcdf").load()


@pytest.fixture
def path(tmp_path, samples):
    path = tmp_path / "posterior.nc"
    write_posterior(path, samples, seed=1)
    return path


@pytest.fixture
def groups(path):
    """The groups as arviz takes them."""
    return opened(path)


@pytest.fixture
def nested(samples):
    """The same with all that nested sampling can know of itself."""
    birth = np.where(np.arange(samples.log_l.size) < 50, -np.inf, samples.log_l - 1.0)
    return dataclasses.replace(
        samples,
        log_l_birth=birth,
        diagnostics={"insertion ranks, p-value": 0.25, "log10 of it": -np.inf},
        shortfalls=("the evidence has an error of 0.125, above 0.1",),
    )


@pytest.fixture
def chains(samples):
    """The same as four Markov chains, which have no evidence."""
    n = samples.log_l.size
    return dataclasses.replace(
        samples,
        log_weights=np.full(n, -np.log(n)),
        log_z=None,
        log_z_error=None,
        n_chains=4,
        autocorrelation=12.5,
        diagnostics={"R hat": 1.02},
        shortfalls=("R hat = 1.02 is above 1.01", "τ is not known well"),
    )


def refusal(path):
    with pytest.raises(RunFolderError) as caught:
        read_posterior(path)
    return str(caught.value)


@pytest.mark.parametrize("kind", ["samples", "nested", "chains"])
def test_reading_gives_back_exactly_what_was_written(kind, request, tmp_path):
    samples = request.getfixturevalue(kind)
    write_posterior(tmp_path / "posterior.nc", samples, seed=1)
    again = read_posterior(tmp_path / "posterior.nc")
    for field in dataclasses.fields(samples):
        written, read = getattr(samples, field.name), getattr(again, field.name)
        if isinstance(written, dict):
            assert list(read) == list(written)
            for name, values in written.items():
                np.testing.assert_array_equal(read[name], values)
        else:
            np.testing.assert_array_equal(read, written)
            assert type(read) is type(written)


def test_a_file_from_before_births_chains_and_diagnostics_is_read(path, samples):
    with h5py.File(path, "r+") as file:
        for name in ("n_chains", "autocorrelation", "shortfalls"):
            del file.attrs[name]
    again = read_posterior(path)
    assert again.log_l_birth is None
    assert (again.n_chains, again.autocorrelation, again.diagnostics, again.shortfalls) == (1, 1.0, {}, ())
    np.testing.assert_array_equal(again.log_l, samples.log_l)


def test_arviz_sees_markov_chains_as_they_are(tmp_path, chains):
    write_posterior(tmp_path / "posterior.nc", chains, seed=1)
    groups = opened(tmp_path / "posterior.nc")
    for group, columns in (
        ("posterior", {**chains.parameters, **chains.derived}),
        ("log_likelihood", chains.log_l_by_entry),
    ):
        for name, values in columns.items():
            assert groups[group][name].dims == ("chain", "draw")
            np.testing.assert_array_equal(groups[group][name], values.reshape(4, 150))


def test_without_an_evidence_there_is_no_attribute_for_it(tmp_path, chains):
    write_posterior(tmp_path / "posterior.nc", chains, seed=1)
    with xarray.open_datatree(tmp_path / "posterior.nc", engine="h5netcdf") as tree:
        assert not {"log_z", "log_z_error"} & set(tree.attrs)
        assert tree.attrs["diagnostic:R hat"] == 1.02
        assert "nested_samples" not in tree.children


def test_a_single_parameter_is_read_back(tmp_path, samples):
    single = dataclasses.replace(samples, parameters={"m_a": samples.parameters["m_a"]}, derived={})
    write_posterior(tmp_path / "posterior.nc", single, seed=1)
    again = read_posterior(tmp_path / "posterior.nc")
    assert list(again.parameters) == ["m_a"]
    assert list(again.derived) == []


def test_arviz_opens_it(groups, samples):
    posterior = groups["posterior"]
    assert set(posterior.data_vars) == {*samples.parameters, *samples.derived}
    assert posterior["m_a"].dims == ("chain", "draw")
    assert posterior["m_a"].shape == (1, int(samples.n_eff))


def test_arviz_sees_the_likelihood_of_each_measurement(groups, samples):
    assert set(groups["log_likelihood"].data_vars) == set(samples.log_l_by_entry)
    assert groups["log_likelihood"]["planck_relic_2018"].shape == groups["posterior"]["m_a"].shape


def test_the_mean_in_arviz_is_the_weighted_mean(groups, samples):
    for name in (*samples.parameters, *samples.derived):
        values = samples.column(name)
        mean = np.average(values, weights=samples.weights)
        spread = np.sqrt(np.average((values - mean) ** 2, weights=samples.weights))
        assert abs(float(groups["posterior"][name].mean()) - mean) < 3.0 * spread / np.sqrt(samples.n_eff), name


def test_each_draw_is_a_sample_with_its_likelihoods(groups, samples):
    drawn = np.asarray(groups["posterior"]["m_a"]).ravel()
    origin = np.array([np.flatnonzero(samples.parameters["m_a"] == value)[0] for value in drawn])
    np.testing.assert_array_equal(np.asarray(groups["posterior"]["g_agg"]).ravel(), samples.parameters["g_agg"][origin])
    for name, log_l in samples.log_l_by_entry.items():
        np.testing.assert_array_equal(np.asarray(groups["log_likelihood"][name]).ravel(), log_l[origin])


def test_the_evidence_is_among_the_attributes(path):
    with xarray.open_datatree(path, engine="h5netcdf") as tree:
        assert (tree.attrs["log_z"], tree.attrs["log_z_error"], tree.attrs["n_calls"]) == (7.25, 0.125, 12345)


def test_the_seed_decides_which_samples_are_drawn(tmp_path, samples):
    def drawn(name, seed):
        write_posterior(tmp_path / name, samples, seed)
        with xarray.open_datatree(tmp_path / name, engine="h5netcdf") as tree:
            return np.asarray(tree["posterior"]["m_a"])

    first, again, other = drawn("a.nc", 1), drawn("b.nc", 1), drawn("c.nc", 2)
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_missing_file_is_said_to_be_unreadable(tmp_path):
    message = refusal(tmp_path / "posterior.nc")
    assert message.startswith(f"{tmp_path / 'posterior.nc'} cannot be read: ")
    assert message.endswith("run again, or restore the file")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9])
def test_a_truncated_file_is_said_to_be_unreadable(path, share):
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    assert refusal(path).startswith(f"{path} cannot be read: ")


def test_a_file_of_another_kind_is_said_to_be_unreadable(path):
    path.write_text("m_a,r\n1.0,0.48\n")
    assert refusal(path).startswith(f"{path} cannot be read: ")


def test_a_file_without_samples_is_said_to_be_unreadable(tmp_path):
    path = tmp_path / "posterior.nc"
    xarray.DataTree.from_dict({"/posterior": xarray.Dataset({"x": ("draw", [1.0])})}).to_netcdf(path, engine="h5netcdf")
    assert refusal(path).startswith(f"{path} cannot be read: ")


def test_draws_come_in_random_order(samples, tmp_path):
    """In the order of a sampler, which climbs in ln L, they would look like a chain that hardly moves."""
    order = np.argsort(samples.log_l)
    climbing = dataclasses.replace(
        samples,
        **{
            group: {name: values[order] for name, values in getattr(samples, group).items()}
            for group in ("parameters", "derived", "log_l_by_entry")
        },
        log_l=samples.log_l[order],
        log_weights=np.full(order.size, -np.log(order.size)),
    )
    write_posterior(tmp_path / "posterior.nc", climbing, seed=1)
    drawn = opened(tmp_path / "posterior.nc")
    log_l = drawn["log_likelihood"]["planck_relic_2018"].to_numpy() + drawn["log_likelihood"]["belle2_bknunu_2023"]
    assert abs(np.corrcoef(log_l[0], np.arange(log_l.shape[1]))[0, 1]) < 0.15
    assert float(arviz_stats.ess(np.asarray(log_l))) > 0.5 * order.size
    write_posterior(tmp_path / "again.nc", climbing, seed=1)
    again = opened(tmp_path / "again.nc")
    np.testing.assert_array_equal(again["posterior"]["m_a"], drawn["posterior"]["m_a"])


def test_columns_have_units_and_labels(samples, tmp_path):
    quantities = {"m_a": Quantity("m_a", "GeV", "mass of the ALP")}
    write_posterior(tmp_path / "posterior.nc", samples, 1, quantities)
    for group in ("posterior", "nested_samples"):
        attributes = opened(tmp_path / "posterior.nc")[group]["m_a"].attrs
        assert (attributes["units"], attributes["long_name"]) == ("GeV", "m_a")


TAKEN = ("chain", "draw", "sample", "log_weight", "log_likelihood", "weight", "x", "y", "chain_")


def called(samples, names):
    """The same with as many parameters as there are ``names``."""
    values = next(iter(samples.parameters.values()))
    return dataclasses.replace(samples, parameters={name: values + i for i, name in enumerate(names)})


def test_a_parameter_may_be_called_as_the_files_own_columns(samples, tmp_path):
    written = called(samples, TAKEN)
    write_posterior(tmp_path / "posterior.nc", written, seed=1)
    again = read_posterior(tmp_path / "posterior.nc")
    for name in TAKEN:
        np.testing.assert_array_equal(again.parameters[name], written.parameters[name])
    table = columns_of(written)
    assert len(table) == 3 + len(TAKEN) + len(samples.derived) + len(samples.log_l_by_entry)
    np.testing.assert_array_equal(table["weight"], samples.weights)
