"""The run's TOML file: typed tables, checked against everything that exists."""

from alpfit.config.reading import load_configuration, parse_configuration
from alpfit.config.tables import Configuration

__all__ = ["Configuration", "load_configuration", "parse_configuration"]
