"""Fits and runs without files: from a dictionary, samples without a folder, conversions, and what a notebook shows."""

import tomllib
from dataclasses import replace

import numpy as np
import pytest

import alpfit
from alpfit import Fit
from alpfit.errors import ConfigurationError


@pytest.fixture(scope="module")
def document(finished_project):
    """The project's input as dictionaries, with the entry found where it is."""
    document = tomllib.loads(finished_project.file.read_text())
    entry = str(finished_project.table.parent)
    return {**document, "likelihoods": [entry, *document["likelihoods"][1:]]}


def test_a_dictionary_is_as_good_as_a_file(document, finished_project):
    fit, from_file = Fit.from_dict(document), Fit.from_file(finished_project.file)
    assert fit.configuration == from_file.configuration
    assert fit.identity() == from_file.identity()


def test_a_dictionary_is_not_changed_and_its_overrides_are_those_of_a_file(document):
    before = {name: dict(table) if isinstance(table, dict) else table for name, table in document.items()}
    fit = Fit.from_dict(document, overrides=["sampler.seed=7", "parameters.m_a=2.0"])
    assert (fit.configuration.sampler.seed, fit.configuration.fixed) == (7, {"m_a": 2.0})
    assert document == before


def test_what_is_wrong_with_a_dictionary_is_named_as_in_a_file(document):
    with pytest.raises(ConfigurationError, match=r"^mine: \[sampler\] n_lve is not known: did you mean 'n_live'"):
        Fit.from_dict({**document, "sampler": {"name": "dynesty", "n_lve": 25}}, name="mine")


def test_sampling_without_a_folder_gives_the_samples_of_a_run(document, finished_project, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    samples, run = Fit.from_dict(document).sample(), finished_project.run
    np.testing.assert_array_equal(samples.log_l, run.samples.log_l)
    np.testing.assert_array_equal(samples.log_weights, run.samples.log_weights)
    assert (samples.log_z, samples.n_calls) == (run.samples.log_z, run.samples.n_calls)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("light_figures", "seeds_here")
def test_a_fit_from_a_dictionary_runs_and_repeats_with_the_same_keywords(document, tmp_path):
    settings = ["sampler.n_live=20", "sampler.dlogz=5.0"]
    run = alpfit.run(document, tmp_path / "one", overrides=settings)
    merged = alpfit.run(document, tmp_path / "two", overrides=settings, repeat=2)
    assert merged.samples.diagnostics["seeds"] == 2.0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two", "two.seed-1", "two.seed-2"]
    first = alpfit.read_run(tmp_path / "two.seed-1")
    np.testing.assert_array_equal(first.samples.log_l, run.samples.log_l)
    fit = Fit.from_dict(document, overrides=settings)
    with pytest.raises(alpfit.AlpfitError, match="holds a run already: replace it with overwrite=True"):
        fit.repeat(2, tmp_path / "two")
    assert fit.repeat(2, tmp_path / "two", resume=True).samples.diagnostics["seeds"] == 2.0


def test_one_figure_is_matplotlibs_own_and_nothing_is_written(finished_project):
    from matplotlib.figure import Figure

    run = finished_project.run
    before = sorted(run.folder.path.iterdir())
    assert isinstance(alpfit.plot(run, "corner"), Figure)
    assert sorted(run.folder.path.iterdir()) == before
    with pytest.raises(ConfigurationError, match="there is no figure 'spectrum' of run: none of the run's likelihoods"):
        alpfit.plot(run, "spectrum")


def test_a_verb_takes_a_run_or_its_folder(finished_project, tmp_path):
    run, path = finished_project.run, finished_project.run_path
    for given in (run, path, str(path)):
        assert alpfit.compare([given, run]).runs[0].n_eff == run.samples.n_eff
        assert alpfit.cite(given) == alpfit.cite(finished_project.file)
        assert [file.name for file in alpfit.export(given, "csv", tmp_path)] == ["run.csv"]


def test_samples_go_to_other_programs_in_memory(finished_project):
    run = finished_project.run
    m_a, weights = run.samples.parameters["m_a"], run.samples.weights
    mean = np.average(m_a, weights=weights)
    tree = run.to_arviz()
    np.testing.assert_array_equal(np.sort(tree["nested_samples"]["m_a"].values), np.sort(m_a))
    assert tree.attrs["log_z"] == run.samples.log_z
    assert run.to_getdist().mean("m_a") == pytest.approx(mean, rel=1e-9)
    assert run.to_anesthetic()["m_a"].mean().item() == pytest.approx(mean, rel=0.1)
    table = run.to_dataframe()
    assert np.average(table["m_a"], weights=table["weight"]) == pytest.approx(mean, rel=1e-12)
    assert table.attrs["log_z"] == run.samples.log_z


def test_a_notebook_shows_fits_runs_points_and_explanations(finished_project):
    fit, run = Fit.from_file(finished_project.file), finished_project.run
    assert "truncated" not in fit._repr_html_()
    assert "log-uniform, min 1e-06, max 0.001" in fit._repr_html_()
    html = run._repr_html_()
    assert f"{run.summary['parameters']['m_a']['median']:.4g}" in html
    assert f"ln Z = {run.samples.log_z:.2f}" in html
    point = fit.evaluate({"m_a": 2.0, "g_agg": 1e-5})
    assert f"{point.log_l_by_entry['invented'][0]:.8g}" in point._repr_html_()
    assert "na62_kpix_2025" in point._repr_html_()


def test_a_point_says_the_same_as_text_and_as_record(finished_project):
    point = Fit.from_file(finished_project.file).evaluate({"m_a": 2.0, "g_agg": 1e-5})
    record, text = point.as_record(), point.as_text()
    assert record["parameters"] == {"m_a": 2.0, "g_agg": 1e-5}
    assert record["log_likelihood_total"] == point.log_l[0]
    for name, comparison in record["likelihoods"].items():
        assert comparison["log_likelihood"] == record["log_likelihood"][name] == point.log_l_by_entry[name][0]
        assert name in text
    assert f"{point.predictions['BR(B+->K+ a)'][0]:.8g}" in text


class Shown:
    """A display that keeps what it was told, in place of the one that draws."""

    def __init__(self):
        self.reports = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def update(self, report):
        self.reports.append(report)

    def note(self, sentence):
        """Nothing."""


@pytest.mark.parametrize(("notebook", "given"), [(True, False), (False, False), (True, True)])
def test_the_progress_shows_itself_in_a_notebook_and_nowhere_else(document, monkeypatch, notebook, given):
    shown, own = Shown(), Shown()
    monkeypatch.setattr("alpfit.fit.progress.ProgressDisplay", lambda: shown)
    monkeypatch.setattr("rich.console._is_jupyter", lambda: notebook)
    fit = Fit.from_dict(document, overrides=["sampler.n_live=20", "sampler.dlogz=50.0"])
    fit.sample(progress=own if given else None)
    assert bool(shown.reports) == (notebook and not given)
    assert bool(own.reports) == given


def test_a_run_and_a_fit_stay_where_they_were_when_the_working_directory_changes(project, tmp_path, monkeypatch):
    monkeypatch.chdir(project.path)
    run, fit = alpfit.read_run("chains/run"), Fit.from_file("fit.toml")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert run.summary["n_eff"] == run.samples.n_eff
    assert alpfit.export(run, "csv")[0].parent.parent == project.run_path
    assert fit.with_overrides(["sampler.seed=3"]).configuration.sampler.seed == 3
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_results_are_told_in_a_line_and_their_tables_in_a_notebook(finished_project, tmp_path):
    run = finished_project.run
    made = alpfit.profile(run, ["m_a"], grid=5, output=tmp_path / "profile")
    compared = alpfit.compare([run, run])
    for result in (run, run.samples, made):
        assert "\n" not in repr(result)
        assert len(repr(result)) < 400
        assert type(result).__name__ in repr(result)
    assert f"ln Z = {run.samples.log_z:.2f}" in repr(run)
    assert {p.names: p.log_l.size for p in made.profiles}[("m_a",)] == 5
    for shown, text in ((made, made.text), (compared, compared.as_text())):
        assert text.splitlines()[0].strip() in shown._repr_html_()


def test_what_a_run_fell_short_of_is_in_its_line(finished_project):
    run = finished_project.run
    short = replace(run, samples=replace(run.samples, shortfalls=("too few samples",)))
    assert repr(short).endswith("target missed: too few samples>")
    assert "target missed: too few samples" in repr(short.samples)


def test_fits_and_runs_can_be_compared_and_be_keys(finished_project):
    fit, run = Fit.from_file(finished_project.file), finished_project.run
    assert {fit: 1}[Fit.from_file(finished_project.file)] == 1
    assert fit != fit.with_overrides(["sampler.seed=3"])
    assert (run == run, run == finished_project.run, len({run, run})) == (True, False, 1)  # noqa: PLR0124


def test_a_run_is_not_reweighted_into_its_own_folder(project):
    with pytest.raises(alpfit.AlpfitError, match="is the run that is reweighted, which is kept: choose another"):
        alpfit.reweight(project.run, drop=["invented"], output=project.run_path, overwrite=True)
    assert project.run.samples.log_l_by_entry.keys() == {"invented", "na62_kpix_2025"}


def test_the_fit_of_a_run_folder_is_called_as_the_folder(finished_project):
    assert Fit.from_file(finished_project.run_path).name == finished_project.run.name == "run"
    assert alpfit.read_run(finished_project.run_path).folder.path == finished_project.run_path


def test_a_figure_saved_by_hand_is_the_one_that_is_written(finished_project, tmp_path):
    figure = alpfit.plot(finished_project.run, "profile_1d")
    figure.savefig(tmp_path / "own.pdf")
    assert b"/Type3" not in (tmp_path / "own.pdf").read_bytes()
    assert figure._repr_png_().startswith(b"\x89PNG")
    alpfit.plot(finished_project.run, ["profile_1d"], tmp_path)
    figure.savefig(tmp_path / "own.png")
    assert (tmp_path / "own.png").read_bytes() == (tmp_path / "profile_1d.png").read_bytes()
