"""A run as one web page that needs no network."""

from alpfit.reports.contents import Contents, Figure, Forecast, Interval, Row
from alpfit.reports.page import render

__all__ = ["Contents", "Figure", "Forecast", "Interval", "Row", "render"]
