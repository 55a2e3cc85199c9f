"""``alpfit reweight``: a new run folder that says where it came from."""

import json
import tomllib

import numpy as np
import pytest

from alpfit import Run

SETTINGS = ["--set", "sampler.n_live=120", "--set", "sampler.dlogz=0.5", "--set", "sampler.walks=10"]


@pytest.fixture(scope="module")
def source(file, tmp_path_factory):
    """A finished run, which nobody may change."""
    from alpfit import Fit

    path = tmp_path_factory.mktemp("runs") / "source"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("alpfit.fit.presenting.write_quick_figures", lambda *_, **__: [])
        Fit.from_file(file, SETTINGS[1::2]).run(path)
    return path


@pytest.mark.usefixtures("light_figures")
def test_other_likelihoods_give_the_run_that_was_sampled_with_them(alpfit, file, source, tmp_path):
    """Evidence and medians against a run with these likelihoods from the beginning."""
    added = ["--add", "babar_bkinv_2013", "--drop", "belle2_bknunu_2023"]
    alpfit("reweight", source, *added, "--output", tmp_path / "new")
    entries = 'likelihoods=["planck_relic_2018", "babar_bkinv_2013"]'
    alpfit("run", file, *SETTINGS, "--set", entries, "--output", tmp_path / "sampled")
    new, sampled = Run.read(tmp_path / "new").samples, Run.read(tmp_path / "sampled").samples
    error = np.hypot(new.log_z_error, sampled.log_z_error)
    assert new.log_z == pytest.approx(sampled.log_z, abs=5.0 * error)
    for name in new.parameters:
        low, middle, high = sampled.quantiles(name, np.array([0.16, 0.5, 0.84]))
        spread = (high - low) / 2.0
        assert new.quantiles(name, np.array([0.5]))[0] == pytest.approx(middle, abs=0.5 * spread)


def test_the_new_run_says_where_it_came_from(alpfit, source, tmp_path):
    outcome = alpfit("reweight", source, "--add", "babar_bkinv_2013", "--output", tmp_path / "new")
    assert outcome.err == ""
    for name in ("manifest.json", "summary.json"):
        origin = json.loads((tmp_path / "new" / name).read_text())["reweighted_from"]
        assert (origin["run"], origin["added"], origin["dropped"]) == (str(source.resolve()), ["babar_bkinv_2013"], [])
    assert f"reweighted from {source.resolve()}" in outcome.out
    assert "added babar_bkinv_2013" in outcome.out
    written = tomllib.loads((tmp_path / "new" / "run.toml").read_text())
    assert written["likelihoods"] == ["belle2_bknunu_2023", "planck_relic_2018", "babar_bkinv_2013"]
    assert (tmp_path / "new" / "corner.png").stat().st_size > 10_000
    manifest = json.loads((tmp_path / "new" / "manifest.json").read_text())
    assert set(manifest["likelihoods"]) == set(written["likelihoods"])


@pytest.mark.usefixtures("light_figures")
def test_another_engine_predicts_anew_and_says_when_too_little_is_left(alpfit, source, tmp_path):
    outcome = alpfit("reweight", source, "--set", "relic.engine=cbe", "--output", tmp_path / "new")
    assert outcome.code == 3
    assert "run anew" in outcome.out
    before, after = Run.read(source), Run.read(tmp_path / "new")
    assert after.configuration.tables["relic"]["engine"] == "cbe"
    i = int(np.flatnonzero(before.samples.parameters["g_agg"] == after.samples.parameters["g_agg"][0])[0])
    assert after.samples.derived["Omega_h2"][0] > 1.2 * before.samples.derived["Omega_h2"][i]


@pytest.mark.usefixtures("light_figures")
def test_an_option_of_a_likelihood_may_change(alpfit, source, tmp_path):
    """What was measured of cbe at these couplings is more than 20 %."""
    narrower = ["--set", "options.planck_relic_2018.relative_theory_error=0.2"]
    alpfit("reweight", source, *narrower, "--output", tmp_path / "new")
    spreads = [np.ptp(Run.read(path).samples.quantiles("Omega_h2", np.array([0.16, 0.84])))
               for path in (source, tmp_path / "new")]  # fmt: skip
    assert spreads[1] < 0.85 * spreads[0]  # 0.54 to 0.71 in eight seeds, and 1 where it does not change


@pytest.mark.usefixtures("light_figures")
def test_the_default_folder_stands_beside_the_run_and_is_not_replaced_unasked(alpfit, source):
    first = alpfit("reweight", source, "--drop", "belle2_bknunu_2023")
    assert source.with_name("source.reweighted").is_dir()
    again = alpfit("reweight", source, "--drop", "belle2_bknunu_2023")
    assert (first.code in {0, 3}, again.code) == (True, 2)
    assert "--overwrite" in again.err


@pytest.mark.usefixtures("light_figures")
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "nothing to change: give --add ENTRY, --drop ENTRY or --set TABLE.KEY=VALUE"),
        (["--drop", "plank"], "--drop plank is not one of this run's likelihoods"),
        (["--add", "plank"], "likelihoods: 'plank' is not in the catalogue"),
        (["--add", "planck_relic_2018"], "likelihoods: 'planck_relic_2018' is named twice"),
        (["--add", "belle2_bknunu_q2_2025"], "use the same data, which would count twice"),
        (["--set", "parameters.m_a=2.0"], "for other [parameters] run anew"),
        (["--set", "relic.engine=cbee"], "[relic] engine = 'cbee' is not known"),
        (["--set", "relic.engine"], "write it as table.key=value"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(alpfit, source, tmp_path, arguments, sentence):
    outcome = alpfit("reweight", source, *arguments, "--output", tmp_path / "new")
    assert outcome.code == 2
    assert sentence in outcome.err
    assert outcome.err.count("\n") == 1
    assert not (tmp_path / "new").exists()
