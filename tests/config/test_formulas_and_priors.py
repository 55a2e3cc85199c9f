"""Parameters as the user thinks of them: formulas, derived quantities, shared priors and priors in files."""

import tomllib

import numpy as np
import pytest
from inputs import MINIMAL, changed, refusal

import alpfit
from alpfit.config import load_configuration, parse_configuration
from alpfit.errors import ConfigurationError

DELTA = {"prior": "log-uniform", "min": 1e-3, "max": 0.1, "label": r"\delta", "unit": "1"}
RATE = "belle2_bknunu_2023"


def parsed(folder=None, **changes):
    return parse_configuration(changed(**changes), folder=folder)


def test_a_parameter_can_follow_from_others():
    configuration = parsed(parameters__r="(1 - delta)/2", parameters__delta=DELTA, derived={"twice": "2*m_chi"})
    problem = configuration.problem
    assert problem.names == ("g_agg", "g_achi", "delta")
    assert problem.derived[:1] == ("r",)
    assert problem.derived[-1:] == ("twice",)
    theta = np.array([[1e-4, 3e-4, 0.02]])
    point = problem.evaluate(theta)
    assert point.parameters["r"][0] == 0.49
    assert point.column("twice")[0] == 2.0 * point.predictions["m_chi"][0] == 0.98
    same = parsed(parameters__r=0.49).problem.evaluate(theta[:, :2])
    assert point.log_l[0] == same.log_l[0]
    assert configuration.quantities["delta"].axis_label == r"$\delta$ [1]"
    assert configuration.is_logarithmic("delta")


def test_the_density_is_that_of_the_prior_that_was_asked_for():
    """Of r = (1 - delta)/2 with delta log-uniform it is 1/(delta ln(max/min)) |d delta/d r|."""
    problem = parsed(parameters__r="(1 - delta)/2", parameters__delta=DELTA).problem
    u = np.random.default_rng(0).random((4000, 3))
    r = problem.completed(dict(zip(problem.names, problem.prior_transform(u).T, strict=True)))["r"]
    share = np.mean(r > 0.5 * (1.0 - 1e-2))  # delta < 1e-2: half of its two decades
    assert share == pytest.approx(0.5, abs=0.03)


def test_the_completed_input_with_all_of_it_is_the_same_fit(tmp_path):
    joint = {"prior": "normal", "parameters": ["f0_scale", "vtb_vts_scale"], "mean": [1.0, 1.0], "sigma": [0.04, 0.02]}
    original = parsed(
        parameters__r={"expression": "(1 - delta)/2", "label": "r", "logarithmic": False},
        parameters__delta=DELTA,
        parameters__beta={"prior": "beta", "a": 2.0, "b": 3.0},
        derived={"x": "beta*'BR(a->inv)'", "y": {"expression": "x**2", "label": "y"}},
        joint={"factors": {**joint, "correlation": [[1.0, 0.5], [0.5, 1.0]]}},
    )
    (tmp_path / "completed.toml").write_text(original.to_toml())
    again = load_configuration(tmp_path / "completed.toml")
    assert again.to_toml() == original.to_toml()
    u = np.full((1, 6), 0.4)
    one, other = (c.problem.evaluate(c.problem.prior_transform(u)) for c in (original, again))
    assert one.log_l == other.log_l
    assert one.log_prior == other.log_prior
    assert original.problem.names == ("g_agg", "g_achi", "delta", "beta", "f0_scale", "vtb_vts_scale")


def test_a_measurement_can_read_what_is_derived():
    configuration = parsed(derived={"m_a_again": "m_a"})
    assert configuration.problem.evaluate(np.array([[0.47, 1e-4, 1e-3]])).column("m_a_again")[0] == 1.0


def test_where_a_formula_leads_out_of_the_model_the_point_has_no_likelihood():
    problem = parsed(parameters__r="sqrt(x)", parameters__x={"prior": "uniform", "min": -0.1, "max": 0.24}).problem
    point = problem.evaluate(np.array([[1e-4, 3e-4, -0.05], [1e-4, 3e-4, 0.2]]))
    assert point.failures[0].startswith("r = nan must be between ")
    assert point.failures[1] == ""


def test_where_a_derived_quantity_is_no_number_the_point_says_so():
    point = parsed(derived={"x": "log(r - 0.47)"}).problem.evaluate(np.array([[0.46, 1e-4, 3e-4], [0.48, 1e-4, 3e-4]]))
    assert point.failures == ("x = log(r - 0.47) is not a number", "")
    assert point.log_l[0] == -np.inf


def test_a_point_is_evaluated_at_what_formulas_read():
    fit = alpfit.Fit.from_dict(changed(parameters__r="(1 - delta)/2", parameters__delta=DELTA))
    at = {"g_agg": 1e-4, "g_achi": 3e-4}
    assert fit.evaluate({**at, "delta": 0.02}).parameters["r"][0] == 0.49
    with pytest.raises(ConfigurationError, match=r"at\['r'\]: it follows from delta: give that|give those"):
        fit.evaluate({**at, "r": 0.49})


REFUSED = {
    "a circle": (
        {"parameters__r": "delta/2", "parameters__delta": "1 - 2*r"},
        "[parameters] r = 'delta/2' reads itself: r -> delta -> r; give one of them a number",
    ),
    "unknown": (
        {"parameters__r": "(1 - delt)/2", "parameters__delta": DELTA},
        "[parameters] r = '(1 - delt)/2' reads delt, which has no value: did you mean 'delta'?",
    ),
    "no formula": ({"parameters__r": "(1 - "}, "[parameters] r = '(1 - ' is no formula"),
    "no number": ({"parameters__r": "log(-1)"}, "[parameters] r = 'log(-1)' is not a number anywhere"),
    "out of range": (
        {"parameters__r": "2*delta + 90", "parameters__delta": DELTA},
        "[parameters] r from 90.002 to 90.2 has no prediction: it must be between ",
    ),
    "not read": ({"parameters__delta": DELTA}, "[parameters] delta is not a parameter of this scenario"),
    "predicted": (
        {"parameters__m_chi": 0.5, "parameters__r": "m_chi/2"},
        "[parameters] m_chi is predicted by this scenario: give it another name",
    ),
    "derived twice": ({"derived": {"m_chi": "r"}}, "[derived] m_chi is there without it: give it another name"),
    "derived of nothing": (
        {"derived": {"x": "m_ch*2"}},
        "[derived] x = 'm_ch*2' reads m_ch, which is not known: did you",
    ),
    "derived of itself": ({"derived": {"x": "y", "y": "x"}}, "[derived] x = 'y' reads itself: x -> y -> x"),
    "a number": ({"derived": {"x": 1.0}}, "[derived] x = 1.0 must be a formula in quotes"),
    "a key": (
        {"derived": {"x": {"expression": "r", "lable": "x"}}},
        "[derived.x] lable is not known: did you mean 'label'",
    ),
    "a slash": ({"derived": {"a/b": "r"}}, "a/b has a slash, which a name cannot have"),
    "joint twice": (
        {
            "joint": {
                "one": {"prior": "normal", "parameters": ["r", "x"], "mean": [0, 0], "covariance": [[1, 0], [0, 1]]}
            }
        },
        "[joint.one] r has a value or a prior in [parameters], too: leave one of them out",
    ),
    "joint kind": (
        {"joint": {"one": {"prior": "nrmal"}}},
        "[joint.one] prior = 'nrmal' is not known: did you mean 'normal'",
    ),
    "regime": (
        {"parameters__r": "(1 + delta)/2", "parameters__delta": DELTA, "likelihoods": ["belle2_3gamma_2020"]},
        None,
    ),
}


@pytest.mark.parametrize("name", [name for name, (_, text) in REFUSED.items() if text])
def test_what_cannot_be_is_refused(name):
    changes, expected = REFUSED[name]
    assert refusal(**changes).startswith(expected)


def test_the_range_of_a_formula_decides_which_measurements_hold():
    """An entry that is made for r < 1/2 is refused where a formula leads above."""
    document = tomllib.loads(MINIMAL)
    document["parameters"] |= {"r": "(1 + delta)/2", "delta": DELTA}
    entries = [
        name for name in alpfit.likelihoods.names() if "displaced" not in alpfit.likelihoods.load(name).scenarios
    ]
    with pytest.raises(ConfigurationError, match=r"does not hold for r > 1/2.*, but r is from 0.5005 to 0.55"):
        parse_configuration({**document, "likelihoods": entries[:1]})


def test_a_density_in_a_file_is_taken_into_the_input(tmp_path):
    (tmp_path / "density.csv").write_text("r,density\n0.45, 0.0\n0.47, 2.0  # the top\n0.49, 0.0\n")
    configuration = parsed(tmp_path, parameters__r={"prior": "tabulated", "file": "density.csv"})
    (tmp_path / "density.csv").unlink()
    assert configuration.priors["r"].bounds == (0.45, 0.49)
    assert float(configuration.priors["r"].transform(0.5)) == pytest.approx(0.47)
    assert tomllib.loads(configuration.to_toml())["parameters"]["r"]["density"] == [0.0, 2.0, 0.0]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "cannot be read: No such file or directory"),
        ("0.45,1\n0.46;2\n", "line 2: '0.46;2' must be two numbers, x and the density there"),
        ("0.46,1\n0.45,2\n", "x = 0.45 must be above the one before"),
        ("0.45,0\n0.46,0\n", "density is zero everywhere"),
        ("0.45,-1\n0.46,0\n", "greater than or equal to 0"),
    ],
)
def test_a_file_that_is_no_density_is_refused(tmp_path, content, expected):
    if content is not None:
        (tmp_path / "density.csv").write_text(content)
    with pytest.raises(ConfigurationError) as caught:
        parsed(tmp_path, parameters__r={"prior": "tabulated", "file": "density.csv"})
    assert expected in str(caught.value)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory):
    """A run of two couplings with the rate of Belle II."""
    document = tomllib.loads(MINIMAL)
    document["parameters"]["r"] = 0.47
    document |= {"likelihoods": [RATE], "relic": {"engine": "nbe"}}
    document["sampler"] = {"name": "dynesty", "n_live": 60, "dlogz": 1.0}
    return alpfit.run(document, output=tmp_path_factory.mktemp("earlier") / "run")


def test_the_posterior_of_a_run_is_a_prior(earlier, tmp_path):
    path = earlier.folder.path
    joint = {"earlier": {"prior": "run", "run": str(path), "parameters": ["g_agg", "g_achi"]}}
    document = changed(joint=joint, likelihoods=["planck_relic_2018"], parameters__r=0.47)
    del document["parameters"]["g_agg"], document["parameters"]["g_achi"]
    configuration = parse_configuration(document)
    kernels = configuration.joint["earlier"]
    assert kernels.likelihoods == [RATE]
    assert kernels.logarithmic == [True, True]
    theta = configuration.problem.prior_transform(np.random.default_rng(0).random((400, 2)))
    weights = earlier.samples.weights
    logs = np.log(earlier.samples.parameters["g_agg"])
    mean = np.sum(weights * logs)
    spread = np.sqrt(np.sum(weights * (logs - mean) ** 2))
    assert np.log(theta[:, 0]).mean() == pytest.approx(mean, abs=0.3 * spread)
    assert np.log(theta[:, 0]).std() == pytest.approx(spread, rel=0.25)
    (tmp_path / "completed.toml").write_text(configuration.to_toml())
    assert load_configuration(tmp_path / "completed.toml").joint == configuration.joint
    for likelihoods, expected in (
        ([RATE], f"'{RATE}' is in the posterior that is \\[joint.earlier\\]"),
        (["belle2_bknunu_q2_2025"], f"of the same data as '{RATE}' is in the posterior"),
    ):
        with pytest.raises(ConfigurationError, match=expected):
            parse_configuration({**document, "likelihoods": likelihoods})
    for table, expected in (
        ({"run": "nowhere"}, "nowhere is not a run folder"),
        ({"parameters": ["g_agg", "x"]}, "x is not in "),
        ({"run": 1}, "must be the path of a run folder"),
        ({"weight": 1}, "weight is not known"),
    ):
        with pytest.raises(ConfigurationError, match=expected):
            parse_configuration({**document, "joint": {"earlier": {**joint["earlier"], **table}}})
