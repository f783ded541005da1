# The few commands of a day's work. Each does its own set-up; nothing needs to be installed by hand
# but Python 3.11 or newer.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup run test check format bench bench-polls clean lock

help:
	@echo "make run     collect, compose, publish and deliver what config.toml says (the main job)"
	@echo "make test    the whole test suite"
	@echo "make check   lint, types and layers"
	@echo "make bench   speed and memory beside a peer, measured here and now"

setup: $(VENV)/ready

# A fresh Debian has Python without ensurepip; python3-venv brings it.
$(VENV)/ready: pyproject.toml requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "digest needs Python 3.11 or newer: make PYTHON=python3.11 …"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq python3-venv; } || { echo "Install the package python3-venv first."; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

run: setup
	$(BIN)/digest run --now

test: setup
	$(BIN)/python -m pytest

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/polling.py
	$(BIN)/python benchmarks/folding.py
	$(BIN)/python benchmarks/dates.py

bench-polls: setup
	$(BIN)/python benchmarks/polls.py

lock: setup
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --group dev --output-file requirements.txt pyproject.toml

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
