"""The notebooks of ``examples/notebooks``, which are executed for the manual."""

import shutil
from pathlib import Path

from sphinx.application import Sphinx

FOLDER = "notebooks"


def copy(app: Sphinx) -> None:
    """Where Sphinx finds them: copies beside the pages, new ones where they have changed."""
    target = Path(app.srcdir) / FOLDER
    target.mkdir(exist_ok=True)
    for path in sorted((Path(app.srcdir).parent / "examples" / "notebooks").glob("*.ipynb")):
        place = target / path.name
        if not place.exists() or place.read_bytes() != path.read_bytes():
            shutil.copyfile(path, place)


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx' way in."""
    app.connect("builder-inited", copy)
    return {"parallel_read_safe": True}
