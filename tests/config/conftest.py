"""The minimal input as a file, which a test may change."""

import pytest
from inputs import MINIMAL


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text(MINIMAL)
    return path
