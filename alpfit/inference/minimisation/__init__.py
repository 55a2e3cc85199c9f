"""Maxima of ln L by MIGRAD, in coordinates that suit the priors."""
