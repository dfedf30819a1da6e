# make run: try the portal on this machine.   make test: run the tests.   Neither needs anything before it.

PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
RUN := .venv/bin/python

.PHONY: run test venv dev lock lint bench e2e messages screenshots

run: venv
	@exec $(RUN) manage.py up

test: venv
	@$(RUN) -m pytest -q -n auto -m "not browser"

venv:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更高版本，请先安装 / Please install Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) tools/install.py requirements.txt

# What follows is for those who change the portal.

dev:
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更高版本，请先安装 / Please install Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) tools/install.py requirements.txt requirements-dev.txt

lock: dev
	.venv/bin/uv pip compile -q --no-header --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements.in -o requirements.txt
	.venv/bin/uv pip compile -q --no-header --universal --python-version 3.11 --generate-hashes --no-emit-index-url requirements-dev.in -o requirements-dev.txt

lint: dev
	.venv/bin/ruff check .

e2e: dev
	$(RUN) -m pytest -q -n0 -m browser

bench: venv
	@$(RUN) bench/run.py

messages: venv
	$(RUN) manage.py makemessages -l en --no-obsolete --no-wrap --ignore ".venv/*"
	$(RUN) manage.py compilemessages --ignore ".venv/*"

screenshots: dev
	$(RUN) tools/screenshots.py
