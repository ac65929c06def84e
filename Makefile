# One command for each thing one does here; `make` alone lists them.
# Every command makes ready what it needs first (scripts/setup.sh), which costs nothing when nothing is to do.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.SHELLFLAGS := -euo pipefail -c

PYTHON := .venv/bin/python
FLASK := .venv/bin/flask --app wsgi

# A portal on one's own machine is a demo, unless said otherwise. It keeps its database and secret in instance/.
PORT ?= 8000
run worker seed db-upgrade: export PORTAL_MODE ?= demo
run worker: export PORT := $(PORT)
run worker: export BASE_URL ?= http://127.0.0.1:$(PORT)

# Words after `bench` name the measurement (make bench prices) and are no targets of their own.
ifeq (bench,$(firstword $(MAKECMDGOALS)))
BENCH := $(patsubst import,import_online_retail,$(word 2,$(MAKECMDGOALS)))
$(eval $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS)): ;@:)
endif

.PHONY: help
help: ## List the commands
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Make the tree ready to run: Python packages, system libraries, translations
	@scripts/setup.sh

.PHONY: run
run: setup ## Start the portal (web and worker) on http://127.0.0.1:8000 with the demo data; PORT= and DATABASE_URL= change it
	@$(FLASK) db upgrade
	@if [ "$$PORTAL_MODE" = demo ]; then $(FLASK) seed --if-empty; fi
	@exec $(PYTHON) scripts/run.py

.PHONY: worker
worker: setup ## Start a worker alone
	@exec $(FLASK) worker

.PHONY: test
test: ## Run all tests: SQLite, PostgreSQL, browser; ARGS="-k reorder" chooses
	@scripts/setup.sh --test
	@scripts/test.sh $(ARGS)

.PHONY: e2e
e2e: ## Run the browser tests alone; BASE_URL=https://… visits a portal that runs, SHARD=1/4 runs a part, ARGS="--headed" shows them
	@scripts/setup.sh --test
	@scripts/test.sh e2e $(if $(filter command,$(firstword $(origin BASE_URL))),--base-url=$(BASE_URL)) $(if $(SHARD),--shard=$(SHARD)) $(ARGS)

.PHONY: quality
quality: ## Measure the gates of every page: axe, HTML, the slow phone, sizes, policy; ARGS="--only cart", BASE_URL=
	@scripts/setup.sh --test
	@scripts/quality.sh $(ARGS)

.PHONY: pictures
pictures: ## Take a picture of every screen, ko and fr, 360 and 1280 px, into instance/pictures; ARGS="--language ja --theme dark"
	@scripts/setup.sh --test
	@$(PYTHON) -m dev.quality.pictures $(ARGS)

.PHONY: coverage
coverage: ## Measure which lines and branches the tests reach; pricing must be reached whole
	@scripts/setup.sh --dev
	@$(PYTHON) -m pytest -n 2 -q --cov --cov-report= $(ARGS)
	@$(PYTHON) -m coverage report
	@$(PYTHON) -m coverage report --include='portal/pricing/*' --fail-under=100

.PHONY: check
check: ## Judge the code: lint, format, types, imports, templates, house rules, translations, migrations
	@scripts/setup.sh --dev
	@scripts/check.sh

.PHONY: fix
fix: ## Mend what can be mended by machine: lint and format of Python
	@scripts/setup.sh --dev
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format

.PHONY: seed
seed: setup ## Load the demo data into the database
	@$(FLASK) db upgrade
	@$(FLASK) seed $(ARGS)

.PHONY: bench
bench: ## Measure: make bench prices, make bench pages, make bench import; ARGS= is passed on
	@scripts/setup.sh --dev
	@if [ -z "$(BENCH)" ] || [ ! -f "bench/$(BENCH).py" ]; then \
		echo "make bench NAME, where bench/ holds NAME.py: $(notdir $(basename $(wildcard bench/[a-z]*.py)))" >&2; \
		exit 2; fi
	@exec $(PYTHON) -m bench.$(BENCH) $(ARGS)

.PHONY: db-upgrade
db-upgrade: setup ## Bring the database to the newest schema
	@$(FLASK) db upgrade

.PHONY: translations
translations: ## Collect the texts of code and pages into the catalogs, and compile them
	@scripts/setup.sh --dev
	@$(PYTHON) -m dev.translations update
	@scripts/setup.sh --dev

.PHONY: lock
lock: ## Pin the newest versions the ranges in pyproject.toml allow
	@scripts/setup.sh --dev
	@.venv/bin/uv pip compile pyproject.toml $(LOCK) --upgrade -o requirements/main.txt
	@.venv/bin/uv pip compile pyproject.toml $(LOCK) --upgrade --extra dev -c requirements/main.txt -o requirements/dev.txt

# For every Python and machine the project names at once; no address of an index is written down.
LOCK := --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
