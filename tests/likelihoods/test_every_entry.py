"""What holds for every entry of the catalogue, also for those that are still to come."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from shipped_entries import all_shipped, shipped

from alpfit.likelihoods import FORMS, load, names
from alpfit.scenarios import DARK_MATTER, SCENARIOS, scenario_for

ROOT = Path(__file__).parents[2]

WIDE = {"m_a": (1e-4, 20.0), "m_chi": (1e-4, 20.0), "tau_a": (1e-25, 1e20), "sigma_v_today": (1e-60, 1e-15)}
"""Where the physics of the scenarios can lead; everything else is a number from 1e-20 to 1."""

N = 500


def grid_for(measurement):
    """Points all over the place and, for half of them, inside of what was searched; some without a signal."""
    rng = np.random.default_rng(7)
    predictions = {}
    for name in measurement.observables:
        low, high = WIDE.get(name, (1e-20, 1.0))
        predictions[name] = low * (high / low) ** rng.random(N)
    signal = measurement.observables[0]
    for field, name in (("masses", "abscissa"), ("energies", "abscissa"), ("couplings", "observable")):
        values = getattr(measurement.form, field, None)
        if values is not None:
            low, high = max(values.min(), 1e-4), values.max()
            predictions[getattr(measurement.form, name)][::2] = low + (high - low) * rng.random(N // 2)
    predictions[signal][::10] = 0.0
    return predictions


@pytest.fixture(params=names())
def name(request):
    return request.param


@pytest.fixture
def measurement(name):
    return shipped(name)


@pytest.fixture
def grid(measurement):
    return grid_for(measurement)


def test_the_catalogue_has_every_folder_of_the_checkout_in_the_order_of_their_names():
    folders = [path.parent.name for path in (ROOT / "likelihoods").glob("*/likelihood.toml")]
    assert len(folders) > 40
    assert list(names()) == sorted(folders)


def test_it_is_what_its_file_says(measurement, name):
    written = tomllib.loads((ROOT / "likelihoods" / name / "likelihood.toml").read_text())
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*_(19|20)\d\d", measurement.name)
    assert (measurement.name, measurement.title) == (name, written["title"])
    assert (measurement.experiment, measurement.form_name) == (written["experiment"], written["form"])
    assert type(measurement.form) is FORMS[written["form"]]
    assert {key: getattr(measurement.source, key) for key in written["source"]} == written["source"]


def test_its_source_can_be_looked_up(measurement):
    source = measurement.source
    assert source.arxiv or source.inspire or any(r.journal or r.doi for r in measurement.references)
    assert source.identifier == (f"arXiv:{source.arxiv}" if source.arxiv else source.inspire or source.where)
    assert re.search(r"\d+(\.\d+)? ?%|sigma|standard deviation|interval|likelihood", source.confidence_level)


def test_the_experiments_own_paper_is_among_its_references(measurement):
    source = measurement.source
    known_as = {text for r in measurement.references for text in (r.eprint, r.key, r.journal) if text}
    assert {source.arxiv, source.inspire, source.where} & known_as


def test_every_reference_is_a_bibtex_entry(measurement):
    for reference in measurement.references:
        text = reference.bibtex().removeprefix(f"% unchecked: {', '.join(reference.unchecked)}\n")
        kind = "article" if reference.journal or reference.eprint else "misc"
        assert text.startswith(f"@{kind}{{{reference.key},\n")
        assert text.count("{") == text.count("}")
        assert 1900 < reference.year < 2030


def test_its_scenarios_predict_what_it_reads(measurement):
    assert set() < set(measurement.scenarios) <= set(SCENARIOS)
    for name in measurement.scenarios:
        scenario = scenario_for(name, DARK_MATTER)
        assert set(measurement.observables) <= {*scenario.parameters, *scenario.optional, *scenario.observables}


def test_what_an_entry_overlaps_with_exists_and_says_so_too():
    pairs = {(entry.name, other) for entry in all_shipped() for other in entry.overlaps}
    assert ("belle2_bknunu_2023", "belle2_bknunu_q2_2025") in pairs
    assert pairs == {(other, name) for name, other in pairs}
    assert not any(name == other for name, other in pairs)


def test_its_likelihood_is_finite_everywhere(measurement, grid):
    log_l = measurement.loglike(grid)
    assert log_l.shape == (N,)
    assert np.isfinite(log_l).all()


def test_its_likelihood_depends_on_its_first_observable(measurement, grid):
    signal = measurement.observables[0]
    strong = {**grid, signal: grid[signal] * 1e6 + (1.0 if signal not in WIDE else 0.0)}
    change = np.abs(measurement.loglike(strong) - measurement.loglike(grid))
    assert change.max() > 1.0


def test_an_array_gives_what_its_elements_give(measurement, grid):
    together = measurement.loglike(grid)
    one_by_one = [
        float(measurement.loglike({name: float(values[i]) for name, values in grid.items()})) for i in range(0, N, 7)
    ]
    np.testing.assert_allclose(together[::7], one_by_one, rtol=1e-10, atol=1e-10)


def test_the_shape_of_the_predictions_is_kept(measurement, grid):
    matrix = measurement.loglike({name: values.reshape(20, 25) for name, values in grid.items()})
    np.testing.assert_allclose(matrix, measurement.loglike(grid).reshape(20, 25), rtol=1e-10, atol=1e-10)


def test_it_compares_prediction_bound_and_pull(measurement, grid):
    few = {name: values[:25].reshape(5, 5) for name, values in grid.items()}
    comparison = measurement.compare(few)
    for values in comparison:
        assert values.shape == (5, 5)
    assert np.isfinite(comparison.prediction).all()
    assert np.isfinite(comparison.pull).all()
    assert not (comparison.bound < 0.0).any()


def test_predictions_that_it_does_not_read_are_ignored(measurement, grid):
    np.testing.assert_array_equal(measurement.loglike({**grid, "something else": 1.0}), measurement.loglike(grid))


def test_its_description_names_the_observable_the_paper_and_the_recast(measurement):
    text = measurement.describe()
    for part in (
        measurement.source.identifier,
        measurement.name,
        measurement.observables[0],
        measurement.source.recast,
    ):
        assert part in text


def test_its_options_given_with_their_own_values_change_nothing(measurement, grid):
    again = load(measurement.name, dict(measurement.options))
    assert again.options == measurement.options
    np.testing.assert_array_equal(again.loglike(grid), measurement.loglike(grid))


def test_its_digest_is_the_same_at_every_reading(measurement):
    assert re.fullmatch(r"[0-9a-f]{64}", measurement.digest)
    assert load(measurement.name).digest == measurement.digest


def test_no_two_entries_have_the_same_digest():
    digests = [entry.digest for entry in all_shipped()]
    assert len(set(digests)) == len(digests)


def test_references_with_one_key_are_one_paper():
    papers = {}
    for entry in all_shipped():
        for reference in entry.references:
            papers.setdefault(reference.key, set()).add((reference.eprint, reference.title, reference.year))
    assert {key for key, papers_of_it in papers.items() if len(papers_of_it) > 1} == set()
