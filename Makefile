# Each target makes what it needs and skips what is there, so all of them work in a fresh clone.

PORT ?= 8000
ARGS ?=
# Makes provincial sheets with the truth beside them; without it our own dirt is tried alone.
GENERATOR ?= ../shared/tools/province_sheets.py
PEOPLE ?= 20000
SEEDS ?= 1,2,3,4,5

.DEFAULT_GOAL := help
.PHONY: help run test lint quality messages clean
.SILENT:

PYTHON := .venv/bin/python
INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore

help: ## list the targets
	awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: .venv/.installed ## serve the site on http://127.0.0.1:$(PORT)/, with its own database and demonstration data
	$(PYTHON) manage.py prepare
	RUN_WORKER=1 exec $(PYTHON) -m gunicorn --config python:vaxreg.gunicorn --bind 127.0.0.1:$(PORT) vaxreg.wsgi

test: .venv/.installed-dev ## run all tests (ARGS="-k dose" chooses some)
	$(PYTHON) manage.py compile_catalogues
	$(PYTHON) -m pytest -n 2 $(ARGS)

# .env.example stands for production, where warnings about security count; its secret key is a placeholder.
lint: .venv/.installed-dev ## check format, style, missing migrations and the production settings
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) manage.py makemigrations --check --dry-run
	set -a && . ./.env.example && SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))') && \
	    $(PYTHON) manage.py check --deploy --fail-level WARNING

quality: .venv/.installed ## measure whether rows of sheets reach the right person (PEOPLE=100000 SEEDS=7,8)
	$(PYTHON) benchmarks/matching_quality.py --people $(PEOPLE) --seeds $(SEEDS) --generator $(GENERATOR)

messages: .venv/.installed ## collect new texts for translation into locale/vi (needs GNU gettext)
	command -v xgettext >/dev/null || { echo "GNU gettext is missing: apt-get install gettext"; exit 1; }
	$(PYTHON) manage.py makemessages --locale vi --no-wrap --add-location file --ignore .venv --ignore var

clean: ## remove what can be made again; the database in var/ stays
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis var/static
	find . -path ./var -prune -o -name __pycache__ -prune -exec rm -rf {} + -o -name "*.mo" -exec rm -f {} +

.venv/.installed: requirements.txt | $(PYTHON)
	echo "Installing the requirements ..."
	$(INSTALL) -r requirements.txt
	touch $@

.venv/.installed-dev: requirements-dev.txt requirements.txt | $(PYTHON)
	echo "Installing the requirements for development ..."
	$(INSTALL) -r requirements-dev.txt
	touch .venv/.installed $@

$(PYTHON):
	for python in python3.11 python3; do \
	    if $$python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then \
	        $$python -m venv --clear .venv && exit; \
	        rm -rf .venv; echo "$$python cannot make a virtual environment; on Debian: apt-get install python3.11-venv"; exit 1; \
	    fi; \
	done; \
	echo "Python 3.11 is needed, and neither python3.11 nor python3 is that version."; exit 1
