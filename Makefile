# Every target creates .venv itself; `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TYPESCRIPT := 5.9.3
ESLINT := 9.39.5

.DEFAULT_GOAL := help
.PHONY: help demo test test-machines test-lowest test-latest faults faults-long fuzz mutants counts audit lint format types scripts contracts pytest bench scale sample docs plugin clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# Stamps keep a second run from installing again.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet -e .
	@touch $@

$(VENV)/.installed-test: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet -e ".[test]"
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-docs: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet -e ".[docs]"
	@touch $@ $(VENV)/.installed

demo: $(VENV)/.installed ## compile the kernels; convert the sample map: .npy, GeoTIFF, a picture and a page in demo/
	$(BIN)/python -m geoindex doctor --compile
	$(BIN)/python -m geoindex demo demo --overwrite

test: lint types scripts contracts pytest ## lint, types, import contracts and all tests

lint: $(VENV)/.installed-test ## ruff, lint and format check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.installed-test ## rewrite the code in the house format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.installed-test ## mypy strict on geoindex/
	$(BIN)/mypy

# npm fetches both programs; GEOINDEX_REQUIRE_PROGRAMS is that of the tests.
scripts: ## types and lint of the scripts of the report page, where npm is installed
	@if command -v npm > /dev/null; then \
	    npm exec --yes --package=typescript@$(TYPESCRIPT) -- tsc -p geoindex/report/web && \
	    npm exec --yes --package=eslint@$(ESLINT) -- eslint geoindex/report/web; \
	else \
	    echo "scripts of the report page: not checked, npm is not installed"; \
	    test -z "$$GEOINDEX_REQUIRE_PROGRAMS"; \
	fi

contracts: $(VENV)/.installed-test ## the direction of imports
	$(BIN)/lint-imports

# A worker that dies ends the run and names its test: xdist would wait forever for its other tests.
ON_EACH_CORE := -n logical --dist loadfile --max-worker-restart 0

pytest: $(VENV)/.installed-test ## the tests, a file at a time on each core
	$(BIN)/python -m pytest $(ON_EACH_CORE)

# What computes colors, classes, levels, places and bins; the other tests do no arithmetic of
# their own or take long.
ARITHMETIC := $(addprefix tests/,color clean/test_clean.py learn surveys opendtect rules \
	indexing/test_gray.py grids/test_exchange.py test_grid.py test_palette.py test_survey.py)

# Five runs, some at a time: each with other last bits of numpy's and math's functions, fewer or
# more threads, other instructions, another hash seed, time zone and locale.
test-machines: $(VENV)/.installed-test ## the tests that compute, as on five other machines
	$(BIN)/python -m tests.support.machines -m "not slow" --ignore-glob "*damaged*" $(ARITHMETIC)

$(BIN)/uv: | $(BIN)/python
	$(BIN)/python -m pip install --quiet uv

# Old libraries warn of what newer ones than they know have renamed.
OLD := $(addprefix -W ignore::,DeprecationWarning PendingDeprecationWarning FutureWarning)

test-lowest: $(BIN)/uv ## the tests on Python 3.11 with the oldest libraries that pyproject.toml allows
	$(BIN)/uv venv --quiet --allow-existing --python 3.11 $(VENV)-lowest
	$(BIN)/uv pip install --quiet --python $(VENV)-lowest --resolution lowest-direct -e ".[test]"
	$(VENV)-lowest/bin/python -m pytest $(ON_EACH_CORE) $(OLD) $(TESTS)

test-latest: $(BIN)/uv ## the tests with the newest libraries there are
	$(BIN)/uv venv --quiet --allow-existing --python $(PYTHON) $(VENV)-latest
	$(BIN)/uv pip install --quiet --python $(VENV)-latest --upgrade -e ".[test]"
	$(VENV)-latest/bin/python -m pytest $(ON_EACH_CORE) $(TESTS)

faults: $(VENV)/.installed-test ## kills, full disks, changed files, lost workers: a few minutes
	$(BIN)/python -m pytest -m faults tests/faults

faults-long: $(VENV)/.installed-test ## the same with twenty times the rounds
	GEOINDEX_FAULT_ROUNDS=20 $(BIN)/python -m pytest -m faults --timeout 0 tests/faults

SECONDS ?= 20

fuzz: $(VENV)/.installed-test ## all parsers of bytes, guided by coverage, SECONDS=20 each
	$(BIN)/python -m pip install --quiet -e ".[fuzz]"
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

NUMBER ?= 25

mutants: $(VENV)/.installed-test ## whether tests notice changes of the code, NUMBER=25 of each part
	$(BIN)/python -m pip install --quiet -e ".[mutants]"
	$(BIN)/python -m tests.support.mutants --number $(NUMBER)

counts: $(VENV)/.installed-test ## how much the tests of docs/reliability.md try
	$(BIN)/python -m tests.support.counts

audit: $(BIN)/uv ## known vulnerabilities of the libraries of a release, and their list, dist/sbom.json
	mkdir -p dist
	$(BIN)/uv pip compile --quiet pyproject.toml -o dist/requirements.txt > /dev/null
	$(BIN)/uv tool run pip-audit -r dist/requirements.txt --no-deps --disable-pip
	$(BIN)/uv tool run --from cyclonedx-bom cyclonedx-py requirements dist/requirements.txt \
	    --pyproject pyproject.toml -o dist/sbom.json

bench: $(VENV)/.installed-test ## every kind of work beside what else does it, in five minutes
	$(BIN)/python benchmarks/table.py

scale: $(VENV)/.installed-test ## files and folders: time and memory beside GDAL, sheets a second
	$(BIN)/python benchmarks/streaming.py --huge 60000
	$(BIN)/python benchmarks/batch.py
	$(BIN)/python benchmarks/batch.py --costs

sample: $(VENV)/.installed-test ## draw the sample map in data/ again
	$(BIN)/python data/make_sample_map.py
	$(BIN)/python data/make_sample_survey.py
	$(BIN)/python data/make_sample_sheets.py

docs: $(VENV)/.installed-docs ## the site of guides, notebooks and references, in build/site
	$(BIN)/sphinx-build -q -W --keep-going -c docs/site . build/site

plugin: ## the QGIS plugin as dist/geoindex_qgis.zip
	$(PYTHON) qgis/make_zip.py dist

clean: ## remove what the targets made
	rm -rf $(VENV) $(VENV)-lowest $(VENV)-latest fuzz-findings demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
