"""The version, in the one place where it is written."""

__version__ = "0.1.0"
"""The version of the package, as run folders and reports state it.

>>> import alpfit
>>> major, minor, patch = alpfit.__version__.split(".")
"""
