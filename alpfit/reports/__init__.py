"""A run as one web page that needs no network."""

from alpfit.reports.contents import Contents, Figure, Forecast, Interval, Row
from alpfit.reports.explorer import DIFFERENCE, Column, Explorer
from alpfit.reports.page import render

__all__ = ["DIFFERENCE", "Column", "Contents", "Explorer", "Figure", "Forecast", "Interval", "Row", "render"]
