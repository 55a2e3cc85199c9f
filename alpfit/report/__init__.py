"""A run as one web page that needs no network."""

from alpfit.report.contents import Contents, Figure, Interval, Row
from alpfit.report.page import render

__all__ = ["Contents", "Figure", "Interval", "Row", "render"]
