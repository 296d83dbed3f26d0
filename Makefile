# make demo: the console on a simulated Chorus Pro.  make test: everything CI runs.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check install -qq --constraint constraints.txt

.PHONY: demo test check bench snapshots catalogue clean

demo: $(VENV)/.demo
	@$(BIN)/chorus-tui demo

# Three at once on two cores: some tests wait for a real terminal. What pytest compiles is kept whatever the
# environment says: to compile every test anew is two thirds of what each of the three needs to start.
test: check
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 3 --dist loadfile

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench

# Paints the reference pictures anew; look at them before they are committed.
snapshots: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/console --snapshot-update

# Collects new sentences from the code into the French catalogue.
catalogue: $(VENV)/.dev
	$(BIN)/python -m tests.catalogue

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "chorus-tui needs Python 3.11 or newer: make PYTHON=python3.12")'
	@echo "Making the environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(BIN)/python pyproject.toml hatch_build.py constraints.txt
	@echo "Installing chorus-tui (once; about half a minute)"
	@$(PIP) --editable .
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml hatch_build.py constraints.txt
	@echo "Installing chorus-tui and what its tests need (once; about a minute)"
	@$(PIP) --editable ".[dev]"
	@touch $@ $(VENV)/.demo

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .hypothesis .import_linter_cache
