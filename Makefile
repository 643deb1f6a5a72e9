# make run     install everything into .venv and run the workflow on the embedded sample
# make train   install Keras too, and train a model on the sample's letters
# make export  write them in the formats of other libraries
# make test    install everything and run all tests
# make bench   measure; see benchmarks/run.py; BENCH="--rows 130000" for its options

PYTHON ?= python3
VENV ?= .venv
CORES ?= all
BENCH ?=

.PHONY: run train export test bench clean

run: $(VENV)/run.stamp
	$(VENV)/bin/snakemake --cores $(CORES)

train: $(VENV)/train.stamp
	$(VENV)/bin/snakemake --cores $(CORES) train

export: $(VENV)/export.stamp
	$(VENV)/bin/snakemake --cores $(CORES) export

# Files of tests side by side: the tests of one share what they have made.
test: $(VENV)/test.stamp
	$(VENV)/bin/python -m pytest -n logical --maxprocesses 4 --dist loadfile

bench: $(VENV)/run.stamp
	$(VENV)/bin/python benchmarks/run.py $(BENCH)

clean:
	rm -rf results/* logs cache .snakemake

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Lettermill needs Python 3.11 or newer; name yours: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt constraints.txt | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	touch $@

$(VENV)/train.stamp: requirements-train.txt $(VENV)/run.stamp
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-train.txt -c constraints.txt
	touch $@

$(VENV)/export.stamp: requirements-export.txt $(VENV)/run.stamp
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-export.txt -c constraints.txt
	touch $@

$(VENV)/test.stamp: $(wildcard requirements-*.txt) $(VENV)/run.stamp
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-test.txt -c constraints.txt
	touch $@
