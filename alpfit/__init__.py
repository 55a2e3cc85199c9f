"""Bayesian inference for resonant ALP-portal dark matter and the Belle II B+ -> K+ nu nu excess.

What ``alpfit`` does on the command line has a function of the same name here.

To fit:

    run             sample a TOML file, a dictionary or a Fit, and write a run folder
    evaluate        predictions and likelihoods at one point: an EvaluatedPoint
    explain         does the model explain an excess, and what speaks against it?
    forecast        what more data would say: limits, significances, the luminosity that they take
    Fit             a checked configuration: from_file, from_dict, evaluate, sample, run, repeat

With a finished run, which may be given as the path of its folder:

    read_run        the Run in a folder: samples, summary, warnings; to_arviz, to_getdist, to_anesthetic, to_dataframe
    profile         its profile likelihood, with intervals and contours
    reweight        to other likelihoods or predictions
    fit_quality     how well the best fit fits: deviances and p-values
    compare         with other runs: Bayes factors, best fits, intervals
    plot            a figure to look at, or all in files
    report          one web page
    export          files for other programs
    cite            what to cite

With a model of your own:

    scenarios       what one is made of: Scenario, Parameter; those that there are: SCENARIOS
    check_scenario  what one has, which measurements can use it, and how fast it is: a ScenarioCheck

Relic densities and likelihoods by themselves:

    relic_density   Omega h^2 at points of the ALP portal: a RelicDensity, with a Status for each
    evolve          the history of chi at one point: an Evolution
    required_coupling   for a wanted Omega h^2
    likelihoods     the catalogue: names, load
    relic           engines for any dark sector: DarkSector, solve, evolve_sector

All that the user can mend is an AlpfitError, a sentence. The names are loaded when first used, so that importing the
package is instant.

    >>> import alpfit
    >>> density = alpfit.relic_density(0.75, 0.477, 9.037e-5, 6.93e-5)
    >>> print(f"{density.omega_h2:.4f}")
    0.0764
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from alpfit.numerics.settings import ignore_working_directory
from alpfit.version import __version__

if TYPE_CHECKING:
    from alpfit import likelihoods, relic, scenarios
    from alpfit.errors import AlpfitError
    from alpfit.fit import EvaluatedPoint, Fit
    from alpfit.fit.check_scenario import check_scenario
    from alpfit.fit.cite import cite
    from alpfit.fit.compare import compare
    from alpfit.fit.evaluate import evaluate
    from alpfit.fit.explain import explain
    from alpfit.fit.export import export
    from alpfit.fit.fit_quality import fit_quality
    from alpfit.fit.forecast import forecast
    from alpfit.fit.plot import plot
    from alpfit.fit.profile import profile
    from alpfit.fit.report import report
    from alpfit.fit.reweight import reweight
    from alpfit.fit.run import run
    from alpfit.relic import Evolution, RelicDensity, Status, evolve, relic_density, required_coupling
    from alpfit.runs.run import Run, read_run

__all__ = [
    "AlpfitError",
    "EvaluatedPoint",
    "Evolution",
    "Fit",
    "RelicDensity",
    "Run",
    "Status",
    "__version__",
    "check_scenario",
    "cite",
    "compare",
    "evaluate",
    "evolve",
    "explain",
    "export",
    "fit_quality",
    "forecast",
    "likelihoods",
    "plot",
    "profile",
    "read_run",
    "relic",
    "relic_density",
    "report",
    "required_coupling",
    "reweight",
    "run",
    "scenarios",
]

ignore_working_directory()

_VERBS = (
    "check_scenario",
    "cite",
    "compare",
    "evaluate",
    "explain",
    "export",
    "fit_quality",
    "forecast",
    "plot",
    "profile",
    "report",
    "reweight",
    "run",
)
_HOMES = {
    **{verb: f"alpfit.fit.{verb}" for verb in _VERBS},
    **dict.fromkeys(("EvaluatedPoint", "Fit"), "alpfit.fit"),
    **dict.fromkeys(("Run", "read_run"), "alpfit.runs.run"),
    **dict.fromkeys(
        ("Evolution", "RelicDensity", "Status", "evolve", "relic_density", "required_coupling"), "alpfit.relic"
    ),
    "AlpfitError": "alpfit.errors",
}


def __getattr__(name: str) -> Any:
    if name in ("likelihoods", "relic", "scenarios"):
        return import_module(f"alpfit.{name}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'alpfit' has no attribute '{name}'")


def __dir__() -> list[str]:
    return list(__all__)
