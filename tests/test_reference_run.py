"""The committed run: small, complete, and what it stores is what the code gives today."""

from pathlib import Path

import numpy as np
import pytest

from alpfit import Run

FOLDER = Path(__file__).resolve().parents[1] / "chains" / "reference" / "invisible"


@pytest.fixture(scope="module")
def run():
    return Run.read(FOLDER)


def test_it_is_at_most_300_kilobytes():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 300_000


def test_it_is_the_main_example():
    from alpfit import Fit

    example = Fit.from_file(FOLDER.parents[2] / "examples" / "invisible.toml").configuration

    mine, of_the_example = Run.read(FOLDER).configuration.completed(), example.completed()
    del mine["parallel"], of_the_example["parallel"]  # which a run that is read does not bring along
    assert mine == of_the_example


def test_its_likelihood_entries_are_those_of_the_catalogue(run):
    import json

    digests = json.loads(run.folder.manifest.read_text())["likelihoods"]

    assert digests == {m.name: m.digest for m in run.configuration.likelihood.measurements}


def test_stored_predictions_and_likelihoods_come_out_again(run):
    samples = run.samples
    some = np.arange(0, samples.log_l.size, 10)
    theta = np.stack([samples.parameters[name][some] for name in samples.parameters], axis=1)
    point = run.configuration.problem.evaluate(theta)

    for name, stored in samples.derived.items():
        np.testing.assert_allclose(point.predictions[name], stored[some], rtol=1e-5, err_msg=name)
    for name, stored in samples.log_l_by_entry.items():
        np.testing.assert_allclose(point.log_l_by_entry[name], stored[some], atol=1e-3, err_msg=name)


def test_its_summary_has_the_best_sample(run):
    best = {name: values[run.samples.best] for name, values in run.samples.parameters.items()}

    assert best == pytest.approx(run.summary["best_fit"]["parameters"], rel=1e-12)


def test_what_was_sampled_and_what_was_kept_are_two_numbers_with_two_names(run):
    assert run.thinned_from == run.summary["n_eff"] > 4000.0
    assert run.headline == {
        "ln Z": run.samples.log_z,
        "effective samples": run.summary["n_eff"],
        "kept after thinning": run.samples.n_eff,
    }
    assert f"worth {run.thinned_from:.0f} independent ones" in run.summary_text
