# Charlink: every target sets itself up. Needs Python >= 3.11, make and a package index.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: demo bench test coverage faults check format clean

demo: $(VENV)/.run  ## the tour: the real bot over the sandbox, no token or key needed
	$(BIN)/python -m sandbox tour

# What takes long enough to be left to make faults. The worlds of e2e and faults live from
# file to file, so they run apart; they wait more than they compute, so on one worker more.
LONG := test_cad.py test_kill.py

test: $(VENV)/.dev  ## the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --ignore tests/e2e --ignore tests/faults
	$(BIN)/python -m pytest -n 3 --dist loadfile tests/e2e tests/faults $(addprefix --ignore tests/faults/,$(LONG))

coverage: $(VENV)/.dev  ## the tests, with what they cover; takes about three times as long
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term

faults: $(VENV)/.dev  ## 1,000 operations, 200 kills, faults on both sides, and the verdict: some minutes
	$(BIN)/python -m tests.faults
	$(BIN)/python -m tests.faults --postgresql --operations 200 --kills 40
	$(BIN)/python -m pytest $(addprefix tests/faults/,$(LONG))

check: $(VENV)/.dev  ## format, lint, types, layers, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(MAKE) test

bench: $(VENV)/.bench  ## how fast the bot is beside a floor: docs/bench.md; BENCH_QUICK=1 for a quick look
	$(BIN)/python -m bench

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:  ## what make made; never the database or the keys
	rm -rf $(VENV) build

$(VENV)/.venv:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Charlink needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.run: $(VENV)/.venv pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.venv pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@ $(VENV)/.run

$(VENV)/.bench: $(VENV)/.venv pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	touch $@ $(VENV)/.run
