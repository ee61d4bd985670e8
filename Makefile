# Every target prepares the checkout first, which takes no time when nothing has changed.
PYTHON := .venv/bin/python
STAMP := .venv/.stamp

.DEFAULT_GOAL := help
.PHONY: help setup local local-down test unit check traceability audit faults availability bench cdktf-cli clean

help: ## What there is to make
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

setup: $(STAMP) ## Check the tools and install the requirements into .venv
	@:

$(STAMP): requirements.txt requirements-dev.txt scripts/setup
	@scripts/setup

local: $(STAMP) ## Deploy the whole environment to an embedded AWS, and verify it
	@$(PYTHON) -m ops local

local-down: $(STAMP) ## Destroy it, prove that nothing is left, and stop the embedded AWS
	@$(PYTHON) -m ops local-down

test: $(STAMP) ## All tests: unit, then integration on an embedded AWS of their own
	@$(PYTHON) -m pytest tests

unit: $(STAMP) ## The unit tests
	@$(PYTHON) -m pytest tests/unit

check: $(STAMP) ## Lint, formatting and types
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy

traceability: $(STAMP) ## Which test proves which requirement
	@$(PYTHON) -m ops traceability

audit: $(STAMP) ## Let independent judges look at the environment, before and after it is deployed
	@$(PYTHON) -m ops.audit

faults: $(STAMP) ## Break deployments in every way, and show that they survive; about an hour
	@$(PYTHON) -m ops.faults

availability: $(STAMP) ## Break the service's tiers under load, and measure what is lost and for how long
	@$(PYTHON) -m ops.availability

bench: $(STAMP) ## Measure how fast the environment synthesizes and deploys
	@$(PYTHON) -m ops.bench

cdktf-cli: $(STAMP) ## Install cdktf's own command line, and prove it on an embedded AWS
	@$(PYTHON) -m ops.cdktf_cli

clean: ## Remove everything that was generated
	@test ! -f .work/emulator.json || { echo "An embedded AWS is running: make local-down first"; exit 1; }
	@rm -rf .venv .work .cdktf-cli cdktf.out cdktf.log .mypy_cache .ruff_cache .pytest_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
