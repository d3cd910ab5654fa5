# make run     open Regulars on this computer          (PORT=8600 for another port)
# make test    run every test                          (ARGS="-k upload" for some)
# make test-postgres       the same with every database on PostgreSQL
# make audit   look for known vulnerabilities of the packages
# make lint, make bench, make load, make demo, make clean
# Written for GNU make 3.81, the one that comes with macOS.

SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
USER_STAMP := $(VENV)/.regulars-run
TEST_STAMP := $(VENV)/.regulars-test
PYTHONS := $(PYTHON) python3.14 python3.13 python3.12 python3.11 python3
# Tests run side by side, a file at a time; WORKERS=0 runs them in one process.
WORKERS ?= logical
PORT_OPTION := $(if $(PORT),--port $(PORT))
DEMO_DATABASE := sqlite:///data/demo.db
PIP := $(PY) -m pip --disable-pip-version-check --no-input --quiet --quiet

# An environment that was moved with its folder, or whose Python is gone, is made anew.
SOUND := $(shell [ "`cat $(VENV)/.regulars-home 2>/dev/null`" = "`pwd`" ] && $(PY) -c 'print(1)' 2>/dev/null)
ifneq ($(SOUND),1)
$(shell rm -f $(USER_STAMP) $(TEST_STAMP))
endif

.PHONY: run test test-postgres lint audit bench demo clean
.DEFAULT_GOAL := run

run: $(USER_STAMP)
	@$(PY) -m crm_core serve $(PORT_OPTION) $(ARGS)

test: $(TEST_STAMP)
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

test-postgres: $(TEST_STAMP)
	@$(PY) -m pytest --on postgres -n $(WORKERS) --dist loadfile $(ARGS)

lint: $(TEST_STAMP)
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@$(PY) -m pytest -q tests/test_walls.py

audit: $(TEST_STAMP)
	@$(PY) tests/audit_packages.py

bench: $(TEST_STAMP)
	@$(PY) tests/bench.py $(ARGS)

load: $(TEST_STAMP)
	@$(PY) tests/load.py $(ARGS)

# The made-up café lives in a database of its own; yours is not touched. It is made anew when it is older than today.
demo: $(USER_STAMP)
	@mkdir -p data
	@if [ -f data/demo.db ] && [ -z "`find data/demo.db -mtime +0`" ]; then :; else \
	    echo "Making up a café ..."; \
	    rm -f data/demo.db data/demo.db-wal data/demo.db-shm; \
	    $(PY) -m crm_core demo --database $(DEMO_DATABASE) || { rm -f data/demo.db; exit 1; }; \
	fi
	@$(PY) -m crm_core serve --database $(DEMO_DATABASE) $(PORT_OPTION) $(ARGS)

clean:
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage htmlcov build *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Removed the environment and all caches. What you entered, under data/, is still there."

# The environment: what is needed to run, then what is needed to test. The versions are those of constraints.txt. Nothing
# is compiled ahead: of all the files of the packages few are ever imported, and those are compiled when they are.
# A name may be on the path and still not start (version managers leave such names), so each candidate is tried.

define MAKE_ENVIRONMENT
found=; bare=; old=; \
for name in $(PYTHONS); do \
    version=`$$name -c 'import sys; print(*sys.version_info[:2], sep=chr(46))' 2>/dev/null` || continue; \
    if ! $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then old=$$version; \
    elif ! $$name -c 'import venv, ensurepip' 2>/dev/null; then bare=$${bare:-$$version}; \
    else found=$$name; break; fi; \
done; \
if [ "$$found" ]; then \
    echo "Making an environment with Python $$version in $(VENV) ..."; \
    rm -rf $(VENV); $$found -m venv $(VENV) || exit 1; \
elif [ "$$bare" ]; then \
    echo "Python $$bare is here, but not its part that makes environments (venv). Install it:" >&2; \
    echo "  Debian, Ubuntu:  sudo apt-get install python$$bare-venv" >&2; \
    echo "  macOS:           brew install python@3.13" >&2; \
    echo "and type the same again." >&2; exit 1; \
else \
    echo "Regulars needs Python 3.11 or newer; here is $${old:-none}. Install one:" >&2; \
    echo "  Debian, Ubuntu:  sudo apt-get install python3 python3-venv" >&2; \
    echo "  macOS:           brew install python@3.13" >&2; \
    echo "and type the same again, or name one that you have: make run PYTHON=/path/to/python3.11" >&2; exit 1; \
fi
endef

$(USER_STAMP): pyproject.toml constraints.txt
	@[ "$(SOUND)" = 1 ] || { $(MAKE_ENVIRONMENT); }
	@echo "Installing packages (once; a minute or two) ..."
	@$(PIP) install --no-compile --constraint constraints.txt setuptools && \
	$(PIP) install --no-compile --constraint constraints.txt --no-build-isolation --editable . || { \
	    echo "The packages could not be installed. Is this computer online? Then type the same again." >&2; exit 1; }
	@pwd > $(VENV)/.regulars-home
	@touch $@

$(TEST_STAMP): $(USER_STAMP)
	@echo "Adding what the tests need (once) ..."
	@$(PIP) install --no-compile --constraint constraints.txt --no-build-isolation --editable '.[dev]' || { \
	    echo "The packages for the tests could not be installed. Is this computer online?" >&2; exit 1; }
	@touch $@
