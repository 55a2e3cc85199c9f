"""What holds for every entry of the catalogue, also for those that are still to come."""

import re

import numpy as np
import pytest

from alpfit.likelihoods import FORMS, load, names
from alpfit.scenarios import SCENARIOS

RANGES = {
    "m_a": (1e-3, 20.0),
    "m_chi": (1e-3, 20.0),
    "g_agg*sqrt(P_inv)": (1e-12, 1.0),
    "sigma_v_today": (1e-50, 1e-20),
}
"""Where the physics of the scenarios can lead; everything else is a number from 1e-20 to 1."""


@pytest.fixture(params=names())
def measurement(request):
    return load(request.param)


@pytest.fixture
def grid(measurement):
    """Points all over the place, with and without a signal."""
    rng = np.random.default_rng(7)
    predictions = {}
    for name in measurement.observables:
        low, high = RANGES.get(name, (1e-20, 1.0))
        predictions[name] = low * (high / low) ** rng.random(500)
    signal = measurement.observables[0]
    predictions[signal][::10] = 0.0
    return predictions


def test_the_catalogue_is_sorted_and_not_empty():
    assert names()
    assert list(names()) == sorted(names())


def test_it_says_what_it_is_and_who_measured_it(measurement):
    assert measurement.name in names()
    assert measurement.title
    assert measurement.experiment
    assert type(measurement.form) is FORMS[measurement.form_name]


def test_its_source_can_be_looked_up(measurement):
    source = measurement.source
    assert re.fullmatch(r"\d{4}\.\d{4,5}", source.arxiv)
    assert re.fullmatch(r"[\w-]+:\d{4}[a-z]{2,3}", source.inspire)
    assert source.where
    assert source.how
    assert source.confidence_level


def test_its_scenarios_predict_what_it_reads(measurement):
    for name in measurement.scenarios:
        scenario = SCENARIOS[name](
            engine="cbe",
            annihilation_scale="unitary",
            plasma="saikawa-shirai-2018",
            form_factor="hpqcd2022",
            top_mass="msbar",
        )
        assert set(measurement.observables) <= {*scenario.parameters, *scenario.optional, *scenario.observables}


def test_its_likelihood_is_finite_everywhere(measurement, grid):
    log_l = measurement.loglike(grid)
    assert log_l.shape == (500,)
    assert np.isfinite(log_l).all()


def test_its_likelihood_depends_on_its_first_observable(measurement, grid):
    assert np.ptp(measurement.loglike(grid)) > 1.0


def test_an_array_gives_what_its_elements_give(measurement, grid):
    together = measurement.loglike(grid)
    one_by_one = [
        float(measurement.loglike({name: float(values[i]) for name, values in grid.items()})) for i in range(500)
    ]
    np.testing.assert_allclose(together, one_by_one, rtol=1e-12, atol=0.0)


def test_the_shape_of_the_predictions_is_kept(measurement, grid):
    matrix = measurement.loglike({name: values.reshape(20, 25) for name, values in grid.items()})
    np.testing.assert_allclose(matrix, measurement.loglike(grid).reshape(20, 25), rtol=1e-12)


def test_predictions_that_it_does_not_read_are_ignored(measurement, grid):
    np.testing.assert_array_equal(measurement.loglike({**grid, "something else": 1.0}), measurement.loglike(grid))


def test_its_description_names_the_observable_and_the_paper(measurement):
    text = measurement.describe()
    assert f"arXiv:{measurement.source.arxiv}" in text
    assert measurement.name in text
    assert measurement.observables[0] in text


def test_its_options_given_with_their_own_values_change_nothing(measurement, grid):
    again = load(measurement.name, dict(measurement.options))
    assert again.options == measurement.options
    np.testing.assert_array_equal(again.loglike(grid), measurement.loglike(grid))


def test_its_digest_is_the_same_at_every_reading(measurement):
    assert re.fullmatch(r"[0-9a-f]{64}", measurement.digest)
    assert load(measurement.name).digest == measurement.digest


def test_no_two_entries_have_the_same_digest():
    digests = [load(name).digest for name in names()]
    assert len(set(digests)) == len(digests)
