# The two commands of the README are `make demo` and `make test`; both set up `.venv` first.
PYTHON ?= python3.11
VENV := .venv
MOT := $(VENV)/bin/mot

.PHONY: help setup demo test lint docs clean

help:
	@echo "make demo   set up, then crawl, tag, load and report the bundled demo site"
	@echo "make test   set up, then run the tests"
	@echo "make lint   ruff and mypy"
	@echo "make docs   write the generated pages of docs/ again"
	@echo "make clean  remove the environment and the demo's data"

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "Momentscope needs $(PYTHON); set PYTHON=/path/to/python3.11 (or newer)."; exit 1; }
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) (some minutes the first time) ..."
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: setup
	@$(MOT) demo

test: setup
	@$(VENV)/bin/python -m pytest -n 2 --dist loadfile

lint: setup
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/mypy

docs: setup
	@$(MOT) docs

clean:
	rm -rf $(VENV) data
