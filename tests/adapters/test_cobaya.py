"""Scenarios and entries in cobaya: its model gives our ln L, and what cannot be used ends it with a sentence."""

import copy
from pathlib import Path

import cobaya.mpi
import numpy as np
import pytest
import yaml
from cobaya.log import LoggedError
from cobaya.model import get_model

from alpfit import Fit

EXAMPLES = Path(__file__).parents[2] / "examples"
MODEL, MEASUREMENTS = "alpfit.adapters.cobaya.Model", "alpfit.adapters.cobaya.Measurements"
RATE = "BR(B+->K+ a(inv))"

pytestmark = pytest.mark.filterwarnings("ignore")  # cobaya's own


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """cobaya asks mpi4py for MPI, which need not be there."""
    monkeypatch.setattr(cobaya.mpi, "_mpi", None)


@pytest.fixture
def two_body():
    info = yaml.safe_load((EXAMPLES / "elsewhere" / "two_body.yaml").read_text())
    info["theory"][MODEL]["scenario"] = str(EXAMPLES / "two_body" / "two_body.py")
    return info


def changed(info, component, **options):
    """``info`` with other options of one of the two components."""
    new = copy.deepcopy(info)
    new["theory" if component == MODEL else "likelihood"][component].update(options)
    return new


def test_ln_l_is_that_of_the_fit(two_body):
    model, fit = get_model(two_body), Fit.from_file(EXAMPLES / "two_body" / "two_body.toml")
    for point in ({"m_X": 2.1, "BR": 8e-6}, {"m_X": 3.0, "BR": 0.0}):
        assert model.loglike(point)[0] == pytest.approx(fit.evaluate(point).log_l, rel=1e-12)
        assert model.logpost(point) == pytest.approx(
            float(fit.log_posterior(np.array([point["m_X"], point["BR"]]))), rel=1e-9
        )


def test_the_alp_with_its_tables_and_a_relic_density(tmp_path):
    info = {
        "theory": {MODEL: {"scenario": "invisible", "relic": {"engine": "nbe"}, "derived": {"rate": RATE}}},
        "likelihood": {MEASUREMENTS: {"entries": ["belle2_bknunu_q2_2025", "planck_relic_2018"]}},
        "params": {
            "m_a": {"prior": {"min": 0.6, "max": 4.7}},
            "r": {"prior": {"min": 0.3, "max": 0.5}},
            "g_agg": 1e-4,
            "g_achi": {"prior": {"min": 1e-6, "max": 1e-3}},
            "Omega_h2": None,
            "rate": None,
        },
    }
    fit = Fit.from_dict(
        {
            "scenario": "invisible",
            "likelihoods": ["belle2_bknunu_q2_2025", "planck_relic_2018"],
            "relic": {"engine": "nbe"},
            "parameters": {
                "m_a": {"prior": "uniform", "min": 0.6, "max": 4.7},
                "r": {"prior": "uniform", "min": 0.3, "max": 0.5},
                "g_agg": 1e-4,
                "g_achi": {"prior": "uniform", "min": 1e-6, "max": 1e-3},
            },
        }
    )
    point = {"m_a": 0.75, "r": 0.477, "g_achi": 6.9e-5}
    log_l, derived = get_model(info).loglike(point)
    expected = fit.evaluate(point)
    assert log_l == pytest.approx(expected.log_l, rel=1e-10)
    wanted = [expected.predictions[name].item() for name in ("Omega_h2", RATE)]
    assert derived == pytest.approx(wanted, rel=1e-10)


def test_a_likelihood_takes_predictions_from_any_theory(two_body):
    """From a theory of cobaya that knows nothing of the package, and from a parameter."""
    from cobaya.theory import Theory

    class Rate(Theory):
        def get_requirements(self):
            return ["rate"]

        def get_can_provide(self):
            return ["BR(B+->K+ a(inv))"]

        def calculate(self, state, want_derived=True, **parameters):
            state["BR(B+->K+ a(inv))"] = parameters["rate"]

    info = {
        "theory": {"rate": Rate},
        "likelihood": two_body["likelihood"],
        "params": {"m_a": {"prior": {"min": 0.1, "max": 4.0}}, "rate": {"prior": {"min": 0.0, "max": 1e-5}}},
    }
    ours = get_model(two_body).loglike({"m_X": 2.1, "BR": 8e-6})[0]
    assert get_model(info).loglike({"m_a": 2.1, "rate": 8e-6})[0] == pytest.approx(ours, rel=1e-12)


def test_a_point_out_of_range_has_no_likelihood(two_body):
    two_body["params"]["m_X"]["prior"]["max"] = 9.0
    model = get_model(two_body)
    assert model.loglike({"m_X": 8.0, "BR": 1e-6})[0] == -np.inf
    assert np.isfinite(model.loglike({"m_X": 2.0, "BR": 1e-6})[0])


@pytest.mark.parametrize(
    ("component", "options", "sentence"),
    [
        (MODEL, {"scenario": "invisble"}, "invisble"),
        (MODEL, {"scenario": ""}, "scenario"),
        (MODEL, {"scenario": 3}, "scenario = 3 must be the name of a scenario"),
        (MODEL, {"model": [1]}, "model = [1] must be a table: key to value"),
        (MODEL, {"model": {"wdth": 1.0}}, "[model] wdth is not known: did you mean 'width'?"),
        (MODEL, {"derived": ["m_a"]}, "derived = ['m_a'] must be a table"),
        (MODEL, {"scenario": "invisible", "relic": {"engine": "nope"}}, "[relic] engine = 'nope' is not known"),
        (MODEL, {"scenario": "invisible", "physics": {"form_factor": "x"}}, "[physics] form_factor = 'x' is not known"),
        (MEASUREMENTS, {"entries": "belle2_bknunu_q2_2025"}, "must be a list of entries"),
        (MEASUREMENTS, {"entries": ["belle2_bknunu_q2_2025"] * 2}, "'belle2_bknunu_q2_2025' is named twice"),
        (MEASUREMENTS, {"entries": ["belle2_gamma_inv_20fb_2017"], "options": {}}, "is a projection, not data"),
        (MODEL, {"scenario": "./nowhere.py"}, "nowhere.py does not exist"),
        (MODEL, {"relic": {"engine": "cbe"}}, "[relic] is the ALP portal's, and the scenario 'two_body' has no such"),
        (MODEL, {"derived": {"rate": "BR(B+->K+ a)"}}, "derived: rate = 'BR(B+->K+ a)' is not predicted"),
        (MEASUREMENTS, {"entries": []}, "entries = [] must be a list of entries"),
        (MEASUREMENTS, {"entries": ["belle2_bknunu_q2_2024"], "options": {}}, "did you mean 'belle2_bknunu_q2_2025'?"),
        (MEASUREMENTS, {"entries": ["belle2_bknunu_q2_2025", "belle2_bknunu_2023"]}, "use the same data"),
        (MEASUREMENTS, {"options": {"planck": {}}}, "options: 'planck' is not among the entries"),
        (MEASUREMENTS, {"options": {"belle2_bknunu_q2_2025": {"colour": 1}}}, "colour is not an option of this entry"),
    ],
)
def test_what_cannot_be_used_ends_cobaya_with_a_sentence(two_body, component, options, sentence):
    with pytest.raises(LoggedError) as caught:
        get_model(changed(two_body, component, **options))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_parameters_that_say_the_same_are_refused():
    info = {
        "theory": {MODEL: {"scenario": "displaced"}},
        "likelihood": {MEASUREMENTS: {"entries": ["na62_kpigg_2023"]}},
        "params": {"m_a": 0.2, "g_agg": {"prior": {"min": 1e-6, "max": 1e-3}}, "g_aww": 1e-4, "cB_over_cW": 2.0},
    }
    with pytest.raises(LoggedError, match="params: g_aww and cB_over_cW say the same twice"):
        get_model(info)


def test_a_scenario_without_a_prediction_in_the_middle_of_its_ranges_is_good(two_body, tmp_path):
    text = (EXAMPLES / "two_body" / "two_body.py").read_text()
    light = text.replace('points["BR"]}', 'np.where(points["m_X"] > 2.0, np.nan, points["BR"])}', 1)
    (tmp_path / "light.py").write_text(light)
    model = get_model(changed(two_body, MODEL, scenario=str(tmp_path / "light.py")))
    assert np.isfinite(model.loglike({"m_X": 1.5, "BR": 1e-6})[0])
    assert model.loglike({"m_X": 2.5, "BR": 1e-6})[0] == -np.inf


@pytest.mark.parametrize("package", ["cobaya", "bilby"])
def test_without_the_other_program_it_says_what_to_install(package, monkeypatch):
    import importlib
    import sys

    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, f"alpfit.adapters.{package}", raising=False)
    with pytest.raises(
        ImportError, match=rf"alpfit\.adapters\.{package} needs {package}: pip install alpfit\[{package}\]"
    ):
        importlib.import_module(f"alpfit.adapters.{package}")
