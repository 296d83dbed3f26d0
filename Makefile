# make demo: the console on a simulated Chorus Pro.  make test: everything CI runs.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.PHONY: demo test check bench snapshots catalogue clean

demo: $(VENV)/.demo
	$(BIN)/chorus-tui demo

test: $(VENV)/.dev check
	$(BIN)/python -m pytest -n 2

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python -m tests.bench

snapshots: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 tests/console --snapshot-update

# Collects new sentences from the code into the French catalogue.
catalogue: $(VENV)/.dev
	$(BIN)/pybabel -q extract --no-wrap --sort-by-file --omit-header -k N_ -k _ -k ngettext:1,2 -o chorus_tui/locale/chorus_tui.pot chorus_tui
	$(BIN)/pybabel -q update --no-wrap --no-fuzzy-matching --omit-header -i chorus_tui/locale/chorus_tui.pot -d chorus_tui/locale -D chorus_tui
	$(BIN)/pybabel -q compile -d chorus_tui/locale -D chorus_tui

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) --editable .
	touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) --editable ".[dev]"
	touch $@ $(VENV)/.demo

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .hypothesis .import_linter_cache
