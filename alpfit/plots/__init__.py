"""Figures of a run: corner plot, and profile likelihood in one and two dimensions."""
