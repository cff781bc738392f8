# Vitrina. `make` lists the targets; a fresh machine needs Python 3.11 to 3.13 and make, nothing else.

PYTHON ?= python3
WORKERS ?= 2
# `make test TESTS=tests/cart`, `make test COVERAGE=1`, `make test PYTEST="-x -k cart"`
TESTS ?=
COVERAGE ?=
PYTEST ?=

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
DIST := vitrina/web/static/dist
CATALOGUES := $(shell find vitrina/translations -name '*.po' 2>/dev/null)
FRONTEND := $(shell find frontend -name node_modules -prune -o -type f -print 2>/dev/null)
COVER := $(if $(COVERAGE),--cov --cov-report=term)

export PYTHON
# Node, when it comes from its wheel, lives beside our Python.
export PATH := $(CURDIR)/$(BIN):$(PATH)

say = @echo "==> $(1)"

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## List the targets
	@echo "Vitrina: make <target>"; echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

## Run ---------------------------------------------------------------------------------------------

.PHONY: run
run: install ## Bring up the shop: install, build, migrate, load the demo if empty, serve (PORT=5000)
	$(call say,Start the shop)
	@exec $(BIN)/vitrina run

.PHONY: migrate
migrate: $(STAMPS)/runtime ## Bring the database to the newest schema
	$(call say,Migrate the database)
	@$(BIN)/vitrina db upgrade

.PHONY: postgres
postgres: $(STAMPS)/dev ## Run a throw-away PostgreSQL until Ctrl-C and print its address
	$(call say,Start a PostgreSQL for trying things out)
	@exec $(BIN)/python -m tests.postgres

## Install -----------------------------------------------------------------------------------------

.PHONY: install
install: $(STAMPS)/runtime frontend translations ## Install what the shop needs to run from this folder

.PHONY: install-dev
install-dev: install $(STAMPS)/dev ## Install what tests and checks need, too

.PHONY: install-prod
install-prod: $(STAMPS)/venv frontend translations ## Install the shop itself into .venv, apart from this folder
	$(call say,Install the package and its locked dependencies)
	@scripts/install.sh requirements.txt
	@scripts/install.sh --package
	@rm -f $(STAMPS)/runtime $(STAMPS)/dev

.PHONY: frontend
frontend: $(DIST)/.built ## Build styles and islands into vitrina/web/static/dist

.PHONY: translations
translations: $(CATALOGUES:.po=.mo) ## Compile the translations

.PHONY: messages
messages: $(STAMPS)/runtime ## Collect new texts from the code into the translations
	$(call say,Collect texts)
	@scripts/messages.sh

.PHONY: lock
lock: $(STAMPS)/venv ## Renew the locks (UPGRADE=--upgrade takes the newest versions)
	$(call say,Lock the dependencies)
	@scripts/lock.sh $(UPGRADE)

$(STAMPS)/venv: requirements-build.txt scripts/venv.sh
	$(call say,Prepare .venv)
	@scripts/venv.sh
	@mkdir -p $(@D) && touch $@

$(STAMPS)/runtime: requirements.txt pyproject.toml $(STAMPS)/venv
	$(call say,Install the locked dependencies)
	@scripts/install.sh requirements.txt
	@scripts/install.sh --editable
	@touch $@

$(STAMPS)/dev: requirements-dev.txt pyproject.toml $(STAMPS)/runtime
	$(call say,Install the locked dependencies of tests and checks)
	@scripts/install.sh requirements-dev.txt
	@touch $@

frontend/node_modules/.stamp: frontend/package.json frontend/package-lock.json frontend/.npmrc | $(STAMPS)/venv
	$(call say,Install the front end's locked packages)
	@scripts/node.sh
	@cd frontend && npm ci --no-progress --loglevel=error
	@touch $@

$(DIST)/.built: frontend/node_modules/.stamp $(FRONTEND)
	$(call say,Build the front end)
	@scripts/node.sh
	@cd frontend && npm run --silent build
	@touch $@

%.mo: %.po | $(STAMPS)/runtime
	$(call say,Compile $<)
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

## Check and test ----------------------------------------------------------------------------------

.PHONY: test
test: install-dev ## Run the tests, but for the long ones (TESTS=, COVERAGE=1, PYTEST=)
	$(call say,Test)
	@$(BIN)/pytest -n $(WORKERS) -m "not long" $(COVER) $(PYTEST) $(TESTS)

.PHONY: test-long
test-long: install-dev ## Run the long tests
	$(call say,Test at length)
	@$(BIN)/pytest -n $(WORKERS) -m long $(COVER) $(PYTEST) $(TESTS)

.PHONY: check
check: $(STAMPS)/dev frontend/node_modules/.stamp ## Check format, lint, types, import contracts, templates, styles and locks
	$(call say,Check)
	@scripts/check.sh

.PHONY: lint
lint: $(STAMPS)/dev frontend/node_modules/.stamp ## Lint Python, templates and styles
	$(call say,Lint)
	@scripts/check.sh lint

.PHONY: format
format: $(STAMPS)/dev ## Format the Python code and mend what can be mended
	$(call say,Format)
	@$(BIN)/ruff check --fix --quiet --exit-zero
	@$(BIN)/ruff format

.PHONY: bench
bench: install-dev ## Measure the shop against the yardstick (BENCH="--help" for the choices)
	$(call say,Measure)
	@$(BIN)/python -m bench $(BENCH)

.PHONY: clean
clean: ## Remove everything that was built or installed; the shop's data in instance/ stays
	$(call say,Remove what was built and installed)
	@rm -rf $(VENV) $(DIST) frontend/node_modules dist build htmlcov test-results \
	  .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage .coverage.*
	@find vitrina tests migrations bench -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
	@find vitrina -name '*.mo' -delete
