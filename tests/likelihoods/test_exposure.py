"""How much data an entry stands on: which errors shrink with more, by which policy, and what is refused."""

import numpy as np
import pytest
from shipped_entries import all_shipped, shipped

from alpfit.errors import CatalogueError, ForecastError
from alpfit.likelihoods import FORMS, load
from alpfit.likelihoods.exposure import UNKNOWN, Exposure

BELLE2 = "belle2_bknunu_q2_2025"
LUMINOSITIES = (0.365, 1.0, 5.0, 50.0)


def exposure(*classes):
    errors = [{"kind": kind, "parameters": list(names), "why": "so"} for kind, *names in classes]
    return Exposure(luminosity=2.0, unit="1/ab", where="here", errors=errors)


@pytest.mark.parametrize(
    ("policy", "widths"),
    [
        ("statistical", {"a": 0.5, "b": 0.5, "c": 0.5, "d": 0.5}),
        ("scaled", {"a": 0.5, "b": 0.5, "c": 1.0, "d": 1.0}),
        ("frozen", {"a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0}),
    ],
)
def test_with_four_times_the_data_errors_are_half_by_policy_and_kind(policy, widths):
    found = exposure(("control sample", "a"), ("simulation", "b"), ("theory", "c"), ("efficiency", "d"))
    assert found.widths(4.0, policy, "abcd") == widths


@pytest.mark.parametrize(("policy", "width"), [("statistical", 0.5), ("scaled", 1.0), ("frozen", 1.0)])
def test_an_error_of_no_class_stays_unless_all_are_statistical(policy, width):
    assert UNKNOWN.widths(4.0, policy, ["background"]) == {"background": width}
    counted = shipped("belle_bknunu_2017")
    form = counted.scaled(4.0, policy).form
    assert (form.n_observed, form.background) == (4.0 * counted.form.n_observed, 4.0 * counted.form.background)
    assert form.background_error == pytest.approx(4.0 * width * counted.form.background_error)


@pytest.mark.parametrize(
    ("classes", "sentence"),
    [
        ([("theory", "a")], "errors: b stands in no class of errors: it must stand in one"),
        ([("theory", "a", "b"), ("prior", "b")], "errors: b stands in 2 classes of errors: it must stand in one"),
        ([("theory", "a", "b", "c")], "errors: c is no nuisance of this entry: a, b"),
    ],
)
def test_each_nuisance_stands_in_one_class(classes, sentence):
    with pytest.raises(ValueError, match=sentence):
        exposure(*classes).check(["a", "b"])


def test_each_class_of_a_shipped_entry_has_a_reason():
    known = [entry for entry in all_shipped() if entry.exposure is not None]
    assert BELLE2 in {entry.name for entry in known}
    for entry in known:
        entry.exposure.check(entry.form.nuisances)
        assert all(errors.why for errors in entry.exposure.errors)


@pytest.fixture(scope="module")
def at_the_best_fit():
    """Belle II's spectrum as it is expected with a line at 2.1 GeV, and what the line gains with more data."""
    signal = {"m_a": np.array([2.1]), "BR(B+->K+ a(inv))": np.array([8.7e-6])}
    nothing = {**signal, "BR(B+->K+ a(inv))": np.zeros(1)}
    expected = shipped(BELLE2).asimov(signal)

    def gain(luminosity, policy):
        data = expected.scaled(luminosity, policy)
        return 2.0 * float(data.loglike(signal)[0] - data.loglike(nothing)[0])

    return gain


def test_what_a_signal_gains_is_linear_in_the_luminosity_if_all_errors_are_statistical(at_the_best_fit):
    gains = np.array([at_the_best_fit(luminosity, "statistical") for luminosity in LUMINOSITIES])
    np.testing.assert_allclose(gains / gains[0], np.array(LUMINOSITIES) / 0.365, rtol=1e-6)


def test_it_gains_less_the_fewer_errors_shrink(at_the_best_fit):
    for luminosity in LUMINOSITIES[1:]:
        statistical, scaled, frozen = (at_the_best_fit(luminosity, p) for p in ("statistical", "scaled", "frozen"))
        assert statistical > scaled > frozen > at_the_best_fit(0.365, "frozen")


def test_without_more_data_nothing_changes(at_the_best_fit):
    points = {"m_a": np.array([1.0, 2.1, 3.3]), "BR(B+->K+ a(inv))": np.array([1e-6, 9e-6, 2e-6])}
    for policy in ("statistical", "scaled", "frozen"):
        np.testing.assert_array_equal(
            shipped(BELLE2).scaled(0.365, policy).loglike(points), shipped(BELLE2).loglike(points)
        )


def test_less_luminosity_than_there_is_is_refused():
    with pytest.raises(ForecastError, match=r"luminosity 0.3 is less than the 0.365 1/ab of belle2_bknunu_q2_2025"):
        shipped(BELLE2).scaled(0.3, "scaled")


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (
            "babar_bkgg_2021",
            "babar_bkgg_2021 cannot be scaled to other luminosities: the form limit-surface knows no events",
        ),
        (
            "planck_relic_2018",
            "planck_relic_2018 cannot be scaled to other luminosities: the form gaussian knows no events",
        ),
    ],
)
def test_what_knows_no_events_cannot_be_scaled(entry, sentence):
    with pytest.raises(ForecastError, match=sentence):
        shipped(entry).scaled(10.0, "scaled")


def test_channels_alone_have_the_classes_of_their_own_nuisances():
    tagged = load(BELLE2, {"channels": ["HTA"]})
    assert tagged.scaled(1.0, "scaled").form.spectrum.model.precision.max() > 2.0


def counting(**changes):
    data = {"observable": "rate", "n_observed": 9, "background": 7.0, "background_error": 2.0, "events_per_unit": 2.0}
    return FORMS["counting"].model_validate({**data, **changes})


def test_counts_scale_with_their_background_and_its_error():
    form = counting().scaled(4.0, {"background": 0.5})
    assert (form.n_observed, form.background, form.background_error, form.events_per_unit) == (36.0, 28.0, 4.0, 8.0)


def test_expected_counts_are_signal_and_the_background_that_fits_best():
    form = counting().asimov({"rate": np.array([0.5])})
    backgrounds = np.linspace(0.0, 20.0, 200_001)
    log_l = 9.0 * np.log(1.0 + backgrounds) - backgrounds - 0.5 * ((backgrounds - 7.0) / 2.0) ** 2
    assert form.background == pytest.approx(backgrounds[np.argmax(log_l)], abs=2e-4)
    assert form.n_observed == pytest.approx(form.background + 1.0, rel=1e-12)


def test_an_entry_with_a_nuisance_in_no_class_is_refused(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    source = 'arxiv = ""\ninspire = ""\n' + "".join(
        f'{key} = "x"\n' for key in ("where", "how", "confidence_level", "assumes", "recast")
    )
    (folder / "likelihood.toml").write_text(
        'title = "Counts"\nexperiment = "Nobody"\nform = "counting"\n'
        '[data]\nobservable = "rate"\nn_observed = 9\nbackground = 7.0\nbackground_error = 2.0\nevents_per_unit = 2.0\n'
        f'[source]\n{source}quality = "primary"\n'
        '[forecast]\nluminosity = 1.0\nunit = "1/fb"\nwhere = "here"\n'
        '[[references]]\nkey = "Nobody:1999abc"\nauthor = "N"\ntitle = "T"\nyear = 1999\n'
    )
    with pytest.raises(CatalogueError, match=r"\[forecast\] errors: background stands in no class of errors"):
        load(folder)
