"""Priors, the inference problem, samplers, and the profile likelihood."""
