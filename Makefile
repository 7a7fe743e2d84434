# Editorial. A bare machine needs python3 (3.11 or newer, with venv) and make; `make help` lists the commands.
PYTHON ?= python3
UV := .venv-tools/bin/uv
BIN := .venv/bin
PO := $(wildcard editorial/translations/*/LC_MESSAGES/messages.po)
MO := $(PO:.po=.mo)
INSTALL := $(UV) pip install -q -p .venv --require-hashes

# a machine that forbids it would compile every module at each start: 4.6 s instead of 1.4 s for `editorial`
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run check format test browser acceptance bench lock vendor translations rules-docs clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

run: .venv/.run $(MO) ## Install what is needed, migrate the database, serve on http://127.0.0.1:8000 (EDITORIAL_PORT)
	@exec $(BIN)/editorial serve

check: .venv/.dev $(MO) ## Format, lint, types, floors, templates, translations, unit and integration tests
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/pytest -q -n auto -m 'not thorough' tests/unit tests/integration

format: .venv/.dev ## Put the code into the house's format
	$(BIN)/ruff format -q .
	$(BIN)/ruff check -q --fix .

test: .venv/.dev $(MO) ## Everything that has to pass before a change lands: the checks and the browser tests
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/python -m tests.browser.install
	$(BIN)/pytest -q -n auto -m 'not every_look' tests/unit tests/integration tests/browser

browser: .venv/.dev $(MO) ## The browser tests alone
	$(BIN)/python -m tests.browser.install
	$(BIN)/pytest -q -m 'not every_look' tests/browser

acceptance: .venv/.dev $(MO) ## The long runs: a real documentation site, Hugo, the full fault harness
	$(BIN)/python -m tests.browser.install
	$(BIN)/pytest -q tests/acceptance
	$(BIN)/pytest -q -m every_look tests/browser

bench: .venv/.dev $(MO) ## Measure speed and size, side by side in one run (python -m bench NAME for one part)
	$(BIN)/python -m bench

lock: $(UV) ## Compile the hash-pinned requirement files again
	$(UV) pip compile -q --generate-hashes --no-header --no-annotate requirements/tools.in -o requirements/tools.lock
	$(UV) pip compile -q --generate-hashes --no-header --no-annotate --universal --python-version 3.11 requirements/run.in -o requirements/run.lock
	$(UV) pip compile -q --generate-hashes --no-header --no-annotate --universal --python-version 3.11 -c requirements/run.lock requirements/scale.in -o requirements/scale.lock
	$(UV) pip compile -q --generate-hashes --no-header --no-annotate --universal --python-version 3.11 -c requirements/scale.lock requirements/dev.in -o requirements/dev.lock
	$(UV) pip compile -q --generate-hashes --no-header --no-annotate --python-version 3.11 requirements/peers.in -o requirements/peers.lock

translations: .venv/.dev ## Collect every sentence into the catalogues (then translate what is new)
	$(BIN)/pybabel -q extract -F babel.cfg -k N_ -k NP_:1,2 --no-location --sort-output --project=Editorial --copyright-holder= -o editorial/translations/messages.pot .
	$(BIN)/pybabel -q update -i editorial/translations/messages.pot -d editorial/translations -l zh_Hans_CN --no-fuzzy-matching --ignore-obsolete

clean: ## Remove what was installed and built; the database in instance/ stays
	rm -rf .venv .venv-tools .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find . -name '*.mo' -delete

$(UV): requirements/tools.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Editorial needs Python 3.11 or newer; this is %d.%d. Name another one: make PYTHON=python3.12 ..." % sys.version_info[:2])'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "This Python cannot make environments. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv-tools
	.venv-tools/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/tools.lock
	@touch $@

.venv/bin/python: | $(UV)
	$(UV) venv -q -p $(PYTHON) --allow-existing .venv

.venv/.run: requirements/run.lock pyproject.toml $(UV) | .venv/bin/python
	$(INSTALL) -r requirements/run.lock
	$(UV) pip install -q -p .venv --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements/dev.lock .venv/.run
	$(INSTALL) -r requirements/dev.lock
	@touch $@

%.mo: %.po | .venv/.run
	$(BIN)/pybabel -q compile -i $< -o $@ -l zh_Hans_CN
