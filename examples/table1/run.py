"""The paper's Table 1, generalised: twenty fits, their profile bounds on both couplings, and the tables of README.md.

``make table1`` runs it: about an hour on two cores. Finished fits are read, interrupted ones are continued.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from readme import write_readme

import alpfit
from alpfit import Fit, Run
from alpfit.chains.unfinished import is_finished
from alpfit.figures.compared import compared_figures
from alpfit.inference.profiling import confidence
from alpfit.plots.style import paper_style

FOLDER = Path(__file__).resolve().parent
CHAINS = FOLDER.parents[1] / "chains" / "table1"

ASSUMPTIONS = ("a_seed", "b_unitary", "c_spectrum", "d_everything")

MASSES = {
    "0.6 - 1.4": (0.6, 1.4),
    "1.4 - 3.06": (1.4, 3.06),
    "3.06 - 3.99": (3.06, 3.99),
    "3.99 - 4.78": (3.99, 4.78),
    "0.6 - 4.78": (0.6, 4.78),
}
"""GeV. The paper prints a mass in each of its four intervals and not their ends: these are the geometric means."""

RATE = "BR(B+->K+ a(inv))"
BINS = "40"


@dataclass(frozen=True)
class Result:
    """What a fit says, as a row of ``results.csv``; intervals hold 95 % (posterior) or 95.4 % (profile).

    ``gain_belle2`` and ``gain_all`` are ln L at the best fit less that without an ALP, of Belle II's measurement and of
    all but the relic density. An interval of the profile that ends where the prior does is ``open`` there.
    """

    assumptions: str
    masses: str
    log_z: float
    log_z_error: float
    best_log_l: float
    gain_belle2: float
    gain_all: float
    best_m_a: float
    best_r: float
    best_g_agg: float
    best_g_achi: float
    best_rate: float
    m_a_lower: float
    m_a_upper: float
    r_lower: float
    r_upper: float
    rate_lower: float
    rate_upper: float
    g_agg_lower: float
    g_agg_upper: float
    g_achi_lower: float
    g_achi_upper: float
    g_agg_profile_lower: float
    g_agg_profile_upper: float
    g_agg_profile_open: str
    g_achi_profile_lower: float
    g_achi_profile_upper: float
    g_achi_profile_open: str


def main() -> None:
    """Run what is not there yet, and write the results."""
    results = list(all_results())
    draw_photon_limits()
    with (FOLDER / "results.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(field.name for field in fields(Result))
        writer.writerows(_cells(result) for result in results)
    write_readme(FOLDER)


def draw_photon_limits() -> None:
    """The posteriors of (c) and (d) over the whole range: what limits on the decay to photons do."""
    runs = [Run.read(folder_of(assumptions, "0.6 - 4.78")) for assumptions in ASSUMPTIONS[2:]]
    corner = next(drawn for drawn in compared_figures(runs) if drawn.name == "corner")
    with paper_style():
        corner.figure.savefig(FOLDER / "corner.png", dpi=150)


def folder_of(assumptions: str, masses: str) -> Path:
    """Where a fit is."""
    return CHAINS / f"{assumptions}.{masses.replace(' ', '')}"


def all_results() -> Iterator[Result]:
    """All fits, one after the other."""
    for assumptions in ASSUMPTIONS:
        for masses, (low, high) in MASSES.items():
            overrides = (f"parameters.m_a.min={low}", f"parameters.m_a.max={high}")
            path = folder_of(assumptions, masses)
            print(path, flush=True)  # noqa: T201
            yield result_of(
                assumptions, masses, finished(Fit.from_file(FOLDER / f"{assumptions}.toml", overrides), path)
            )


def finished(fit: Fit, path: Path) -> Run:
    """The run of ``fit`` at ``path``, made or continued if need be."""
    return Run.read(path) if is_finished(path) else fit.run(path, resume=path.exists())


def result_of(assumptions: str, masses: str, run: Run) -> Result:
    """The row of a run."""
    best, samples = run.summary["best_fit"], run.samples
    gains = gains_of(run)
    intervals: dict[str, float | str] = {}
    for column, name in (("m_a", "m_a"), ("r", "r"), ("rate", RATE), ("g_agg", "g_agg"), ("g_achi", "g_achi")):
        if name in samples.parameters or name in samples.derived:
            ends = samples.quantiles(name, np.array([0.025, 0.975]))
        else:
            ends = np.full(2, run.configuration.fixed[name])
        intervals |= {f"{column}_lower": float(ends[0]), f"{column}_upper": float(ends[1])}
    for name in ("g_agg", "g_achi"):
        intervals |= profile_interval(run, name)
    at = {**run.configuration.fixed, **best["parameters"]}
    return Result(
        assumptions=assumptions,
        masses=masses,
        log_z=run.summary["log_z"],
        log_z_error=run.summary["log_z_error"],
        best_log_l=best["log_likelihood_total"],
        gain_belle2=next(gain for name, gain in gains.items() if name.startswith("belle2_bknunu")),
        gain_all=sum(gains.values()),
        best_m_a=at["m_a"],
        best_r=at["r"],
        best_g_agg=at["g_agg"],
        best_g_achi=at["g_achi"],
        best_rate=best["derived"][RATE],
        **intervals,
    )


def gains_of(run: Run) -> Mapping[str, float]:
    """ln L at the best sample less that without an ALP, by measurement; a relic density needs one."""
    problem = run.configuration.problem
    point = problem.evaluate_at({name: np.array([x]) for name, x in run.summary["best_fit"]["parameters"].items()})
    silent = {**point.parameters, **point.predictions}
    silent |= problem.scenario.without_signal(point.parameters)
    return {
        m.name: float(point.log_l_by_entry[m.name][0] - m.loglike(silent)[0])
        for m in problem.likelihood.measurements
        if "Omega_h2" not in m.form.observables
    }


def profile_interval(run: Run, name: str) -> dict[str, float | str]:
    """95.4 % from the refined profile of ``name``, from the lowest to the highest piece."""
    output = run.folder.path / f"profile.{name}"
    made = alpfit.profile(run, [name], grid=BINS, refine=True, output=output, resume=True)
    (profile,) = made.profiles
    pieces = confidence(profile, made.top, run.configuration.priors).intervals[-1].pieces
    is_open = "both" if pieces[0].lower_open and pieces[-1].upper_open else ""
    is_open = is_open or ("lower" if pieces[0].lower_open else "upper" if pieces[-1].upper_open else "")
    key = f"{name}_profile"
    return {f"{key}_lower": pieces[0].lower, f"{key}_upper": pieces[-1].upper, f"{key}_open": is_open}


def _cells(result: Result) -> Iterable[str]:
    for field in fields(result):
        value = getattr(result, field.name)
        yield value if isinstance(value, str) else f"{value:.6g}"


if __name__ == "__main__":
    main()
