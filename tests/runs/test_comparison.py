"""Several runs side by side: Bayes factors, and what must not be compared."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from alpfit import Run, compare
from alpfit.chains.folder import RunFolder
from alpfit.errors import ConfigurationError, RunFolderError
from alpfit.runs.comparison import STRENGTHS, ComparedRun

REFERENCE = Path(__file__).resolve().parents[2] / "chains" / "reference" / "invisible"


@pytest.fixture(scope="module")
def run():
    return Run.read(REFERENCE)


@pytest.fixture
def another(run, tmp_path):
    """The same run with other samples, digests or parameters, in a folder of its own."""

    def make(digests=None, parameters=None, parameters_of_samples=None, **samples):
        folder = RunFolder(tmp_path / "another")
        folder.path.mkdir(exist_ok=True)
        facts = json.loads(run.folder.manifest.read_text())
        del facts["files"], facts["digest"]
        folder.manifest.write_text(json.dumps({**facts, "likelihoods": {**facts["likelihoods"], **(digests or {})}}))
        summary = json.loads(run.folder.summary_json.read_text())
        for table in (summary, summary["best_fit"]):
            kept = parameters_of_samples or table["parameters"]
            table["parameters"] = {name: table["parameters"][name] for name in table["parameters"] if name in kept}
        (folder.path / "summary.json").write_text(json.dumps(summary))
        known = run.configuration.parameters
        changed = run.configuration.changed(parameters={**known, **(parameters or {})})
        samples["parameters"] = parameters_of_samples or run.samples.parameters
        return Run(folder, changed, replace(run.samples, **samples))

    return make


def test_the_bayes_factor_is_the_difference_of_evidences(run, another):
    other = another(log_z=run.samples.log_z - 2.5, log_z_error=0.3)
    first, second = compare([run, other]).runs
    assert (first.log_bayes, first.verdict) == (None, "-")
    assert second.log_bayes == pytest.approx(-2.5, rel=1e-12)
    assert second.log_bayes_error == pytest.approx((0.3**2 + run.samples.log_z_error**2) ** 0.5)
    assert second.verdict == "positive evidence against it"


@pytest.mark.parametrize(
    ("log_bayes", "words"),
    [
        (0.9, "not worth more than a bare mention"),
        (1.1, "positive evidence for it"),
        (-4.0, "strong evidence against it"),
        (5.1, "very strong evidence for it"),
    ],
)
def test_the_words_are_those_of_kass_and_raftery(log_bayes, words):
    assert [limit for limit, _ in STRENGTHS][:3] == [2.0, 6.0, 10.0]  # of 2 ln B
    assert ComparedRun("run", 0.0, 0.1, log_bayes, 0.1, 0.0, True, {}).verdict == words


def test_a_run_without_evidence_shows_a_dash(run, another):
    comparison = compare([run, another(log_z=None, log_z_error=None)])
    assert comparison.runs[1].log_bayes is None
    line = comparison.as_text().splitlines()[2]
    assert line.split() == ["another", f"{run.samples.log_l.max():.3f}", f"{run.samples.n_eff:.0f}", "-", "-", "-"]


def test_the_same_data_and_priors_need_no_warning(run, another):
    assert compare([run, another()]).warnings == ()


def test_other_data_are_told(run, another):
    other = another({"planck_relic_2018": "changed", "na62_kpix_2025": "new"})
    with pytest.raises(RunFolderError, match=r"the data of planck_relic_2018 have changed since .*another was made"):
        compare([run, other])
    comparison = compare([run, other], force=True)
    stale, warning = comparison.warnings
    assert stale == f"the data of planck_relic_2018 have changed since {other.folder.path} was made"
    assert warning == (
        "ln Z of invisible and another cannot be compared, their data differ: only another uses na62_kpix_2025; "
        "planck_relic_2018 has other numbers"
    )
    assert f"warning: {warning}" in comparison.as_text()
    assert (comparison.runs[1].log_bayes, comparison.runs[1].verdict) == (None, "other data")


def test_other_priors_are_told(run, another):
    (warning,) = compare([run, another(parameters={"r": 0.477})]).warnings
    assert warning == (
        "ln Z depends on the priors, which differ between invisible and another: "
        "r (uniform, min 0.44, max 0.4999 and fixed at 0.477)"
    )


def test_common_parameters_have_their_medians_and_intervals(run, another):
    parameters = {name: values for name, values in run.samples.parameters.items() if name != "r"}
    comparison = compare([run, another(parameters_of_samples=parameters)])
    assert set(comparison.runs[0].intervals) == {"m_a", "g_agg", "g_achi"}
    stored = run.summary["parameters"]["m_a"]
    assert comparison.runs[0].intervals["m_a"] == (stored["lower_68"], stored["median"], stored["upper_68"])


def test_one_run_is_none_to_compare(run):
    with pytest.raises(ConfigurationError, match="two run folders or more"):
        compare([run])


def test_a_manifest_without_likelihoods_is_told(run, another):
    other = another()
    other.folder.manifest.write_text("{}")
    with pytest.raises(RunFolderError, match="alpfit is missing; restore the file, or run anew"):
        compare([run, other])
