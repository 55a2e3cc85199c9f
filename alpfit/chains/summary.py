"""What a run says in a page: intervals, evidence, best fit."""

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from alpfit.errors import RunFolderError, in_one_line
from alpfit.inference.diagnostics import known
from alpfit.inference.samples import Samples
from alpfit.inference.session import Account

PROBABILITIES = np.array([0.025, 0.16, 0.5, 0.84, 0.975])
REWEIGHTED = "reweighted_from"
"""The key, in a summary and a manifest, of what a run without sampling of its own was made of."""

NUMBERS = (
    *("n_samples", "n_eff", "n_calls", "calls_per_s", "run_time_s", "likelihood_time_s", "first_call_s"),
    *("prior_share_without_likelihood", "log_z", "log_z_error"),
)
"""Keys of a summary that have one number."""

TOTAL = "log_likelihood_total"
DOUBTS = "numbers"
"""What is to be told of measurements' numbers, by entry; older runs lack it."""
FIT_QUALITY = "fit_quality"
"""How well the best fit fits, by measurement and all together; older runs lack it."""
QUALITY = ("deviance", "p_value", "n_data", "n_toys")
"""The numbers of it, of which the first two are null where there are none."""
NO_DOUBTS: Mapping[str, str] = MappingProxyType({})
CHANGED = ("added", "dropped", "set")
"""Lists of what a reweighted run has not in common with the other."""

KEYS = ("lower_95", "lower_68", "median", "upper_68", "upper_95")


def summarise(samples: Samples, account: Account, doubts: Mapping[str, str] = NO_DOUBTS) -> dict[str, Any]:
    """The summary as it stands in ``summary.json``, of a run that has spent ``account``.

    ``doubts`` are what is to be told of the numbers of measurements, by their names.
    """
    best = samples.best
    intervals = {
        group: {
            name: dict(zip(KEYS, (float(q) for q in samples.quantiles(name, PROBABILITIES)), strict=True))
            for name in columns
        }
        for group, columns in (("parameters", samples.parameters), ("derived", samples.derived))
    }
    return {
        **intervals,
        "log_z": samples.log_z,
        "log_z_error": samples.log_z_error,
        "best_fit": {
            "parameters": {name: float(values[best]) for name, values in samples.parameters.items()},
            "derived": {name: float(values[best]) for name, values in samples.derived.items()},
            "log_likelihood": {name: float(values[best]) for name, values in samples.log_l_by_entry.items()},
            "log_likelihood_total": float(samples.log_l[best]),
        },
        "n_samples": int(samples.log_l.size),
        "n_eff": samples.n_eff,
        "n_calls": samples.n_calls,
        "calls_per_s": samples.n_calls / max(account.elapsed_s, 1e-9),
        "run_time_s": account.elapsed_s,
        "likelihood_time_s": account.likelihood_s,
        "first_call_s": account.first_call_s,
        "diagnostics": {name: known(value) for name, value in samples.diagnostics.items()},
        "prior_share_without_likelihood": account.share_without_likelihood,
        "failures": dict(account.failures.most_common()),
        "shortfalls": list(samples.shortfalls),
        DOUBTS: dict(doubts),
    }


def check_summary(path: Path, summary: Mapping[str, Any], samples: Samples) -> None:
    """Raise :class:`RunFolderError` where the ``summary`` read from ``path`` is not one of a run with ``samples``."""
    place = next(_faults(summary, samples), None)
    if place is not None:
        raise RunFolderError(f"{path} is no summary of this run, see {place}: restore the file, or run anew")


def _faults(summary: Mapping[str, Any], samples: Samples) -> Iterator[str]:
    """The places where ``summary`` is not one of a run with ``samples``; null stands for what is not finite."""
    best: Any = summary.get("best_fit")
    yield from _unlike("best_fit", best, ("parameters", "derived", "log_likelihood", "log_likelihood_total"))
    for group, columns in (("parameters", samples.parameters), ("derived", samples.derived)):
        yield from _unlike(group, summary.get(group), columns)
        yield from _no_numbers(f"best_fit.{group}", best[group], columns, group == "derived")
        for name in columns:
            yield from _no_numbers(f"{group}.{name}", summary[group][name], KEYS, True)
    yield from _no_numbers("best_fit.log_likelihood", best["log_likelihood"], samples.log_l_by_entry, False)
    yield from _no_numbers("best_fit", {TOTAL: best[TOTAL]}, (TOTAL,), False)
    evidence = {"log_z": summary.get("log_z"), "log_z_error": summary.get("log_z_error")}
    yield from _no_numbers("", evidence, evidence, evidence["log_z"] is None)
    costs = {name: summary.get(name) for name in NUMBERS if name not in evidence}
    yield from _no_numbers("", costs, costs, False)
    for name in ("diagnostics", "failures"):
        table = summary.get(name)
        yield from _no_numbers(name, table, table if isinstance(table, dict) else (), name == "diagnostics")
    yield from _no_texts("shortfalls", summary.get("shortfalls"))
    doubts = summary.get(DOUBTS, {})
    yield from _no_texts(DOUBTS, list(doubts.values()) if isinstance(doubts, dict) else doubts)
    if (quality := summary.get(FIT_QUALITY)) is not None:
        yield from _unlike_quality(quality, samples)
    if (origin := summary.get(REWEIGHTED)) is not None:
        yield from _unlike(REWEIGHTED, origin, ("run", "log_z", "n_eff", *CHANGED))
        yield from _no_texts(f"{REWEIGHTED}.run", [origin["run"]])
        yield from _no_numbers(REWEIGHTED, {"n_eff": origin["n_eff"]}, ("n_eff",), False)
        for name in CHANGED:
            yield from _no_texts(f"{REWEIGHTED}.{name}", origin[name])


def _unlike_quality(quality: Any, samples: Samples) -> Iterator[str]:
    """The places where ``quality`` does not say how well each measurement is fitted, and all together."""
    yield from _unlike(FIT_QUALITY, quality, ("likelihoods", "all_together", "n_parameters"))
    yield from _no_numbers(FIT_QUALITY, {"n_parameters": quality["n_parameters"]}, ("n_parameters",), False)
    by_entry = quality["likelihoods"]
    yield from _unlike(f"{FIT_QUALITY}.likelihoods", by_entry, samples.log_l_by_entry)
    for name, found in {**by_entry, "all_together": quality["all_together"]}.items():
        place = f"{FIT_QUALITY}.{name}"
        yield from _unlike(place, found, (*QUALITY, "why"))
        yield from _no_texts(place, [found["why"]])
        for keys, or_null in ((QUALITY[:2], True), (QUALITY[2:], False)):
            yield from _no_numbers(place, {key: found[key] for key in keys}, keys, or_null)


def _unlike(place: str, table: object, keys: Iterable[str]) -> Iterator[str]:
    """``place``, where there is no table of these ``keys``."""
    if not isinstance(table, dict):
        yield place
    else:
        yield from (f"{place}.{key}" for key in (*keys, *table) if (key in keys) != (key in table))


def _no_numbers(place: str, table: object, keys: Collection[str], or_null: bool) -> Iterator[str]:
    """The places in a ``table`` of numbers where there is none."""
    yield from _unlike(place, table, keys)
    for key, value in dict(table).items() if isinstance(table, dict) else ():
        good = isinstance(value, float | int) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
        if not good and not (or_null and value is None):
            yield f"{place}.{key}".lstrip(".")


def _no_texts(place: str, texts: object) -> Iterator[str]:
    """``place``, where there is no list of texts."""
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        yield place


def as_text(summary: Mapping[str, Any]) -> str:
    """The summary as it stands in ``summary.txt``: equal-tailed posterior intervals, evidence, best fit."""
    header = f"{'':24s}{'median':>12s}{'68 % interval':>27s}{'95 % interval':>27s}{'best fit':>13s}"
    lines = [header]
    for group in ("parameters", "derived"):
        for name, q in summary[group].items():
            lines.append(
                f"{name:24s}{q['median']:12.4g}"
                f"{q['lower_68']:15.4g}{q['upper_68']:12.4g}{q['lower_95']:15.4g}{q['upper_95']:12.4g}"
                f"{summary['best_fit'][group][name]:13.4g}"
            )
        lines.append("")
    best = summary["best_fit"]
    lines.append("ln L at the best fit")
    doubts = summary.get(DOUBTS, NO_DOUBTS)
    quality = summary.get(FIT_QUALITY, {"likelihoods": {}, "all_together": {"n_data": 0}})
    for name, value in best["log_likelihood"].items():
        line = f"  {name:30s}{value:12.3f}"
        line += _quality(quality["likelihoods"].get(name, {"n_data": 0}))
        lines.append(line + (f"  numbers {doubts[name]}" if name in doubts else ""))
    lines.append(f"  {'total':30s}{best['log_likelihood_total']:12.3f}")
    if quality["all_together"]["n_data"]:
        lines.append(f"  {'all with toy data':30s}{'':12s}{_quality(quality['all_together'])}")
    lines.append("")
    if toys := quality["all_together"].get("n_toys"):
        lines.append(f"p-values by {toys} toy data sets, to which the parameters are not fitted: they are too large")
    if without := [name for name, found in quality["likelihoods"].items() if not found["n_data"]]:
        lines.append(f"no deviance, being limits or others' likelihoods: {', '.join(without)}")
    if summary["log_z"] is not None:
        lines.append(f"ln Z = {summary['log_z']:.3f} +- {summary['log_z_error']:.3f}")
    lines += [
        f"{name}: {'not known' if value is None else format(value, '.4g')}"
        for name, value in summary["diagnostics"].items()
    ]
    lines.append(f"prior volume without a likelihood: {100.0 * summary['prior_share_without_likelihood']:.1f} %")
    lines += [f"  {count} calls failed: {reason}" for reason, count in summary["failures"].items()]
    lines.append(
        f"{summary['n_calls']} likelihood calls in {summary['run_time_s']:.0f} s ({summary['calls_per_s']:.0f} per s); "
        f"{summary['n_samples']} samples, worth {summary['n_eff']:.0f} independent ones"
    )
    if REWEIGHTED in summary:
        lines.append(_origin(summary[REWEIGHTED]))
    lines += [f"target missed: {sentence}" for sentence in summary["shortfalls"]]
    return "\n".join(map(in_one_line, lines)) + "\n"


def _quality(found: Mapping[str, Any]) -> str:
    """How well a measurement is fitted; empty where nobody knows."""
    n = found["n_data"]
    if not n:
        return ""
    p = "" if found["p_value"] is None else f", p = {found['p_value']:.2f}"
    return f"  deviance {found['deviance']:.4g} of {n:g} number{'s' if n > 1 else ''}{p}"


def _origin(reweighted: Mapping[str, Any]) -> str:
    """What a run was reweighted from, and to what."""
    changes = [f"{what} {', '.join(reweighted[what])}" for what in ("added", "dropped", "set") if reweighted[what]]
    return f"reweighted from {reweighted['run']}, worth {reweighted['n_eff']:.0f} samples: {'; '.join(changes)}"
