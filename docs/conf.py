"""The manual: ``make docs`` builds it in ``docs/_build/html``, with warnings as errors and no network."""

import sys
from pathlib import Path

from alpfit.version import __version__

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "alpfit"
author = "The alpfit developers"
project_copyright = "The alpfit developers, BSD-3-Clause"
release = __version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "sphinx-mathjax-offline",
    "sphinx_copybutton",
    "reference_pages",
    "catalogue_pages",
    "data_docstrings",
    "notebooks",
]
nb_execution_mode = "cache"
nb_execution_timeout = 300
nb_execution_raise_on_error = True
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence", "attrs_inline"]
myst_heading_anchors = 4
exclude_patterns = ["_build", "README.md"]

html_theme = "furo"
html_title = f"alpfit {release}"
html_show_sphinx = False
copybutton_prompt_text = "$ "

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "show-inheritance": False}
napoleon_google_docstring = True
napoleon_numpy_docstring = False
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
napoleon_attr_annotations = False
