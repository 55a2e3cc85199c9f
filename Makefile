# `make run` and `make test` do all the set-up themselves; PYTHON is any Python >= 3.11.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: run test lint docs reference paper table1 bench lock clean

run: $(INSTALLED)
	$(BIN)/alpfit run examples/invisible.toml --overwrite

test: $(INSTALLED)
	$(BIN)/python -m pytest --numprocesses logical --dist loadfile --no-loadscope-reorder

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The manual, in docs/_build/html; needs no network to be built or read.
docs: $(INSTALLED)
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html

# After `make run`: the committed run, thinned, and the README's figure from it.
reference: $(INSTALLED)
	$(BIN)/python chains/reference/thin.py chains/invisible chains/reference/invisible 440

# Figures 1 to 7 and Table 1 of the paper that proposed the model: examples/paper/README.md.
paper: $(INSTALLED)
	$(BIN)/python examples/paper/make.py

# Its Table 1 with fits in the place of benchmark points, about an hour: examples/table1/README.md.
table1: $(INSTALLED)
	$(BIN)/python examples/table1/run.py

bench: $(INSTALLED)
	$(BIN)/python -m pytest tests/benchmarks --override-ini addopts="--import-mode=importlib"

# Needs uv; writes the versions that were tested together, for every supported Python.
lock:
	uv pip compile --universal --python-version 3.11 --extra dev pyproject.toml --output-file requirements.lock

clean:
	rm -rf $(VENV) build dist docs/_build docs/reference/generated docs/reference/catalogue docs/notebooks

$(INSTALLED): pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "alpfit needs Python >= 3.11: make PYTHON=/path/to/python")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@
