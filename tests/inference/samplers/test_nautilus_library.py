"""What is put in the place of nautilus' own functions returns what they return."""

import numpy as np
import pytest

from alpfit.inference.samplers.nautilus_library import enclosing_ellipsoid, nautilus_sampler, own, predict, rows_at


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


def test_rows_of_what_is_no_array_are_found_by_scikit_learn():
    assert rows_at(["a", "b", "c"], np.array([2, 0])) == ["c", "a"]
    np.testing.assert_array_equal(rows_at(np.eye(3), np.array([1]), axis=1), np.eye(3)[:, [1]])


def test_they_are_put_in_place_once():
    before = dict(own)
    nautilus_sampler()
    assert own == before
    assert enclosing_ellipsoid not in own.values()
