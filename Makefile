# Both commands of the README. `make study` trains and analyses; `make test` runs every check.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: study test check

study: .venv/installed
	$(BIN)/python train.py -m network_type=boolean,embedding,multi_encoder 'run=range(1,8)' training=quick
	$(BIN)/python analyze.py

test: .venv/installed
	$(MAKE) --no-print-directory check

check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@
