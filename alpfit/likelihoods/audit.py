"""The catalogue as a table that a person can work through: what each entry says, where it stands, what is unchecked."""

from collections.abc import Iterator, Mapping

from alpfit.likelihoods.catalogue import METHOD, load
from alpfit.likelihoods.entry import names
from alpfit.likelihoods.listing import superseded
from alpfit.likelihoods.measurement import Measurement
from alpfit.likelihoods.source import Reference


def audit() -> Iterator[Mapping[str, str]]:
    """A row for each entry, in the order of their names: column to text."""
    measurements = [load(name) for name in names()]
    newer = superseded(measurements)
    for measurement in measurements:
        yield _row(measurement, newer.get(measurement.name, ""))


def _row(measurement: Measurement, newer: str) -> Mapping[str, str]:
    source = measurement.source
    return {
        "entry": measurement.name,
        "experiment": measurement.experiment,
        "form": measurement.form_name,
        "numbers": measurement.form.describe(),
        "confidence level": source.confidence_level,
        "method": _method(measurement),
        "quality": source.quality,
        "arXiv": source.arxiv,
        "where": source.where,
        "how": source.how,
        "assumes": source.assumes,
        "recast": source.recast,
        "projection": "yes" if measurement.projection else "",
        "same data as": ", ".join(measurement.overlaps),
        "supersedes": source.supersedes,
        "superseded by": newer,
        "references": ", ".join(reference.key for reference in measurement.references),
        "lacking or unchecked": "; ".join(filter(None, map(_lacking, measurement.references))),
        "digest": measurement.digest,
    }


def _method(measurement: Measurement) -> str:
    """The method that gave the limit, and how that is known; empty for what is no limit."""
    if not hasattr(measurement.form, "confidence_level"):
        return ""
    known = measurement.notes.get(METHOD, "")
    return measurement.source.method + (f" ({known})" if known else "")


def _lacking(reference: Reference) -> str:
    """What a reference has not got, and what of it nobody has seen; empty where it is whole."""
    without = [name for name in ("journal", "doi", "eprint") if not getattr(reference, name)]
    said = [f"no {' and '.join(without)}"] if without else []
    said += [f"unchecked {' and '.join(reference.unchecked)}"] if reference.unchecked else []
    return f"{reference.key}: {', '.join(said)}" if said else ""
