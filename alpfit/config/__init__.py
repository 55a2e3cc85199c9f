"""The run's TOML file: typed tables, checked against everything that exists."""

from alpfit.config.consistency import check_entry
from alpfit.config.reading import apply_override, load_configuration, parse_configuration, read_document
from alpfit.config.tables import Configuration

__all__ = [
    "Configuration",
    "apply_override",
    "check_entry",
    "load_configuration",
    "parse_configuration",
    "read_document",
]
