"""Importance nested sampling with nautilus: its own loop, one turn at a time."""

import numpy as np
import pytest
from toys import gaussian, line

from alpfit.errors import ConfigurationError
from alpfit.inference.samplers import Nautilus
from alpfit.inference.samplers.shells import Shell, log_z_error, resampled_log_z_error
from alpfit.inference.session import Session

QUICK = {"n_live": 100, "n_networks": 0, "n_eff": 300.0, "f_live": 0.1}


def test_it_says_what_to_use_for_a_single_parameter():
    with pytest.raises(ConfigurationError, match=r"at least 2 parameters .* use sampler dynesty"):
        Nautilus().run(Session(line()))


def test_one_turn_at_a_time_is_the_same_as_all_at_once():
    from nautilus import Sampler

    problem = gaussian()
    samples = Nautilus(seed=2, **QUICK).run(Session(problem))
    session = Session(problem)
    whole = Sampler(
        problem.prior_transform,
        lambda theta: session.evaluate(theta).log_l,
        n_dim=2,
        n_live=100,
        n_networks=0,
        n_batch=128,
        vectorized=True,
        seed=2,
    )
    whole.run(n_eff=300, f_live=0.1, discard_exploration=True)
    theta, _, log_l = whole.posterior()
    np.testing.assert_array_equal(samples.log_l, log_l)
    np.testing.assert_array_equal(samples.parameters["x"], theta[:, 0])
    assert samples.log_z == whole.log_z


def shell(values, n_drawn, trials=()):
    return Shell(np.asarray(values, dtype=float), n_drawn, 0.0, trials)


def test_points_of_one_likelihood_that_all_lie_in_the_shell_have_no_error():
    assert log_z_error([shell(np.zeros(100), 100)]) == pytest.approx(0.0, abs=1e-8)
    assert resampled_log_z_error([shell(np.zeros(100), 100)], seed=1) == pytest.approx(0.0, abs=1e-8)


def test_the_share_of_points_in_the_shell_has_a_binomial_error():
    # a quarter of 400 points: the relative error of the share is sqrt(0.75/100)
    found = shell(np.zeros(100), 400)
    assert log_z_error([found]) == pytest.approx(np.sqrt(0.75 / 100), rel=1e-12)
    assert resampled_log_z_error([found], seed=1) == pytest.approx(np.sqrt(0.75 / 100), rel=0.15)


def test_a_volume_that_was_found_by_rejection_has_a_binomial_error():
    # 200 of 1000 points were rejected: the relative error of the rest is sqrt(0.2/800)
    found = shell(np.zeros(50), 50, trials=((1000, 200),))
    assert log_z_error([found]) == pytest.approx(np.sqrt(0.2 / 800), rel=1e-12)
    assert resampled_log_z_error([found], seed=1) == pytest.approx(np.sqrt(0.2 / 800), rel=0.15)


@pytest.mark.parametrize("seed", [1, 2])
def test_both_errors_are_the_scatter_of_shells_that_are_drawn_again(seed):
    rng = np.random.default_rng(seed)

    def drawn():
        in_shell = rng.binomial(300, 0.6)
        return [shell(rng.normal(size=in_shell), 300), shell(rng.normal(1.0, 0.5, 200), 200)]

    log_z = [np.logaddexp.reduce([s.log_z for s in drawn()]) for _ in range(400)]
    errors = [(log_z_error(shells), resampled_log_z_error(shells, seed)) for shells in (drawn() for _ in range(40))]
    np.testing.assert_allclose(np.mean(errors, axis=0), np.std(log_z), rtol=0.15)


def test_shells_without_a_likelihood_do_not_matter():
    full = shell(np.zeros(100), 400)
    assert log_z_error([full, shell(np.full(10, -np.inf), 20)]) == log_z_error([full])
