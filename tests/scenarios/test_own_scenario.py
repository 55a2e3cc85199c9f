"""A scenario from a file: what it has, what can be wrong with it, and what becomes of it in the middle of a run."""

import pickle

import cloudpickle
import numpy as np
import pytest
from own_scenarios import BAD, GOOD, TOML, predict

import alpfit
from alpfit import Fit
from alpfit.errors import ConfigurationError
from alpfit.inference.batches import evaluate_batch
from alpfit.scenarios import Parameter, Scenario, scenario_for
from alpfit.scenarios.registry import kind_of


@pytest.fixture
def write(tmp_path):
    """Writes the file, and the run's input beside it."""

    def written(text=GOOD, toml=TOML):
        (tmp_path / "line.py").write_text(text)
        (tmp_path / "fit.toml").write_text(toml)
        return tmp_path / "fit.toml"

    return written


def test_ten_lines_are_a_scenario(tmp_path):
    path = tmp_path / "least.py"
    path.write_text(
        "from alpfit.scenarios import Parameter, Scenario\n\n\n"
        "class Least(Scenario):\n"
        '    parameters = {"x": Parameter("x", "GeV", range=(1.0, 2.0))}\n\n'
        "    def predict(self, points):\n"
        '        return {"y": 2.0 * points["x"]}\n'
    )
    scenario = kind_of(str(path)).scenario_for(["x"], {})
    assert list(scenario.observables) == list(scenario.headline) == ["y"]
    assert scenario.name == "least"
    np.testing.assert_array_equal(scenario.predict({"x": np.array([1.5])}).values["y"], 3.0)
    assert scenario.predict({"x": np.array([1.5, 3.0])}).failures == ("", "x = 3 must be between 1 and 2")


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_with_a_file_is_said_before_the_run(write, name):
    text, expected = BAD[name]
    file = write(text)
    with pytest.raises(ConfigurationError) as caught:
        Fit.from_file(file)
    message = str(caught.value)
    assert expected in message
    assert "line.py" in message or name == "missing"
    assert message.startswith(f"{file}: ")


SILENT = '        return {**points, "m_a": points["m_X"], "BR(B+->K+ a(inv))": np.zeros_like(points["m_X"])}'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("        return None", "line.py: without_signal returns None: it must return the parameters and predictions"),
        (
            '        return {"m_a": "heavy"}',
            "line.py: without_signal returns 'heavy' for 'm_a': it must return real numbers",
        ),
        ('        return {"m_a": np.ones(7)}', r"line.py: without_signal returns an array of shape \(7,\) for 'm_a'"),
        (
            '        return {"m_a": points["m_X"]}',
            r"line.py: without_signal returns no 'BR\(B\+->K\+ a\(inv\)\)', which belle2_bkx_recast_2025 reads",
        ),
    ],
)
def test_what_is_wrong_without_a_signal_is_said(write, body, expected):
    assert SILENT in GOOD
    with pytest.raises(ConfigurationError, match=expected):
        alpfit.explain(write(GOOD.replace(SILENT, body)))


@pytest.mark.parametrize(
    "body",
    [
        '        return {"m_a": 1.0, "BR(B+->K+ a(inv))": 0.0}',
        '        nothing = {**points, "BR": 0.0 * points["BR"]}\n'
        '        return Predictions(self.predict(nothing), ("",))',
    ],
    ids=["numbers", "Predictions"],
)
def test_without_a_signal_numbers_and_predictions_are_as_good_as_arrays(write, body):
    text = GOOD.replace(SILENT, body).replace("import Parameter, Scenario", "import Parameter, Predictions, Scenario")
    assert alpfit.explain(write(text)).without_signal == alpfit.explain(write()).without_signal


def test_what_is_said_beside_predictions_has_to_be_of_its_kind(write):
    for method, expected in (("diagnose", "a dictionary of names to arrays"), ("remarks", "a sentence for each point")):
        text = GOOD + f"\n    def {method}(self, points):\n        return 3\n"
        with pytest.raises(ConfigurationError, match=rf"line\.py: {method} returns 3: it must return {expected}"):
            Fit.from_file(write(text)).evaluate({"m_X": 2.0, "BR": 1e-5}).as_text()


def test_a_scenario_need_not_call_the_constructor_of_its_base(write):
    text = GOOD + "\n    def __init__(self):\n        self.n = 1\n"
    assert Fit.from_file(write(text)).problem.scenario.options is None


def test_what_holds_for_the_alp_alone_is_not_for_a_model_of_ones_own(write):
    toml = TOML.replace('["belle2_bkx_recast_2025"]', '["belle2_bkx_recast_2025", "sn1987a_invisible_2017"]')
    with pytest.raises(
        ConfigurationError, match="'sn1987a_invisible_2017' holds for the package's own scenarios alone"
    ):
        Fit.from_file(write(toml=toml))
    write()
    assert "sn1987a_invisible_2017" not in alpfit.check_scenario(write().with_name("line.py")).measurements


def test_an_option_that_would_do_without_a_prediction_is_named(write):
    text = predict('        return {"m_a": points["m_X"], "BR(B+->K+ a(inv))": points["BR"], "Omega_h2": 0.1}')
    toml = TOML.replace('["belle2_bkx_recast_2025"]', '["belle2_bkx_recast_2025", "planck_relic_2018"]')
    advice = r"give relative_theory_error in \[options.planck_relic_2018\] a number"
    with pytest.raises(ConfigurationError, match=advice):
        Fit.from_file(write(text, toml))
    assert Fit.from_file(write(text, toml), ["options.planck_relic_2018.relative_theory_error=0.1"]).problem.entries
    assert "planck_relic_2018" in alpfit.check_scenario(write(text).with_name("line.py")).measurements


def test_a_file_that_is_not_there_or_not_python(write, tmp_path):
    file = write(toml=TOML.replace("./line.py", "./nowhere.py"))
    with pytest.raises(ConfigurationError, match=r"nowhere.py does not exist"):
        Fit.from_file(file)
    for name, expected in (
        ("line.py", "line.py is not known|scenario"),
        ("./fit.toml", "must be a file of Python"),
        ("os.path:join", "there is no Scenario 'join'"),
        ("nowhere.at.all:Name", "there is no module 'nowhere'"),
        ("invisble", "did you mean 'invisible'"),
        ("./line.py:Curve", "there is no Scenario 'Curve': .*Line"),
    ):
        with pytest.raises(ConfigurationError, match=expected):
            Fit.from_file(write(toml=TOML.replace("./line.py", name)), ["parameters.z=1.0"])


def test_in_the_middle_of_a_run_a_point_that_fails_is_counted_and_others_are_kept(write):
    sometimes = predict(
        '        if (points["m_X"] > 2.0).any():\n'
        "            raise ArithmeticError(f\"m_X = {points['m_X'].max()} is too heavy\")\n"
        '        rate = np.where(points["m_X"] < 1.0, np.nan, points["BR"])\n'
        '        return {"m_a": points["m_X"], "BR(B+->K+ a(inv))": rate}'
    )
    problem = Fit.from_file(write(sometimes)).problem
    theta = np.array([[0.7, 1e-6], [1.5, 1e-6], [2.5, 1e-6], [3.5, 1e-6]])
    batch = evaluate_batch(problem, theta)
    np.testing.assert_array_equal(np.isfinite(batch.log_l), [False, True, False, False])
    assert batch.failures == {
        "BR(B+->K+ a(inv)) is not a number": 1,
        "predict raises ArithmeticError in line 18: m_X = ... is too heavy": 2,
    }
    alone = evaluate_batch(problem, theta[1:2])
    np.testing.assert_array_equal(batch.log_l[1], alone.log_l[0])


def test_it_goes_to_other_processes_as_its_text(write):
    fit = Fit.from_file(write())
    shipped = cloudpickle.dumps(fit.problem)
    (fit.file.parent / "line.py").unlink()
    again = pickle.loads(shipped)
    theta = np.array([[2.1, 1e-5], [3.0, 1e-6]])
    np.testing.assert_array_equal(again.evaluate(theta).log_l, fit.problem.evaluate(theta).log_l)


def test_its_options_are_a_table_of_the_run(write):
    options = "@dataclass(frozen=True)\nclass Choices:\n    factor: float = 1.0\n    kind: str = 'plain'\n\n\n"
    with_options = (
        GOOD.replace("import numpy as np\n", "from dataclasses import dataclass\n\nimport numpy as np\n")
        .replace("class Line(Scenario):", f"{options}class Line(Scenario):\n    Options = Choices")
        .replace('": points["BR"]}', '": self.options.factor * points["BR"]}')
    )
    at = {"m_X": 2.0, "BR": 1e-6}
    one = Fit.from_file(write(with_options)).evaluate(at)
    two = Fit.from_file(write(with_options, TOML + "\n[model]\nfactor = 2.0\n"))
    assert two.evaluate(at).predictions["BR(B+->K+ a(inv))"] == 2.0 * one.predictions["BR(B+->K+ a(inv))"]
    assert two.configuration.completed()["model"] == {"factor": 2.0, "kind": "plain"}
    for table, expected in (
        ("[model]\nfactr = 2.0\n", r"\[model\] factr is not known: did you mean 'factor'"),
        ("[model]\nfactor = 'two'\n", r"model.factor = 'two': must be a valid number"),
        ("[relic]\nengine = 'nbe'\n", r"\[relic\] is the ALP portal's, .*; its own: \[model\]"),
    ):
        with pytest.raises(ConfigurationError, match=expected):
            Fit.from_file(write(with_options, f"{TOML}\n{table}"))


def test_a_method_that_a_verb_lacks_is_named(write):
    text = GOOD[: GOOD.index("    def without_signal")]
    with pytest.raises(ConfigurationError, match=r"line.py: Line has no method without_signal: add it, which returns"):
        Fit.from_file(write(text)).explain()


def test_a_scenario_that_is_added_in_python_is_looked_at_as_closely():
    class Odd(Scenario):
        parameters = {"x": Parameter("x", range=(0.0, 1.0))}  # noqa: RUF012 - as a user writes it

        def predict(self, points):
            return {"y": points["x"][None]}

    alpfit.scenarios.SCENARIOS.add("odd", Odd)
    try:
        with pytest.raises(ConfigurationError, match=r"the scenario 'odd': predict returns an array of shape \(1, "):
            _ = scenario_for("odd").observables
    finally:
        alpfit.scenarios.SCENARIOS.remove("odd")


def test_an_installed_package_brings_a_scenario_along(tmp_path, monkeypatch):
    from alpfit.numerics import registry

    (tmp_path / "own_package.py").write_text(GOOD)
    info = tmp_path / "own_package-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: own-package\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[alpfit.scenarios]\nline = own_package:Line\nlost = own_package:Lost\n")
    monkeypatch.syspath_prepend(tmp_path)
    registry._installed.cache_clear()
    try:
        assert "line" in alpfit.scenarios.SCENARIOS
        assert list(alpfit.scenarios.SCENARIOS)[:2] == ["invisible", "displaced"]
        checked = alpfit.check_scenario("line")
        assert checked.place == "the scenario 'line' of own-package, own_package:Line"
        assert "belle2_bkx_recast_2025" in checked.measurements
        with pytest.raises(ConfigurationError, match=r"the scenario 'lost' of own-package.* cannot be loaded"):
            scenario_for("lost")
        assert kind_of("own_package:Line").scenario_for((), {}).name == "Line"
    finally:
        registry._installed.cache_clear()
        alpfit.scenarios.SCENARIOS._members.pop("line", None)


def test_the_check_of_a_scenario_says_what_it_has(write):
    checked = alpfit.check_scenario(write().with_name("line.py"))
    assert list(checked.parameters) == ["m_X", "BR"]
    assert checked.unread == ()
    assert checked.lacking == ("predict_rates", "relic_density", "evolve")
    assert "belle2_bknunu_q2_2025" in checked.measurements
    assert all(seconds > 0.0 for seconds in checked.seconds)
    assert "m_X                           GeV, from 0.01 to 4.7" in checked.as_text()
