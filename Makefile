# make demo   trace a real web application under importal, and write a page that shows all its imports
# make test   run every quick check on the Pythons from 3.11 to 3.15 that are found here
#
# Both need python3 (3.11 or newer), git and make, and fetch the rest into .venv, .nox and .cache.
# Another Python: make PYTHON=python3.13 test.   Other sessions or flags of nox: make test NOX="-s lint".

PYTHON ?= python3
NOX ?=
DEMO = .cache/demo

unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME PYTHONSTARTUP

.PHONY: demo test check-python clean
.DELETE_ON_ERROR:

demo: $(DEMO)/ready
	@echo "== examples/shop.py, as python runs it"
	@$(DEMO)/bin/python examples/shop.py
	@echo "== the same program, as importal runs it, and where its modules came from"
	@$(DEMO)/bin/importal run examples/whence.py examples/shop.py
	@echo "== and every import recorded"
	@$(DEMO)/bin/importal trace -o $(DEMO)/record.json examples/shop.py
	@$(DEMO)/bin/importal show $(DEMO)/record.json
	@$(DEMO)/bin/importal show -o $(DEMO)/report.html $(DEMO)/record.json
	@echo "== all of it as a page: open $(CURDIR)/$(DEMO)/report.html"

# The results of every session end in one table; its exit status is nox's.
test: .venv/ready
	@rm -rf .cache/reports && mkdir -p .cache/reports
	@status=0; .venv/bin/nox --report .cache/reports/nox.json $(NOX) || status=$$?; \
	.venv/bin/python tools/summary.py .cache/reports; exit $$status

.venv/ready: Makefile | check-python
	$(PYTHON) -m venv --clear .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check 'nox>=2025.11.12' virtualenv
	@touch $@

$(DEMO)/ready: Makefile pyproject.toml examples/requirements.txt $(shell find src -name '*.py') | check-python
	$(PYTHON) -m venv --clear $(DEMO)
	$(DEMO)/bin/python -m pip install --quiet --disable-pip-version-check '.[cli]' -r examples/requirements.txt
	@touch $@

check-python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	"importal needs Python 3.11 or newer, and %s is %s; try: make PYTHON=python3.13 ..." % (sys.executable, sys.version))'

clean:
	rm -rf .venv .nox .cache .hypothesis build dist
