"""All files of a profile likelihood but its manifest."""

from dataclasses import asdict

from alpfit.chains.profiles.contents import ProfileContents, stems
from alpfit.chains.profiles.folder import ProfileFolder
from alpfit.chains.profiles.hepdata import write_hepdata
from alpfit.chains.profiles.netcdf import write_profiles
from alpfit.chains.profiles.tables import write_bins, write_contours
from alpfit.chains.records import json_text


def write_all(folder: ProfileFolder, contents: ProfileContents) -> None:
    """Write ``contents`` to a folder that is empty."""
    for stem, profile in zip(stems(contents.profiles), contents.profiles, strict=True):
        write_bins(folder.table(stem), [profile], contents.top, contents.steps)
    write_profiles(folder.profiles, contents)
    write_contours(folder.contours, contents.contours)
    write_hepdata(folder.hepdata, contents)
    limits = {
        "best_fit": {"log_likelihood_total": contents.top, "parameters": dict(contents.best)},
        "refined": all(profile.refined for profile in contents.profiles),
        "remarks": list(contents.remarks),
        "profiles": [asdict(confidence) for confidence in contents.confidences],
    }
    folder.intervals.write_text(json_text(limits) + "\n", encoding="utf-8")
