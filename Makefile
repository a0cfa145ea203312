# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
# Tests wait for processes, servers and disks as much as they compute.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(max(3, os.cpu_count() or 1))')

# Python keeps what it has compiled, whatever the environment says: workers and processes load it again and again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test soak lint compiled install clean wheel bench

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing. On Debian or Ubuntu: sudo apt install python3-venv"; exit 1; }
	@echo "Setting up (once, about a minute)..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(STAMP)

demo: $(STAMP)
	@$(BIN)/notifier demo

test: $(STAMP)
	@$(MAKE) --no-print-directory -j2 lint compiled
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal

# Hours of ill luck in some minutes: more kills with seeds never used before, and the faults that take their time.
soak: $(STAMP)
	@SEED=$${SEED:-$$(date +%s)} $(BIN)/python -m pytest -q -rA -m soak -n auto --dist load

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache >/dev/null || $(BIN)/lint-imports --no-cache

# On the core that mypy leaves free, so that not every worker compiles the tests. What is wrong, they say themselves.
compiled: $(STAMP)
	@$(BIN)/python -m pytest -q --collect-only -n 0 >/dev/null 2>&1 || true

bench: $(STAMP)
	@$(BIN)/python -m bench $(ARGS)

wheel: $(STAMP)
	@$(BIN)/python -m build --outdir dist . >/dev/null
	@ls dist/*.whl

clean:
	rm -rf $(VENV) dist build demo
