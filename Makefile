# make run     install everything into .venv and run the workflow on the embedded sample
# make train   install Keras too, and train a model on the sample's letters
# make export  export the letters in the formats of other libraries
# make test    install everything and run the tests, except the slow tests of rare cases
# make test-slow   run the slow tests; make test-all runs all tests
# make coverage    run the tests of `make test`, and report which lines of the library they run
# make docs    build the documentation site into site/ and check its links
# make bench   run the benchmark benchmarks/run.py; BENCH="--rows 130000" passes options to it
# make lock    after a change of requirements*.txt: update constraints.txt and locks/; LOCK=--upgrade updates all pins

PYTHON ?= python3
VENV ?= .venv
CORES ?= all
BENCH ?=
LOCK ?=

PIP_INSTALL = $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check

.PHONY: run train export test test-slow test-all coverage docs bench lock clean

run: $(VENV)/run.stamp
	$(VENV)/bin/snakemake --cores $(CORES)

train: $(VENV)/train.stamp
	$(VENV)/bin/snakemake --cores $(CORES) train

export: $(VENV)/export.stamp
	$(VENV)/bin/snakemake --cores $(CORES) export

# Test files run in parallel. The tests of one file share their results. Python keeps the bytecode of the modules that
# thousands of jobs import, even where it is told not to.
PYTEST = PYTHONDONTWRITEBYTECODE= $(VENV)/bin/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test: $(VENV)/test.stamp
	$(PYTEST)

test-slow: $(VENV)/test.stamp
	$(PYTEST) -m slow

test-all: $(VENV)/test.stamp
	$(PYTEST) -m "slow or not slow"

coverage: $(VENV)/test.stamp
	$(PYTEST) --cov --cov-report=term:skip-covered

docs: $(VENV)/docs.stamp
	$(VENV)/bin/python docs/reference.py
	$(VENV)/bin/sphinx-build --quiet --fail-on-warning --keep-going docs site

bench: $(VENV)/run.stamp
	$(VENV)/bin/python benchmarks/run.py $(BENCH)

# For every platform and every Python from 3.11 on. Pins change only if requirements*.txt require it.
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --no-annotate --custom-compile-command "make lock"

lock: $(VENV)/bin/python
	$(PIP_INSTALL) uv==0.13.9
	. $(VENV)/bin/activate && $(COMPILE) $(LOCK) -o constraints.txt requirements.txt requirements-test.txt
	. $(VENV)/bin/activate && for file in requirements*.txt; do \
	  $(COMPILE) --generate-hashes -c constraints.txt -o locks/$$file $$file || exit 1; \
	done

clean:
	rm -rf results/* results/.rows logs cache .snakemake

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Lettermill needs Python 3.11 or newer. Name it: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# pip refuses a package whose hash is not in locks/.
$(VENV)/run.stamp: locks/requirements.txt | $(VENV)/bin/python
	$(PIP_INSTALL) --require-hashes -r $<
	touch $@

$(VENV)/train.stamp: locks/requirements-train.txt $(VENV)/run.stamp
	$(PIP_INSTALL) --require-hashes -r $<
	touch $@

$(VENV)/export.stamp: locks/requirements-export.txt $(VENV)/run.stamp
	$(PIP_INSTALL) --require-hashes -r $<
	touch $@

$(VENV)/docs.stamp: locks/requirements-docs.txt $(VENV)/run.stamp
	$(PIP_INSTALL) --require-hashes -r $<
	touch $@

$(VENV)/test.stamp: locks/requirements-test.txt $(VENV)/run.stamp
	$(PIP_INSTALL) --require-hashes -r $<
	touch $@
