"""``hepdata/``: the profiles as a submission to HEPData (https://hepdata-submission.readthedocs.io)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alpfit.chains.hepdata import dependent, digits, documents_text, table_entry
from alpfit.chains.profiles.contents import ProfileContents, bin_ends, stems
from alpfit.inference.profiling import THRESHOLDS, Profile


def write_hepdata(folder: Path, contents: ProfileContents) -> None:
    """Write ``submission.yaml`` and a table for each profile to the new ``folder``."""
    folder.mkdir()
    documents: list[Mapping[str, Any]] = [{"comment": _comment(contents)}]
    for number, (stem, profile) in enumerate(zip(stems(contents.profiles), contents.profiles, strict=True), start=1):
        file = f"{stem}.yaml"
        (folder / file).write_text(documents_text([_table(profile, contents)]), encoding="utf-8")
        documents.append(_entry(number, file, profile, contents))
    (folder / "submission.yaml").write_text(documents_text(documents), encoding="utf-8")


def _comment(contents: ProfileContents) -> str:
    point = ", ".join(f"{name} = {value:.6g}" for name, value in contents.best.items())
    return f"Profile likelihoods made with alpfit. Best fit: ln L = {contents.top:.6g} at {point}."


def _entry(number: int, file: str, profile: Profile, contents: ProfileContents) -> dict[str, Any]:
    """The document of a table in ``submission.yaml``."""
    how = "maximised in each bin with MIGRAD" if profile.refined else "of the best sample in each bin"
    quantities = [contents.quantities[name] for name in profile.names]
    said = "; ".join(f"{name}: {q.description}" for name, q in zip(profile.names, quantities, strict=True))
    description = f"-2 Delta ln L against the best fit, {how}. {said}. Bins without a point are left out."
    name = f"{number} Profile likelihood of {' and '.join(profile.names)}"
    return table_entry(name, description, "Profile likelihood", file)


def _table(profile: Profile, contents: ProfileContents) -> dict[str, Any]:
    known, delta = profile.known, profile.minus_two_delta(contents.top)
    independent = []
    for name, ends, position in zip(profile.names, bin_ends(profile), profile.positions, strict=True):
        rows = zip(position[known].tolist(), *(end[known].tolist() for end in ends), strict=True)
        values = [{"value": digits(at), "low": digits(low), "high": digits(high)} for at, low, high in rows]
        independent.append({"header": _header(name, contents), "values": values})
    qualifiers = _qualifiers(profile, contents)
    columns = [dependent("-2 Delta ln L", [digits(value) for value in delta[known].tolist()], qualifiers)]
    for level, threshold in THRESHOLDS[len(profile.names)].items():
        inside = (delta[known] <= threshold).astype(int).tolist()
        own = [*qualifiers, {"name": "-2 Delta ln L at most", "value": threshold}]
        columns.append(dependent(f"inside of the region of {level} CL (1: yes)", inside, own))
    if profile.refined:
        converged = profile.converged[known].astype(int).tolist()
        columns.append(dependent("minimisation converged (1: yes)", converged, qualifiers))
    return {"independent_variables": independent, "dependent_variables": columns}


def _header(name: str, contents: ProfileContents) -> dict[str, str]:
    """A quantity as HEPData shows it, with mathematics between dollars."""
    quantity = contents.quantities[name]
    return {"name": f"${quantity.label}$", **({"units": quantity.unit} if quantity.unit else {})}


def _qualifiers(profile: Profile, contents: ProfileContents) -> list[dict[str, Any]]:
    return [
        {"name": "likelihoods", "value": ", ".join(contents.likelihoods)},
        {"name": "profiled over", "value": ", ".join(n for n in profile.parameters if n not in profile.names) or "-"},
        {"name": "ln L at the best fit", "value": digits(contents.top)},
    ]
