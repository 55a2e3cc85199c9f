"""The run's TOML file: typed tables, checked against everything that exists."""

from alpfit.config.consistency import check_entry
from alpfit.config.reading import load_configuration, parse_configuration
from alpfit.config.tables import Configuration

__all__ = ["Configuration", "check_entry", "load_configuration", "parse_configuration"]
