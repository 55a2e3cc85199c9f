"""What is said of intervals to which Wilks' theorem does not apply, or which end for another reason than ln L."""

import numpy as np
from known_profiles import PRIORS, known, parabola

from alpfit.inference.profiling import confidence


def test_a_gaussian_inside_of_its_prior_needs_no_note():
    assert confidence(known(parabola), 0.0, PRIORS).notes == ()


def test_an_interval_that_reaches_the_end_of_the_prior_is_open_there():
    notes = confidence(known(lambda x: -0.5 * ((x - 4.2) / 0.6) ** 2), 0.0, PRIORS).notes
    assert notes == ("95.4 %: open at the upper end of the prior of x",)


def test_an_interval_that_reaches_the_last_sample_is_open_there():
    notes = confidence(known(parabola, span=1.0), 0.0, PRIORS).notes
    assert "95.4 %: open at the lower end of the samples of x" in notes
    assert not any("prior" in note for note in notes)


def test_a_flat_direction_has_no_limits():
    found = confidence(known(lambda x: -0.04 * np.sin(x)), 0.04, PRIORS)
    assert found.notes[0].startswith("flat: -2 Delta ln L varies by 0.16 over the whole range, less than 1")
    (piece,) = found.intervals[0].pieces
    assert piece.lower_open
    assert piece.upper_open


def test_bins_that_have_not_converged_are_counted_where_they_matter():
    notes = confidence(known(parabola, converged=False), 0.0, PRIORS).notes
    assert notes[0].endswith("bins within 95.4 % have not converged")
    assert confidence(known(parabola, converged=False, refined=False), 0.0, PRIORS).notes == ()


def test_an_interval_may_end_where_nothing_is_known():
    notes = confidence(known(lambda x: np.where(x > 0.5, np.nan, parabola(x))), 0.0, PRIORS).notes
    assert notes[0] == "68.3 %: ends at bins where no likelihood was found"


def test_an_interval_within_one_bin_asks_for_a_finer_grid():
    profile = known(lambda x: -0.5 * ((x - 0.08) / 0.02) ** 2)
    assert "68.3 %: not wider than a bin of x: take a finer grid" in confidence(profile, profile.top, PRIORS).notes
