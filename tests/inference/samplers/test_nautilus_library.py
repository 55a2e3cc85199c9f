"""What is put in the place of nautilus' own functions returns what they return."""

import importlib
import pickle

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from alpfit.inference.samplers.mixture import Mixture
from alpfit.inference.samplers.nautilus_library import (
    Generator,
    enclosing_ellipsoid,
    nautilus_sampler,
    own,
    predict,
    rows_at,
    threadpool_limits,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # few epochs


@pytest.fixture(autouse=True)
def loaded():
    """nautilus, with them."""
    nautilus_sampler()


def cloud(n, d, thinnest=1.0, seed=1):
    """Points ``(n, d)`` of a Gaussian in the unit cube that lies askew, ``thinnest`` in one direction."""
    rng = np.random.default_rng(seed)
    widths = np.concatenate([[thinnest], np.ones(d - 1)])
    turned = (0.05 * widths * rng.normal(size=(n, d))) @ np.linalg.qr(rng.normal(size=(d, d)))[0]
    return 0.5 + turned


@pytest.mark.parametrize(("n", "d"), [(600, 4), (300, 2), (6, 5), (60, 8), (40, 1)])
def test_the_ellipsoid_is_that_of_nautilus(n, d):
    points = cloud(n, d)
    for found, theirs in zip(
        enclosing_ellipsoid(points), own["minimum_volume_enclosing_ellipsoid"](points), strict=True
    ):
        np.testing.assert_allclose(found, theirs, rtol=1e-8, atol=1e-9 * np.abs(theirs).max())


@pytest.mark.parametrize("thinnest", [1e-3, 1e-6])
def test_a_thin_one_encloses_its_points_and_is_no_larger_than_that_of_nautilus(thinnest):
    """Where rounding decides which points nautilus takes."""
    points = cloud(500, 4, thinnest)
    centre, matrix, inverse = enclosing_ellipsoid(points)
    distances = np.einsum("ij,jk,ik->i", points - centre, matrix, points - centre)
    assert distances.max() == pytest.approx(1.0, rel=1e-3)
    np.testing.assert_allclose(matrix @ inverse, np.eye(4), atol=1e-2)
    theirs = own["minimum_volume_enclosing_ellipsoid"](points)[2]
    assert np.linalg.slogdet(inverse)[1] < np.linalg.slogdet(theirs)[1] + 0.1


def test_networks_predict_what_scikit_learn_says_they_do():
    from nautilus.neural import NeuralNetworkEmulator

    points = cloud(200, 3)
    score = np.sin(20.0 * points[:, 0]) + points[:, 1]
    emulator = NeuralNetworkEmulator.train(
        points, score, n_networks=2, neural_network_kwargs={"hidden_layer_sizes": (12, 5), "early_stopping": True}
    )
    elsewhere = cloud(70, 3, seed=2)
    np.testing.assert_allclose(emulator.predict(elsewhere), own["predict"](emulator, elsewhere), rtol=1e-12)
    assert type(emulator).predict is predict


def test_networks_that_are_trained_are_the_same_to_the_bit(monkeypatch):
    from sklearn.neural_network import MLPRegressor, _multilayer_perceptron

    points = cloud(300, 3)

    def trained():
        network = MLPRegressor(hidden_layer_sizes=(8, 4), early_stopping=True, learning_rate_init=1e-2, random_state=1)
        return network.fit(points, points.sum(axis=1))

    ours = trained()
    monkeypatch.setattr(_multilayer_perceptron, "_safe_indexing", own["_safe_indexing"])
    for found, theirs in zip(ours.coefs_, trained().coefs_, strict=True):
        np.testing.assert_array_equal(found, theirs)


def both_networks(**options):
    """Ours and scikit-learn's, trained by the same points."""
    ours = importlib.import_module("alpfit.inference.samplers.network").Network
    points = cloud(470, 3, seed=5)
    values = np.sin(20.0 * points[:, 0]) + points[:, 1]
    options = {"learning_rate_init": 1e-2, "random_state": 1, "max_iter": 40} | options
    return [kind(**options).fit(points, values) for kind in (ours, own["MLPRegressor"])]


@pytest.mark.parametrize(
    "options",
    [
        {"hidden_layer_sizes": (64, 32, 16), "early_stopping": True, "alpha": 0.0},
        {"hidden_layer_sizes": (7,), "alpha": 0.03},
        {"hidden_layer_sizes": (12, 5), "batch_size": 50, "early_stopping": True, "beta_1": 0.8, "epsilon": 1e-6},
        {"hidden_layer_sizes": (12, 5), "activation": "tanh"},
        {"hidden_layer_sizes": (12, 5), "solver": "sgd"},
        {"hidden_layer_sizes": (12, 5), "solver": "lbfgs"},
    ],
    ids=str,
)
def test_a_network_is_that_of_scikit_learn_to_the_bit(options):
    found, theirs = both_networks(**options)
    for name in ("coefs_", "intercepts_"):
        for ours, own_of_theirs in zip(getattr(found, name), getattr(theirs, name), strict=True):
            np.testing.assert_array_equal(ours, own_of_theirs)
    assert found.n_iter_ == theirs.n_iter_ > 5
    assert getattr(found, "validation_scores_", None) == getattr(theirs, "validation_scores_", None)
    assert found.loss_ == theirs.loss_


def test_a_network_whose_points_are_all_the_same_is_judged_by_scikit_learn():
    ours = importlib.import_module("alpfit.inference.samplers.network").Network
    points = cloud(100, 3)
    scores = [
        kind(random_state=1, early_stopping=True, max_iter=8).fit(points, np.ones(100)).validation_scores_
        for kind in (ours, own["MLPRegressor"])
    ]
    assert scores[0] == scores[1]


def test_a_trained_network_keeps_its_weights_alone():
    found, theirs = both_networks(hidden_layer_sizes=(64, 32, 16), early_stopping=True)
    kept = pickle.loads(pickle.dumps(found))
    assert len(pickle.dumps(found)) < len(pickle.dumps(theirs))
    assert {"_weights", "_gradients", "_memory", "_optimizer"}.isdisjoint(vars(found))
    np.testing.assert_array_equal(kept.predict(np.ones((2, 3))), theirs.predict(np.ones((2, 3))))


@pytest.mark.parametrize("shape", [(0, 3), (1, 3), (1000, 4), (6, 2, 3), (50,)])
def test_rows_are_shuffled_as_by_numpy(shape):
    ours, theirs = Generator(np.random.PCG64(3)), np.random.Generator(np.random.PCG64(3))
    rows = np.random.default_rng(1).normal(size=shape)
    found, expected = rows.copy(), rows.copy()
    ours.shuffle(found)
    theirs.shuffle(expected)
    np.testing.assert_array_equal(found, expected)
    along, expected = rows.copy(), rows.copy()
    ours.shuffle(along, axis=-1)
    theirs.shuffle(expected, axis=-1)
    np.testing.assert_array_equal(along, expected)
    again = pickle.loads(pickle.dumps(ours))
    assert type(again) is Generator
    assert again.random() == ours.random() == theirs.random()


def test_rows_of_what_is_no_array_are_found_by_scikit_learn():
    assert rows_at(["a", "b", "c"], np.array([2, 0])) == ["c", "a"]
    np.testing.assert_array_equal(rows_at(np.eye(3), np.array([1]), axis=1), np.eye(3)[:, [1]])


def test_they_are_put_in_place_once():
    before = dict(own)
    nautilus_sampler()
    assert own == before
    assert enclosing_ellipsoid not in own.values()


def two_clouds(n, d, apart, seed=1):
    """Points ``(n, d)``, two thirds of them in one of two clouds."""
    points = cloud(n, d, 0.1, seed)
    points[: n // 3, 0] += apart
    return points


@pytest.mark.parametrize(("n", "d"), [(1000, 4), (300, 2), (60, 8), (40, 1)])
@pytest.mark.parametrize("apart", [0.0, 0.1, 1.0])
def test_a_mixture_is_that_of_scikit_learn(n, d, apart):
    points, options = two_clouds(n, d, apart), {"n_components": 2, "n_init": 10, "random_state": 3}
    ours, theirs = (kind(**options).fit(points) for kind in (Mixture, own["GaussianMixture"]))
    assert (ours.n_iter_, ours.converged_) == (theirs.n_iter_, theirs.converged_)
    for name in ("weights_", "means_", "covariances_", "precisions_cholesky_", "lower_bounds_"):
        expected = getattr(theirs, name)
        np.testing.assert_allclose(getattr(ours, name), expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())
    np.testing.assert_array_equal(ours.predict(points), theirs.predict(points))


@pytest.mark.parametrize("kind", ["diag", "tied", "spherical", np.float32])
def test_a_mixture_of_another_kind_is_left_to_scikit_learn(kind):
    points, options = two_clouds(200, 3, 0.5), {"n_components": 2, "random_state": 3}
    if isinstance(kind, str):
        options["covariance_type"] = kind
    else:
        points = points.astype(kind)
    ours, theirs = (of(**options).fit(points) for of in (Mixture, own["GaussianMixture"]))
    np.testing.assert_array_equal(ours.means_, theirs.means_)


def test_a_mixture_without_covariances_says_so_in_scikit_learns_words():
    points = np.repeat(cloud(2, 3), 10, axis=0)
    with pytest.raises(ValueError, match="ill-defined empirical covariance"):
        Mixture(n_components=2, reg_covar=0.0)._m_step(points, np.log(np.full((20, 2), 0.5)))


def test_within_limits_blas_has_one_thread_and_afterwards_as_many_as_before():
    def threads():
        return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]

    with own["threadpool_limits"](limits=2):
        before = threads()
        with threadpool_limits(limits=1):
            assert threads() == [1] * len(before)
        assert threads() == before
