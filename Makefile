PYTHON ?= python3
UV ?= uv
ARGS ?=

VENV = .venv/bin
INSTALL = $(PYTHON) tools/install.py
LAYERS = base pg test qa e2e node
COMPILE = $(UV) pip compile --generate-hashes --universal --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet

.DEFAULT_GOAL := help
.PHONY: help run test coverage lint bench format lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## Install what is missing and serve a demonstration
	@$(INSTALL) base
	@$(VENV)/crm serve --demo $(ARGS)

test: ## Run the tests; ARGS="-k name" chooses among them
	@$(INSTALL) base test
	@$(VENV)/python -m pytest -n auto --maxschedchunk 12 $(ARGS)

coverage: ## Run the tests and say which lines none of them meets; a third slower
	@$(INSTALL) base test
	@$(VENV)/python -m pytest -n auto --maxschedchunk 12 --cov --cov-report=term:skip-covered $(ARGS)

lint: ## Check style, types, the order of layers and the templates
	@$(INSTALL) base test qa
	$(VENV)/ruff check
	$(VENV)/ruff format --check
	$(VENV)/mypy
	$(VENV)/lint-imports --no-cache --no-logo
	$(VENV)/djlint templates --lint --quiet

bench: ## Measure speed; ARGS="campaigns" names one of the other benchmarks
	@$(INSTALL) base test
	@$(VENV)/python -m benchmarks $(ARGS)

format: ## Put the code in its standard form
	@$(INSTALL) base test qa
	$(VENV)/ruff check --fix-only
	$(VENV)/ruff format

lock: ## Choose package versions again (needs uv and npm); ARGS="--upgrade" takes the newest
	@cd requirements && for layer in $(LAYERS); do \
		echo "requirements/$$layer.txt"; \
		$(COMPILE) $(ARGS) $$layer.in --output-file $$layer.txt || exit 1; \
	done
	@echo package-lock.json && npm install --package-lock-only --loglevel=error
	@echo tests/mail/prism/package-lock.json && npm install --prefix tests/mail/prism --package-lock-only --loglevel=error

clean: ## Remove everything that is built, but no data
	rm -rf .venv .venv-node node_modules crm/static/vendor crm/territories/data tests/mail/prism/node_modules build dist *.egg-info htmlcov
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.*
	find crm tests tools migrations benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
	find crm -name '*.mo' -delete
