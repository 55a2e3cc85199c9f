"""Counts in bins with systematic errors, as HistFactory builds them; the signal is a two-body decay."""

from alpfit.likelihoods.forms.binned.form import Binned

__all__ = ["Binned"]
