"""Measurements of flavio's collection: ln L is flavio's own, and what is not flavio's is a sentence."""

from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from alpfit.errors import AlpfitError, CatalogueError
from alpfit.likelihoods import FORMS
from alpfit.likelihoods.catalogue import load_folder

pytestmark = pytest.mark.usefixtures("flavio")

VERSION = version("flavio")
KINDS = {
    "normal": ("HFAG rad 2014", ["BR(B+->K*gamma)"]),
    "asymmetric": ("CMS B->K*mumu 2013 combined with 2015", [["<AFB>(B0->K*mumu)", 14.18, 16.0]]),
    "Gaussian limit": ("Sindrum II Ti 1993", ["CR(mu->e, Ti)"]),
    "gamma limit": ("Belle B->hnunu SL 2017", ["BR(B0->K*nunu)"]),
    "table": ("BaBar BKtautau 2016", ["BR(B+->Ktautau)"]),
    "three correlated": ("LHCb phigamma 2019", ["S_phigamma", "ACP(Bs->phigamma)", "ADeltaGamma(Bs->phigamma)"]),
    "one of three": ("LHCb phigamma 2019", ["ACP(Bs->phigamma)"]),
    "two in a table": ("CMS Bs->mumu 2013", ["BR(Bs->mumu)", "BR(B0->mumu)"]),
    "two independent": ("Belle B->hnunu SL 2017", ["BR(B0->K*nunu)", "BR(B+->Knunu)"]),
}


GOOD = {"measurement": "Belle B->hnunu SL 2017", "version": VERSION, "reads": {"rate": "BR(B0->K*nunu)"}}


def form_of(measurement, names):
    reads = {f"o{i}": name for i, name in enumerate(names)}
    return FORMS["flavio"].read({"measurement": measurement, "version": VERSION, "reads": reads}, None)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_flavios_own_probability(kind, flavio):
    measurement, names = KINDS[kind]
    theirs, form = flavio.Measurement[measurement], form_of(measurement, names)
    keys = [tuple(name) if isinstance(name, list) else name for name in names]
    rng = np.random.default_rng(3)
    scale = [max(theirs.get_central(key), 1e-6) if theirs.get_central(key) >= 0.0 else 1.0 for key in keys]
    values = np.array(scale) * rng.uniform(0.3, 1.7, (5, len(keys)))
    ours = form.loglike({f"o{i}": column for i, column in enumerate(values.T)})
    others = [name for name in theirs.all_parameters if name not in keys]
    for row, log_l in zip(values, ours, strict=True):
        by_constraint = theirs.get_logprobability_all(dict(zip(keys, row, strict=True)), exclude_parameters=others)
        assert log_l == pytest.approx(sum(float(np.squeeze(value)) for value in by_constraint.values()), rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_the_best_value_has_no_pull_and_the_rest_is_pulled_to_it(kind, flavio):
    measurement, names = KINDS[kind]
    theirs, form = flavio.Measurement[measurement], form_of(measurement, names)
    best = {
        name: np.full(3, theirs.get_central(tuple(key) if isinstance(key, list) else key))
        for name, key in form.reads.items()
    }
    width = 0.2 * abs(form.compare(best).bound[0])
    compared = form.compare({**best, "o0": best["o0"] + np.array([-width, 0.0, width])})
    assert compared.pull[1] == pytest.approx(0.0, abs=1e-6)
    assert compared.pull[2] > 0.0
    assert compared.pull[0] < 0.0 or np.isnan(compared.pull[0])


def test_a_limit_is_shown_where_nothing_is_best():
    form = form_of("Belle B->hnunu SL 2017", ["BR(B0->K*nunu)"])
    assert form.compare({"o0": np.array([1e-6])}).bound == pytest.approx(1.8e-5, rel=0.01)  # table II of 1702.03224
    assert "upper limit" in form.describe()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"measurement": "Belle B->hnunu SL 2018"}, "is not flavio's: did you mean 'Belle B->hnunu SL 2017'?"),
        ({"reads": {"rate": "BR(B0->K*nu)"}}, r"is not in the measurement: did you mean 'BR\(B0->K\*nunu\)'\?"),
        ({"reads": {"rate": ["BR(B0->K*nunu)", 1.0]}}, "is not in the measurement"),
        ({"reads": {}}, "reads"),
        ({"version": "0.1"}, f"version = '0.1', and flavio {VERSION} is installed"),
        ({"observable": "rate"}, "observable"),
    ],
)
def test_what_is_not_flavios_is_a_sentence(changes, sentence):
    with pytest.raises((AlpfitError, ValueError), match=sentence):
        FORMS["flavio"].read({**GOOD, **changes}, None)


def test_an_entry_with_another_version_names_its_file(tmp_path):
    text = (Path(__file__).parents[2] / "examples/elsewhere/belle_kstar_flavio/likelihood.toml").read_text()
    entry = tmp_path / "mine"
    entry.mkdir()
    (entry / "likelihood.toml").write_text(text.replace(f'version = "{VERSION}"', 'version = "0.1"'))
    with pytest.raises(CatalogueError, match=r"mine/likelihood\.toml: \[data\] version = '0.1'"):
        load_folder(entry)
