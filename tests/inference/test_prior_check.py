"""Points drawn from the prior before a run."""

import pytest

from alpfit.errors import ConfigurationError
from alpfit.inference import prior_check
from alpfit.inference.prior_check import check_prior


def test_the_share_of_the_prior_without_a_likelihood_is_estimated(plane_problem):
    found = check_prior(plane_problem(lambda x, y: x > 0.5), seed=1)
    assert found.n >= 256
    assert found.share == pytest.approx(0.75, abs=0.1)  # 3.7 standard deviations of 256 points
    assert found.without_likelihood == {"nothing works there": round(found.share * found.n)}
    assert found.first_call_s > 0.0


def test_a_good_prior_has_none(plane_problem):
    assert check_prior(plane_problem(), seed=1).share == 0.0


def test_where_no_point_has_a_likelihood_the_reasons_of_the_first_ten_are_told(plane_problem):
    with pytest.raises(ConfigurationError) as refused:
        check_prior(plane_problem(lambda x, y: False), seed=1)
    assert str(refused.value).startswith("[parameters] none of 1034 points drawn from the prior has a likelihood, ")
    assert str(refused.value).endswith("the first 10 because: 10 x nothing works there; change the priors")


def test_a_rare_likelihood_is_found(plane_problem):
    found = check_prior(plane_problem(lambda x, y: x > 0.97), seed=1)
    assert 0.97 < found.share < 1.0


def test_it_gives_up_after_some_seconds(plane_problem, monkeypatch):
    class Clock:
        now = 0.0

        def perf_counter(self):
            self.now += 2.5
            return self.now

    monkeypatch.setattr(prior_check, "time", Clock())
    with pytest.raises(ConfigurationError, match="none of 74 points"):
        check_prior(plane_problem(lambda x, y: False), seed=1)
