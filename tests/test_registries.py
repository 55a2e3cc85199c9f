"""A sampler, a prior, an executor and a form of likelihood of one's own are a file and a line each."""

import importlib.util
from functools import partial

import numpy as np
import pytest

from alpfit.config import parse_configuration
from alpfit.errors import ConfigurationError
from alpfit.inference.batches import evaluate_batch
from alpfit.inference.interrupts import Interrupts
from alpfit.inference.parallel import EXECUTORS, Job
from alpfit.inference.priors import PRIORS
from alpfit.inference.samplers import SAMPLERS
from alpfit.inference.session import Session
from alpfit.likelihoods import FORMS

SAMPLER = '''
from typing import Literal

import numpy as np

from alpfit.inference.samplers import SAMPLERS, SamplerOptions
from alpfit.inference.samples import Samples


class FromThePrior(SamplerOptions):
    """Draws from the prior, weighted by L."""

    name: Literal["from-the-prior"] = "from-the-prior"
    n_draws: int = 64
    twice: tuple[str, ...] = ()

    @property
    def named_parameters(self):
        return {"twice": self.twice}

    def run(self, session):
        problem = session.problem
        theta = problem.prior_transform(np.random.default_rng(self.seed).random((self.n_draws, problem.n_dim)))
        batch = session.evaluate(theta)
        columns = iter(batch.columns.T)
        return Samples(
            parameters=dict(zip(problem.names, theta.T)),
            derived=dict(zip(problem.derived, columns)),
            log_l_by_entry=dict(zip(problem.entries, columns)),
            log_l=batch.log_l,
            log_weights=batch.log_l - np.logaddexp.reduce(batch.log_l),
            log_z=None,
            log_z_error=None,
            n_calls=session.account.n_calls,
        )


SAMPLERS.add("from-the-prior", FromThePrior)
'''

PRIOR = '''
from typing import ClassVar, Literal

import numpy as np

from alpfit.inference.priors import PRIORS, Prior


class Ramp(Prior):
    """Rises from zero to ``max`` in proportion to the parameter."""

    logarithmic: ClassVar[bool] = False

    prior: Literal["ramp"]
    max: float

    @property
    def bounds(self):
        return 0.0, self.max

    def transform(self, u):
        return self.max * np.sqrt(u)

    def log_density(self, x):
        inside = (np.asarray(x) > 0.0) & (np.asarray(x) <= self.max)
        return np.where(inside, np.log(2.0 * np.where(inside, x, 1.0) / self.max**2), -np.inf)


PRIORS.add("ramp", Ramp)
'''

EXECUTOR = """
from contextlib import contextmanager

from alpfit.inference.parallel import EXECUTORS, Executor

EVALUATED = []


@contextmanager
def backwards(job):
    def evaluate(chunks):
        EVALUATED.extend(chunks)
        return [job.function(chunk) for chunk in reversed(chunks)][::-1]

    yield evaluate


EXECUTORS.add("backwards", Executor(backwards, concurrent=False, fixed_workers="there is one"))
"""

FORM = '''
import numpy as np

from alpfit.likelihoods.forms import FORMS, Comparison, Form


class Box(Form):
    """ln L = 0 up to ``most``, and falling in proportion beyond."""

    observable: str
    most: float

    @classmethod
    def read(cls, data, folder):
        return cls.model_validate(data)

    @property
    def observables(self):
        return (self.observable,)

    @property
    def steps(self):
        return ()

    def loglike(self, predictions):
        return -np.maximum(predictions[self.observable] / self.most - 1.0, 0.0)

    def compare(self, predictions):
        value = predictions[self.observable]
        return Comparison(value, np.full_like(value, self.most), -self.loglike(predictions))

    def describe(self):
        return f"{self.observable} < {self.most:g}"


FORMS.add("box", Box)
'''

FAMILIES = {
    "from-the-prior": (SAMPLER, SAMPLERS),
    "ramp": (PRIOR, PRIORS),
    "backwards": (EXECUTOR, EXECUTORS),
    "box": (FORM, FORMS),
}

ENTRY = """\
title = "a box"
experiment = "Nobody"
scenarios = ["displaced"]
form = "box"
[data]
observable = "g_agg"
most = 1e-4
[source]
arxiv = ""
inspire = ""
where = "a test"
how = "invented"
confidence_level = "none"
quality = "derived"
assumes = "nothing"
recast = "none"
[[references]]
key = "Nobody:2026abc"
author = "Nobody"
title = "A box"
year = 2026
"""


@pytest.fixture
def own(tmp_path):
    """Modules with a member of each family, loaded while the test runs."""
    modules = {}
    for number, (name, (text, _)) in enumerate(FAMILIES.items()):
        path = tmp_path / f"own_{number}.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(modules[name])
    yield modules
    for name, (_, family) in FAMILIES.items():
        family.remove(name)


@pytest.fixture
def document(tmp_path):
    folder = tmp_path / "my_box"
    folder.mkdir()
    (folder / "likelihood.toml").write_text(ENTRY)
    return {
        "scenario": "displaced",
        "likelihoods": ["./my_box"],
        "parameters": {"m_a": 1.0, "g_agg": {"prior": "ramp", "max": 3e-4}},
        "sampler": {"name": "from-the-prior", "n_draws": 200},
        "parallel": {"executor": "backwards"},
    }


def refusal(document, folder):
    with pytest.raises(ConfigurationError) as refused:
        parse_configuration(document, "run.toml", folder)
    return str(refused.value).removeprefix("run.toml: ")


def test_members_of_ones_own_run_together(own, document, tmp_path):
    configuration = parse_configuration(document, folder=tmp_path)
    problem = configuration.problem
    job = Job(partial(evaluate_batch, problem), configuration.parallel, Interrupts())
    with EXECUTORS[configuration.parallel.executor](job) as evaluate:
        samples = configuration.sampler.run(Session(problem, evaluate=evaluate))
    g_agg = samples.parameters["g_agg"]
    np.testing.assert_array_equal(np.concatenate(own["backwards"].EVALUATED)[:, 0], g_agg)
    np.testing.assert_array_equal(samples.log_l, -np.maximum(g_agg / 1e-4 - 1.0, 0.0))
    assert samples.n_calls == 200
    assert configuration.parallel.n_workers == 1


def test_the_input_with_members_of_ones_own_is_kept_in_full(own, document, tmp_path):
    configuration = parse_configuration(document, folder=tmp_path)
    completed = configuration.completed()
    assert completed["sampler"] == {"seed": 1, "name": "from-the-prior", "n_draws": 200, "twice": ()}
    assert completed["parameters"]["g_agg"] == {"prior": "ramp", "max": 3e-4}
    assert parse_configuration(completed) == configuration


@pytest.mark.parametrize(
    ("table", "change", "sentence"),
    [
        ("sampler", {"n_draws": "many"}, "sampler.n_draws = 'many': must be a valid integer"),
        ("sampler", {"n_drawn": 3}, "[sampler] n_drawn is not known: did you mean 'n_draws'?"),
        ("sampler", {"twice": ("g_ag",)}, "[sampler] twice = 'g_ag' is not a sampled parameter: did you mean 'g_agg'?"),
        ("parameters", {"g_agg": {"prior": "ramp"}}, "parameters.g_agg.max is missing"),
        ("parameters", {"g_agg": {"prior": "ramp", "max": 1.0, "min": 0.0}}, "[parameters.g_agg] min is not known: "),
        (
            "parameters",
            {"g_agg": {"prior": "ramp", "max": -1.0}},
            "[parameters] g_agg from 0 to -1 has no prediction: ",
        ),
        ("parallel", {"workers": 2}, "parallel: workers cannot be chosen here: there is one"),
        (
            "parallel",
            {"executor": "backward"},
            "[parallel] executor = 'backward' is not known: did you mean 'backwards'?",
        ),
    ],
)
def test_what_is_wrong_with_them_is_said_as_of_any_other(own, document, tmp_path, table, change, sentence):
    changed = {**document, table: {**document[table], **change}}
    assert refusal(changed, tmp_path).startswith(sentence)


def test_once_removed_they_are_not_known_any_more(document, tmp_path):
    assert "name = 'from-the-prior' is not known" in refusal(document, tmp_path)
    assert not any(name in family for name, (_, family) in FAMILIES.items())


@pytest.mark.parametrize("family", [SAMPLERS, PRIORS], ids=["samplers", "priors"])
def test_every_member_is_listed_by_the_name_of_its_table(family):
    key = "name" if family is SAMPLERS else "prior"
    for name, member in family.items():
        assert repr(member.model_fields[key].annotation) == f"typing.Literal[{name!r}]"


def test_what_is_not_there_cannot_be_taken_out():
    with pytest.raises(ConfigurationError, match="there is no prior 'unifrom': did you mean 'uniform'"):
        PRIORS.remove("unifrom")
