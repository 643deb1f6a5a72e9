# make run     install everything into .venv and run the workflow on the embedded sample
# make train   install Keras too, and train a model on the sample's letters
# make export  write them in the formats of other libraries
# make test    install everything and run the tests, but for those that take long and prove something rare
# make test-slow   run these; make test-all runs all of them
# make coverage    run the tests of `make test`, slower, and say which lines of the library they run
# make docs    build the documentation site into site/ and check its links
# make bench   measure; see benchmarks/run.py; BENCH="--rows 130000" for its options
# make lock    after a change of requirements*.txt: constraints.txt and locks/ from them; LOCK=--upgrade moves all pins

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

# Files of tests side by side: the tests of one share what they have made.
PYTEST = $(VENV)/bin/python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

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

# For every platform and every Python from 3.11 on. Pins stay where they are as far as requirements*.txt allow.
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --no-annotate --custom-compile-command "make lock"

lock: $(VENV)/bin/python
	$(PIP_INSTALL) uv==0.13.9
	. $(VENV)/bin/activate && $(COMPILE) $(LOCK) -o constraints.txt requirements.txt requirements-test.txt
	. $(VENV)/bin/activate && for file in requirements*.txt; do \
	  $(COMPILE) --generate-hashes -c constraints.txt -o locks/$$file $$file || exit 1; \
	done

clean:
	rm -rf results/* logs cache .snakemake

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Lettermill needs Python 3.11 or newer; name yours: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# From locks/, every package is one whose hash is there, or pip refuses it.
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
