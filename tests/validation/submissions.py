"""HEPData's own opinion of a submission."""

import subprocess
import sys
from pathlib import Path

VALIDATE = """
import sys
from hepdata_validator.full_submission_validator import FullSubmissionValidator
validator = FullSubmissionValidator(schema_version="1.1.1")
good = validator.validate(directory=sys.argv[1])
validator.print_errors("submission.yaml")
sys.exit(not good)
"""
"""In a process of its own, as the validator leaves files open and uses what is deprecated."""


def hepdata_complaint(folder: Path) -> str:
    """What HEPData's validator says of the submission in ``folder``; empty where it takes it."""
    call = [sys.executable, "-c", VALIDATE, str(folder)]
    answer = subprocess.run(call, capture_output=True, text=True, check=False, timeout=60)
    return (answer.stdout + answer.stderr or "refused") if answer.returncode else ""
