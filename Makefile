# Both commands of the README. `make study` trains and analyses; `make test` runs every check.
PYTHON ?= python3
BIN := .venv/bin
MAKEFLAGS += --no-print-directory

.PHONY: study test check coverage results publish pages constraints

study: .venv/installed
	$(BIN)/python train.py -m network_type=boolean,embedding,multi_encoder 'run=range(1,8)' training=quick experiment=first_look
	$(BIN)/python analyze.py report first_look

# The published studies, which take hours; interrupted, it resumes. `make publish` then refreshes their copies.
results: .venv/installed
	$(BIN)/python train.py +study=input_representation
	$(BIN)/python analyze.py report input_representation
	$(BIN)/python train.py +study=input_representation seed=paired experiment=paired
	$(BIN)/python analyze.py report paired
	$(BIN)/python train.py -m 'run=range(1,8)' network_type=boolean,embedding,multi_encoder training.rounds=5 portable=true experiment=short_budget
	$(BIN)/python analyze.py report short_budget
	$(BIN)/python train.py -m 'run=range(1,5)' network_type=boolean,embedding,multi_encoder training.rounds=60 portable=true experiment=long_budget
	$(BIN)/python analyze.py report long_budget
	$(BIN)/python train.py +study=arithmetic
	$(BIN)/python analyze.py report arithmetic
	$(BIN)/python train.py +study=tuned
	$(BIN)/python analyze.py report tuned
	$(BIN)/python train.py +study=tuned_best
	$(BIN)/python analyze.py report tuned_best
	$(BIN)/python train.py +study=rules
	$(BIN)/python analyze.py report rules
	$(BIN)/python train.py +study=zones_only
	$(BIN)/python analyze.py report zones_only
	$(BIN)/python train.py +study=earlier
	$(BIN)/python analyze.py report earlier
	$(BIN)/python train.py +study=artefacts
	$(BIN)/python analyze.py report artefacts

# Copies what the analysis left under multirun over the files of the same names in docs/results.
publish:
	for file in docs/results/*/*.*; do \
		new=$$(find multirun/$$(basename $$(dirname $$file)) -maxdepth 3 -not -path '*_run_*' -name $$(basename $$file) 2>/dev/null); \
		test -z "$$new" || cp $$new $$file; \
	done

test: .venv/installed
	$(MAKE) check

check:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/deptry .
	$(BIN)/pytest -n 2 --dist worksteal

# The generated pages: the keys of the config, and the tree of docs/architecture.md.
pages:
	$(BIN)/python -m cuttle.config > docs/configuration.md
	$(BIN)/python -m tests.tree

# Which lines no test runs, trainings in processes of their own included.
coverage: .venv/installed
	$(BIN)/pytest -n 2 --dist worksteal --cov

# The versions of a fresh environment, and their hashes without torch: see docs/dependencies.md.
constraints:
	$(PYTHON) -m venv --clear build/fresh
	build/fresh/bin/pip install --disable-pip-version-check --editable '.[dev]'
	build/fresh/bin/pip freeze --exclude-editable | sed 's/+cpu$$//' > constraints.txt
	build/fresh/bin/pip install --disable-pip-version-check uv
	grep -v '^torch==' constraints.txt | build/fresh/bin/uv pip compile - --no-deps --generate-hashes --no-header --no-annotate --universal --python-version 3.11 --quiet --output-file constraints-hashed.txt

.venv/installed: pyproject.toml constraints.txt
	@echo "setting up .venv: one to three minutes, once"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; name it: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@
