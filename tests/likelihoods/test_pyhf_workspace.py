"""The form that lets pyhf do the fit, against the binned form on the same small measurement."""

import json
import sys

import numpy as np
import pytest
from pydantic import ValidationError
from pyhf_from_tables import workspace

from alpfit.errors import CatalogueError, ConfigurationError
from alpfit.likelihoods.forms.pyhf_workspace import PyhfWorkspace


@pytest.fixture
def published(binned_folder, binned_data):
    """Writes the small measurement as a workspace: its folder and the form's ``[data]``."""
    folder = binned_folder()
    (folder / "workspace.json").write_text(json.dumps(workspace(folder, binned_data["signal"])))
    data = {**binned_data, "workspace": "workspace.json", "signal_sample": binned_data["signal"]}
    del data["signal"]
    return folder, data


@pytest.fixture
def fitted(published):
    folder, data = published
    return PyhfWorkspace.read(data, folder)


def points(*pairs):
    rates, masses = np.array(pairs).T
    return {"rate": rates, "mass": masses}


def test_it_agrees_with_the_binned_form(fitted, binned):
    predictions = points((0.0, 1.0), (3e-6, 0.5), (5e-6, 1.4), (2e-5, 1.7), (1e-5, 2.1))
    np.testing.assert_allclose(fitted.loglike(predictions), binned().loglike(predictions), atol=2e-5)


def test_the_strength_of_the_standard_model_is_fixed(published, binned):
    folder, data = published
    predictions = points((0.0, 1.0), (5e-6, 1.4))
    other = PyhfWorkspace.read({**data, "standard_model": 2.5}, folder).loglike(predictions)
    np.testing.assert_allclose(other, binned({"standard_model": 2.5}).loglike(predictions), atol=2e-5)


def test_it_is_finite_and_continuous(fitted):
    values = fitted.loglike({"rate": np.geomspace(1e-6, 3e-5, 12), "mass": np.full(12, 1.4)})
    assert np.abs(np.diff(values, 2)).max() < 1.5
    assert np.isfinite(fitted.loglike(points((1.0, 0.0), (1.0, 1.5), (1e3, 9.0)))).all()
    assert np.ptp(fitted.loglike(points((0.0, 1.0), (1.0, 9.0)))) < 1e-6


def test_new_physics_has_the_relative_errors_of_the_signal(fitted):
    specification = fitted.with_signal(np.array([2.0, 12.0]))
    (new,) = [s for c in specification["channels"] for s in c["samples"] if s["name"] == "new_physics"]
    by_name = {modifier["name"]: modifier["data"] for modifier in new["modifiers"]}
    assert set(by_name) == {"efficiency", "stat_S_signal"}
    np.testing.assert_allclose(by_name["efficiency"]["hi_data"], [2.2, 13.8])
    together = np.hypot([0.5, 0.6], by_name["stat_S_signal"]) / np.array([6.0, 18.0])
    np.testing.assert_allclose(together, [0.125, 0.1])  # relative, as for the signal alone
    assert [s["name"] for c in fitted.specification["channels"] for s in c["samples"]].count("new_physics") == 0


def test_the_comparison_and_the_description(fitted, binned):
    predictions = points((2e-5, 1.4))
    pull, expected = fitted.compare(predictions).pull, binned().compare(predictions).pull
    np.testing.assert_allclose(pull, expected, atol=2e-3)
    for part in ("workspace.json", "channels S, K", "rate", "q2 = mass^2"):
        assert part in fitted.describe()
    assert fitted.observables == ("rate", "mass")


def test_a_workspace_elsewhere_is_refused(published, tmp_path_factory):
    folder, data = published
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "w.json"
    (folder / "workspace.json").rename(elsewhere)
    with pytest.raises(CatalogueError, match=r"it must be the name of a file in the entry's own folder"):
        PyhfWorkspace.read({**data, "workspace": str(elsewhere)}, folder)


def test_without_pyhf_it_says_what_to_install(published, monkeypatch):
    folder, data = published
    monkeypatch.setitem(sys.modules, "pyhf", None)
    with pytest.raises(ConfigurationError, match=r"needs pyhf: pip install alpfit\[pyhf\]$"):
        PyhfWorkspace.read(data, folder)


# A change of [data] or of the workspace's text, and what the message says.
BROKEN = {
    "missing": ({"workspace": "w.json"}, None, "w.json is missing, but the entry's [data] names it"),
    "not JSON": ({}, "{", "workspace.json cannot be read as JSON: "),
    "not a workspace": ({}, "{}", "workspace.json is not a pyhf workspace: "),
    "sample": (
        {"signal_sample": {"S": "signl"}},
        None,
        "channel S: there is no sample 'signl': did you mean 'signal'?",
    ),
    "channel": ({"signal_sample": {"K": "background"}}, None, "there is no channel in signal_sample 'S': allowed: K"),
}


@pytest.mark.parametrize(("change", "text", "expected"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_is_said_in_a_sentence(published, change, text, expected):
    folder, data = published
    if text:
        (folder / "workspace.json").write_text(text)
    with pytest.raises(CatalogueError) as caught:
        PyhfWorkspace.read({**data, **change}, folder)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", ["workspace", "signal_sample", "line_width"])
def test_what_is_missing_is_named(published, key):
    folder, data = published
    del data[key]
    with pytest.raises(ValidationError, match=key):
        PyhfWorkspace.read(data, folder)


def test_a_response_to_a_bin_that_is_not_there_is_refused(published):
    folder, data = published
    (folder / "response.csv").write_text("q2_low [GeV^2],q2_high [GeV^2],S:2\n0,4,1e6\n")
    with pytest.raises(CatalogueError, match=r"response.csv: there is no bin of S '2': allowed: 0, 1"):
        PyhfWorkspace.read(data, folder)


def lacks_observations(content):
    content["observations"] = content["observations"][:1]


def has_too_many_counts(content):
    content["observations"][0]["data"].append(3.0)


def names_no_parameter_of_interest(content):
    content["measurements"][0]["config"]["poi"] = "mu_of_nobody"


def has_rows_of_different_length(content):
    content["channels"][0]["samples"][0]["modifiers"][0]["data"] = {"hi_data": [1.0], "lo_data": [1.0]}


SPOILT = [lacks_observations, has_too_many_counts, names_no_parameter_of_interest, has_rows_of_different_length]


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__)
def test_a_workspace_that_pyhf_cannot_use_is_refused_when_it_is_read(published, spoil):
    folder, data = published
    content = json.loads((folder / "workspace.json").read_text())
    spoil(content)
    (folder / "workspace.json").write_text(json.dumps(content))
    with pytest.raises(CatalogueError) as caught:
        PyhfWorkspace.read(data, folder)
    assert str(caught.value).startswith(str(folder / "workspace.json"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ['{"a": NaN}', '{"a": -Infinity}', '{"a": 1e999}', "[" * 100000])
def test_json_holds_finite_numbers_and_ends(published, text):
    folder, data = published
    (folder / "workspace.json").write_text(text)
    with pytest.raises(CatalogueError, match=r"workspace.json cannot be read as JSON: "):
        PyhfWorkspace.read(data, folder)


def test_a_byte_order_mark_does_no_harm(published, fitted):
    folder, data = published
    text = (folder / "workspace.json").read_text()
    (folder / "workspace.json").write_text("\ufeff" + text, encoding="utf-8")
    assert PyhfWorkspace.read(data, folder).specification == fitted.specification
