# What everyone runs. Needs Python 3.11 or newer, and make; everything else is put into .venv.
PYTHON ?= python3
SANDBOX_PORT ?= 8787
RUN_PORT ?= 3999
BIN = .venv/bin

.PHONY: install run start test check bench doctor manifest lock clean
.DEFAULT_GOAL := install

install: .venv/.installed            ## the virtual environment, as locked

.venv/.installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Muster needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@touch $@

.venv/.installed-dev: requirements-dev.lock .venv/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.lock
	@touch $@

run: .venv/.installed                ## a whole local workspace in the browser; make run scenario=checkout-outage plays one
	@$(BIN)/python -m bot try --port $(SANDBOX_PORT) --web-port $(RUN_PORT) --scenario '$(scenario)'

start: .venv/.installed              ## every process of the Procfile, against the Slack workspace of .env
	@$(BIN)/python -m bot start

test: .venv/.installed-dev           ## every test; some wait for real processes, so one more at a time than two cores
	@# compiled once, not by each of the hundred processes that the tests start
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 3 --dist worksteal

check: .venv/.installed-dev          ## lint, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.installed-dev          ## the room, the burst, the idle tick, the crowd
	$(BIN)/python -m benchmarks

doctor: .venv/.installed             ## looks over the installation of .env and says how to mend what is wrong
	@$(BIN)/python -m bot doctor

manifest: .venv/.installed           ## the app manifest for HTTP: make manifest URL=https://muster.example.com
	@$(BIN)/python -m bot manifest $(URL)

lock: .venv/.installed-dev           ## write the two locks anew (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		-c requirements.lock -o requirements-dev.lock

clean:                               ## remove what was installed and what `make run` left behind
	rm -rf .venv var
