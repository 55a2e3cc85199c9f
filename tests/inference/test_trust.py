"""What is said for or against a run."""

import dataclasses

import numpy as np
import pytest

from alpfit.inference.samples import LOST, MISSED, Samples
from alpfit.inference.trust import DIAGNOSTICS, Trust, statements, verdict


def samples(n=4000, **changed):
    rng = np.random.default_rng(3)
    log_l = rng.normal(size=n)
    good = Samples(
        parameters={"x": rng.normal(size=n)},
        derived={},
        log_l_by_entry={"only": log_l},
        log_l=log_l,
        log_weights=np.full(n, -np.log(n)),
        log_z=-3.0,
        log_z_error=0.1,
        n_calls=10 * n,
        diagnostics={"error of ln Z, resampled": 0.12, "insertion rank p-value": 0.4},
    )
    return dataclasses.replace(good, **changed)


def said(run, trust):
    return [statement.sentence for statement in statements(run) if statement.trust is trust]


def test_a_good_run_has_nothing_against_it():
    assert verdict(statements(samples())).trust is Trust.GOOD
    assert said(samples(), Trust.CARE) == said(samples(), Trust.BAD) == []
    assert len(said(samples(), Trust.GOOD)) == 4


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"shortfalls": ("it stopped early",)}, "A target was missed: it stopped early."),
        ({"diagnostics": {"insertion rank p-value": 1e-4}}, "do not fall among the others at random"),
        ({"diagnostics": {"split R-hat": 1.2}}, "R-hat = 1.2"),
        ({"diagnostics": {"split R-hat": np.inf}}, "R-hat = inf"),
        ({"diagnostics": {"valid minimum": 0.0}}, "MIGRAD has not found a valid minimum"),
        ({"diagnostics": {"ln Z spread p-value": 1e-3}}, "differ by more than their errors allow"),
        ({"diagnostics": {"largest shift of a mean": 9.0}}, "differ by at most 9.0 standard errors"),
        (
            {"diagnostics": {LOST: 0.3}},
            "ln Z may be too low by 0.3, which its error counts in: too much",
        ),
        ({"diagnostics": {MISSED: 2.0}}, "a maximum outside of the sampler's bounds: ln Z may be too low by 2"),
        ({"diagnostics": {"largest weight": 0.3}}, "30 % of the weight"),
        ({"diagnostics": {"Pareto k-hat": 0.9, "effective samples before": 1e6}}, "Pareto k-hat = 0.90"),
    ],
)
def test_what_speaks_against_a_run_makes_it_doubtful(changed, sentence):
    run = samples(**changed)
    assert [s for s in said(run, Trust.BAD) if sentence in s]
    assert verdict(statements(run)).trust is Trust.BAD


@pytest.mark.parametrize(("n", "trust"), [(4000, Trust.GOOD), (1000, Trust.CARE), (100, Trust.BAD)])
def test_the_number_of_independent_samples_counts(n, trust):
    assert [s for s in said(samples(n), trust) if f"worth {n} independent ones" in s]


def test_of_a_thinned_run_what_was_sampled_and_what_was_kept_have_their_own_names():
    found = statements(samples(440), thinned_from=4031.2)
    independent, kept = found[0], found[1]
    assert (independent.trust, kept.trust) == (Trust.GOOD, Trust.CARE)
    assert "worth 4031 independent ones: a 95 % limit is known to 0.04" in independent.sentence
    assert "to 440 kept samples: a 95 % limit made of these is known to 0.13" in kept.sentence
    assert not [s for s in found if "440 independent" in s.sentence or "4031 kept" in s.sentence]


@pytest.mark.parametrize("value", [0.03, 0.5])
def test_two_errors_of_the_evidence_that_differ_call_for_care(value):
    run = samples(diagnostics={"error of ln Z, resampled": value})
    assert [s for s in said(run, Trust.CARE) if "trust the larger" in s]
    assert verdict(statements(run)).trust is Trust.CARE


def test_a_large_error_of_the_evidence_calls_for_care_and_none_is_no_fault():
    assert [s for s in said(samples(log_z_error=0.8, diagnostics={}), Trust.CARE) if "factor 4.95" in s]
    assert verdict(statements(samples(log_z=None, log_z_error=None, diagnostics={}))).trust is Trust.GOOD


@pytest.mark.parametrize("name", DIAGNOSTICS)
def test_what_is_not_known_is_said_and_speaks_neither_for_nor_against(name):
    run = samples(diagnostics={name: np.nan})
    assert said(run, Trust.CARE) == [f"Not known: {name}."]
    assert said(run, Trust.BAD) == []
    assert verdict(statements(run)).trust is Trust.CARE


def test_errors_of_the_evidence_that_are_nothing_but_rounding_agree():
    run = samples(log_z_error=1e-9, diagnostics={"error of ln Z, resampled": 0.0})
    assert verdict(statements(run)).trust is Trust.GOOD


def test_every_known_diagnostic_can_speak_for_a_run():
    good = {
        "error of ln Z, resampled": 0.1, LOST: 0.01, MISSED: 0.0, "insertion rank p-value": 0.5,
        "split R-hat": 1.001, "valid minimum": 1.0, "starts that reach the best fit": 5.0, "ln Z spread p-value": 0.5,
        "largest shift of a mean": 1.0, "largest weight": 1e-3,
        "Pareto k-hat": 0.3,
    }  # fmt: skip
    assert set(good) == set(DIAGNOSTICS)
    assert verdict(statements(samples(diagnostics=good))).trust is Trust.GOOD
