"""The table of figures: each has a caption and is drawn of a run of each scenario, or there is a reason why not."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from alpfit import Run
from alpfit.chains.folder import RunFolder
from alpfit.chains.profiles.folder import PROFILE
from alpfit.chains.provenance import write_manifest
from alpfit.config import load_configuration
from alpfit.errors import AlpfitError, ConfigurationError
from alpfit.figures import FIGURES, QUICK, figures, planes
from alpfit.figures.input import FigureInput
from alpfit.figures.measured import bound_at
from alpfit.inference.profiling import Profile
from alpfit.inference.samples import Samples
from alpfit.inference.session import Account
from alpfit.likelihoods import load
from alpfit.relic import Status, relic_density
from alpfit.runs.profile import publish_profile
from alpfit.scenarios import portal

INVISIBLE = """\
scenario = "invisible"
likelihoods = ["belle2_bknunu_q2_2025", "planck_relic_2018", "babar_bkinv_2013", "babar_bkgg_2021"]

[relic]
engine = "nbe"

[parameters]
m_a = { prior = "log-uniform", min = 1.5, max = 2.8 }
r = 0.477
g_agg = { prior = "log-uniform", min = 4e-5, max = 1e-4 }
g_achi = 1e-3
"""

DISPLACED = """\
scenario = "displaced"
likelihoods = ["belle2_bknunu_2023", "na62_kpix_2025", "e137_1988"]

[parameters]
m_a = { prior = "log-uniform", min = 0.01, max = 1.0 }
g_agg = { prior = "log-uniform", min = 1e-6, max = 1e-3 }
"""

DARK_MATTER = """\
scenario = "displaced"
likelihoods = ["belle2_bknunu_2023", "na62_kpix_2025", "planck_relic_2018", "cmb_annihilation_2018"]

[relic]
engine = "nbe"

[parameters]
m_a = { prior = "log-uniform", min = 0.05, max = 1.0 }
r = { prior = "uniform", min = 0.47, max = 0.55 }
g_agg = { prior = "log-uniform", min = 1e-5, max = 1e-3 }
g_achi = 0.1
"""


@pytest.fixture(scope="module")
def run_of(tmp_path_factory):
    """A run without a sampler: points of the prior with their weights."""

    def make(text, n=60):
        path = tmp_path_factory.mktemp("input") / "small.toml"
        path.write_text(text)
        configuration = load_configuration(path)
        problem = configuration.problem
        theta = problem.prior_transform(np.random.default_rng(5).random((n, problem.n_dim)))
        point = problem.evaluate(theta)
        log_z = float(np.logaddexp.reduce(point.log_l) - np.log(n))
        samples = Samples(
            {name: theta[:, i] for i, name in enumerate(problem.names)},
            {name: point.column(name) for name in problem.derived},
            point.log_l_by_entry,
            point.log_l,
            point.log_l - log_z - np.log(n),
            log_z,
            0.1,
            n,
        )
        folder = RunFolder(path.parent / "small")
        folder.path.mkdir()
        digests = {m.name: m.digest for m in configuration.likelihood.measurements}
        write_manifest(folder.manifest, finished="now", likelihoods=digests)
        return Run(folder, configuration, samples)

    return make


@pytest.fixture(scope="module")
def invisible(run_of):
    return run_of(INVISIBLE)


@pytest.fixture(scope="module")
def displaced(run_of):
    return run_of(DISPLACED)


@pytest.fixture(scope="module")
def dark_matter(run_of):
    return run_of(DARK_MATTER)


@pytest.fixture(autouse=True)
def _small_grid(monkeypatch):
    """Few points, so that a plane is drawn at once."""
    contents = planes.plane_contents
    monkeypatch.setattr(planes, "plane_contents", lambda given: contents(given, (14, 12)))


def test_every_figure_has_a_caption_of_a_sentence_or_two():
    for name, kind in FIGURES.items():
        assert kind.caption.endswith("."), name
        assert 40 < len(kind.caption) < 450, name
    assert set(QUICK) <= set(FIGURES)


@pytest.mark.parametrize("scenario", ["invisible", "displaced", "dark_matter"])
def test_every_figure_is_drawn_or_there_is_a_reason(request, scenario):
    reasons = {}
    drawn = {}
    for one in figures(request.getfixturevalue(scenario), left_out=reasons.__setitem__):
        one.figure.savefig(BytesIO(), format="png", dpi=40)
        assert one.caption.startswith(FIGURES[one.name].caption)
        drawn[one.name] = one.figure
    missing = {"invisible": set(), "displaced": {"spectrum", "evolution", "momentum"}, "dark_matter": {"spectrum"}}
    missing = missing[scenario]
    assert set(reasons) == missing
    assert set(drawn) == set(FIGURES) - missing
    for name, figure in drawn.items():
        assert any(panel.get_xlabel() for panel in figure.axes), name


def test_where_the_momentum_distribution_has_no_answer_the_other_histories_are_drawn(invisible, monkeypatch):
    """Close to r = 1/2 the engine fbe may run out of steps, where the engine of the run does not."""

    def none_by_fbe(*point, engine, **options):
        result = relic_density(*point, engine=engine, **options)
        refused = np.full(result.status.shape, Status.STEP_LIMIT)
        return replace(result, status=refused, omega_h2=np.full(refused.shape, np.nan)) if engine == "fbe" else result

    monkeypatch.setattr(portal, "relic_density", none_by_fbe)
    reasons = {}
    drawn = [one.figure for one in figures(invisible, left_out=reasons.__setitem__) if one.name == "evolution"]
    assert reasons == {"momentum": f"at the best fit, {Status.STEP_LIMIT.message}"}
    labels = [line.get_label() for line in drawn[0].axes[1].get_lines()]
    assert labels == ["CBE", "NBE"]
    with pytest.raises(ConfigurationError, match="there is no figure 'momentum' of small: at the best fit, "):
        list(figures(invisible, ["momentum"]))


def test_only_those_that_are_asked_for_are_drawn(displaced):
    assert [one.name for one in figures(displaced, ["pulls", "corner", "pulls"])] == ["pulls", "corner"]


def test_a_figure_that_there_is_not_is_refused_if_it_was_asked_for(displaced):
    with pytest.raises(
        ConfigurationError, match=r"'evolution' of small: the displaced scenario .* without r and g_achi"
    ):
        list(figures(displaced, ["evolution"]))
    with pytest.raises(ConfigurationError, match="did you mean 'corner'"):
        figures(displaced, ["corne"])


def test_without_evidence_and_chains_there_is_no_trace(displaced):
    bare = replace(displaced, samples=replace(displaced.samples, log_z=None, log_z_error=None))
    with pytest.raises(ConfigurationError, match="leaves neither an evidence nor Markov chains"):
        list(figures(bare, ["trace"]))
    walks = replace(bare, samples=replace(bare.samples, n_chains=4))
    assert [one.name for one in figures(walks, ["trace"])] == ["trace"]


def test_a_second_run_is_drawn_over_the_corner_plot(invisible, displaced):
    (one,) = figures(invisible, ["corner"], other=displaced)
    assert len(one.figure.legends[0].get_texts()) == 2


def test_runs_without_a_common_parameter_cannot_be_drawn_together(invisible, run_of):
    other = run_of(
        DISPLACED.replace("{ prior", "0.1 # { prior").replace(
            "[parameters]", '[parameters]\ncB_over_cW = { prior = "uniform", min = 0.5, max = 2.0 }'
        ),
        20,
    )
    with pytest.raises(ConfigurationError, match="sample no parameter in common"):
        list(figures(invisible, ["corner"], other=other))


def test_one_parameter_has_no_planes_of_pairs(run_of):
    run = run_of(DISPLACED.replace('m_a = { prior = "log-uniform", min = 0.01, max = 1.0 }', "m_a = 0.1"), 30)
    reasons = {}
    names = [one.name for one in figures(run, left_out=reasons.__setitem__)]
    assert {"profile_2d", "posterior_2d"} <= set(reasons)
    assert {"corner", "plane", "trace"} <= set(names)


def refined_by_hand(run):
    """A profile of m_a in the folder of ``run``, as `alpfit profile` would leave it, made of samples that are known."""
    run.folder.path.mkdir(exist_ok=True)
    run.folder.posterior.write_bytes(b"samples")
    m_a = np.geomspace(0.01, 1.0, 10)
    middle = np.sqrt(m_a[1:] * m_a[:-1])
    log_l = run.samples.log_l.max() + 1.0 - 0.5 * np.log(middle / 0.1) ** 2
    derived = {name: np.zeros(9) for name in run.samples.derived}
    entries = {name: log_l / len(run.samples.log_l_by_entry) for name in run.samples.log_l_by_entry}
    points = {"m_a": middle, "g_agg": np.full(9, 1e-5)}
    profile = Profile(("m_a",), (True,), (m_a,), log_l, np.ones(9, dtype=bool), points, derived, entries, refined=True)
    identity = {"samples": sha256(b"samples").hexdigest()}
    account = Account(9, 0.0)
    publish_profile(run.folder.path / PROFILE, run, [profile], identity, account, datetime.now(UTC))


def test_a_refined_profile_in_the_runs_folder_is_drawn_and_one_of_other_samples_is_not(run_of):
    run = run_of(DISPLACED)
    legends = []
    for change in (lambda: None, lambda: refined_by_hand(run), lambda: run.folder.posterior.write_bytes(b"others")):
        change()
        (one,) = figures(run, ["profile_1d"])
        legends.append({text.get_text() for text in one.figure.legends[0].get_texts()})
    assert [("profile likelihood, refined" in texts) for texts in legends] == [False, True, False]
    assert "profile likelihood, samples" in legends[1]


@pytest.mark.filterwarnings("error")
def test_a_value_that_is_no_model_is_one_sentence(invisible):
    with pytest.raises(AlpfitError, match=r"r = 0 must be between"):
        list(figures(invisible, ["plane"], at={"r": 0.0}))


def test_the_plane_has_the_range_and_the_values_that_are_asked_for(invisible):
    choices = {"at": {"g_achi": 2e-3}, "ranges": {"m_a": (0.5, 5.0), "g_agg": (1e-6, 1e-3)}}
    (one,) = figures(invisible, ["plane"], **choices)
    (panel,) = one.figure.axes
    assert panel.get_xlim() == pytest.approx((0.5, 5.0))
    assert panel.get_ylim() == pytest.approx((1e-6, 1e-3), abs=0.0)
    assert "0.477" in panel.get_title()
    assert "= 0.002$ GeV" in panel.get_title()


def test_the_plane_spans_the_prior(displaced):
    (one,) = figures(displaced, ["plane"])
    assert one.figure.axes[0].get_xlim() == pytest.approx((0.01, 1.0))
    assert one.figure.axes[0].get_ylim() == pytest.approx((1e-6, 1e-3), abs=0.0)


def test_the_plane_of_a_run_that_may_not_use_projections_shows_them_all_the_same(displaced):
    assert not displaced.configuration.projection
    (one,) = figures(displaced, ["plane"])
    legend = [text.get_text().split(":")[0] for keys in one.figure.legends for text in keys.get_texts()]
    assert "beam dumps, projected" in legend


def test_in_the_plane_what_follows_from_a_value_that_was_chosen_follows_from_it(invisible, run_of):
    """delta = 0.1 is r = 0.45, whatever r is at the best fit; and r cannot be chosen where delta says it."""
    by_delta = run_of(INVISIBLE.replace("r = 0.477", 'r = "(1 - delta)/2"\ndelta = 0.046'))
    found = planes.plane_contents(FigureInput.of(by_delta, at={"delta": 0.1}))
    expected = planes.plane_contents(FigureInput.of(invisible, at={"r": 0.45}))
    assert found.relic
    for one, other in zip(found.relic, expected.relic, strict=True):
        np.testing.assert_allclose(one.omega_h2, other.omega_h2, rtol=1e-9)
    with pytest.raises(ConfigurationError, match="it follows from delta: give those"):
        planes.plane(FigureInput.of(by_delta, at={"r": 0.45}))


def test_a_branching_ratio_that_may_be_larger_than_one_has_no_bound():
    entry = load("e949_kpix_2009")
    seen = {"BR(K+->pi+ a)": [1e-8], "m_a": [0.05], "BR(a->inv)": [0.0]}
    allowed = [entry.compare({**seen, "tau_a": [tau]}) for tau in (1e-11, 1e-9)]
    assert allowed[0].bound[0] > 1.0  # all of it decays in the detector
    assert np.isnan(bound_at(entry, allowed[0]))
    assert bound_at(entry, allowed[1]) == allowed[1].bound[0] < 1e-8


def test_every_figure_is_in_the_table_of_the_run_folders_manual():
    text = (Path(__file__).resolve().parents[2] / "chains" / "README.md").read_text()
    assert [name for name in FIGURES if f"| `{name}` |" not in text] == []
