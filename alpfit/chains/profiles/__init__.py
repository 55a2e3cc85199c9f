"""The files of a profile likelihood."""

from alpfit.chains.profiles.contents import ProfileContents
from alpfit.chains.profiles.folder import ProfileFolder
from alpfit.chains.profiles.netcdf import read_profiles
from alpfit.chains.profiles.writing import write_all

__all__ = ["ProfileContents", "ProfileFolder", "read_profiles", "write_all"]
