"""The run's TOML file: typed tables, checked against everything that exists."""

from alpfit.config.consistency import check_entry, check_regimes
from alpfit.config.document import apply_overrides
from alpfit.config.finished import POINTERS, check_start, read_document, revise, workers_left_out
from alpfit.config.reading import load_configuration, parse_configuration
from alpfit.config.tables import Configuration
from alpfit.inference.samplers import FROM_PRIOR

__all__ = [
    "FROM_PRIOR",
    "POINTERS",
    "Configuration",
    "apply_overrides",
    "check_entry",
    "check_regimes",
    "check_start",
    "load_configuration",
    "parse_configuration",
    "read_document",
    "revise",
    "workers_left_out",
]
