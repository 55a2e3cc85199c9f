"""Runs on disk: read, written, profiled, compared, and held against what they would be today."""
