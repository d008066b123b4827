# The two commands of the README are `make run` and `make test`; `make check` is what a commit must pass.
# VENV may point anywhere: `make test VENV=/tmp/fresh`.

VENV ?= .venv
PYTHON ?= python3
# One worker more than the usual two cores: some of a test is waiting for processes and pages.
PYTEST_ARGS ?= -n 3 --dist worksteal
THIRD_PARTY ?= .third-party

.PHONY: run test slow histories slack third-party check docs lock clean screenshots kill benchmarks
.DEFAULT_GOAL := run

run: $(VENV)/.installed-run
	$(VENV)/bin/easel run

# Tests whose asserts were rewritten once are read again from here, also where no bytecode is written otherwise.
test slow slack: export PYTHONPYCACHEPREFIX = $(abspath $(VENV))/bytecode
test slow slack: export PYTHONDONTWRITEBYTECODE =

test: $(VENV)/.installed-dev
	$(VENV)/bin/pytest $(PYTEST_ARGS)

# The longer half: every role, vendor and instant of death where `make test` takes a few, whole processes, contention.
slow: $(VENV)/.installed-dev
	$(VENV)/bin/pytest $(PYTEST_ARGS) -m "slow and not alone"
	$(VENV)/bin/pytest -m alone tests/kill tests/platforms

# The long kill campaign: KILL_SEED=7 KILL_JOBS=500 KILL_KILLS=50 make kill
kill: export KILL_JOBS ?= 200
kill: export KILL_KILLS ?= 20
kill: export KILL_PAUSE ?= 35
kill: $(VENV)/.installed-dev
	$(VENV)/bin/pytest tests/kill -q -s -m "" --timeout=3600

# Many random histories instead of a dozen: EASEL_HISTORIES=500 EASEL_DEALINGS=500 EASEL_LIMITS=300 make histories
histories: export EASEL_HISTORIES ?= 200
histories: export EASEL_DEALINGS ?= 200
histories: export EASEL_LIMITS ?= 100
histories: $(VENV)/.installed-dev
	$(VENV)/bin/pytest -q -m "" --timeout=3600 tests/storage/test_sums.py tests/storage/test_vitals.py \
		tests/storage/test_terms_machine.py tests/storage/test_limits_machine.py tests/flows/test_foreign_owners.py

# Every flow of Slack over a socket and over HTTP, with the required scopes alone and with all of them.
slack: export EASEL_EVERY_WAY = 1
slack: $(VENV)/.installed-dev
	$(VENV)/bin/pytest $(PYTEST_ARGS) -m "" tests/platforms/slack

# A server from PyPI as vendor by configuration alone: LiteLLM, some 600 MB, into a folder of its own.
third-party: $(VENV)/.installed-dev $(THIRD_PARTY)/bin/litellm
	LITELLM=$(abspath $(THIRD_PARTY)/bin/litellm) $(VENV)/bin/pytest -q -p no:xdist tests/third_party/litellm_proxy.py

$(THIRD_PARTY)/bin/litellm:
	$(PYTHON) -m venv $(THIRD_PARTY)
	$(THIRD_PARTY)/bin/python -m pip install --quiet --no-compile "litellm[proxy]==1.106.2"

check: $(VENV)/.installed-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/pytest -q tests/test_sizes.py tests/test_architecture.py

docs: $(VENV)/.installed-dev
	$(VENV)/bin/python -m docs.generate

screenshots: $(VENV)/.installed-dev
	$(VENV)/bin/python -m docs.screenshots

# Ratios against named baselines of the same run, into the README; minutes, on a machine that does nothing else.
benchmarks: $(VENV)/.installed-dev
	$(VENV)/bin/python -m benchmarks

# Bytecode is left to the first start: compiling every package at once takes longer than installing them.
$(VENV)/.installed-run: requirements.lock | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --no-compile --require-hashes -r requirements.lock
	$(VENV)/bin/python -m pip install --quiet --no-compile --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.installed-dev: requirements-dev.lock | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet --no-compile --require-hashes -r requirements-dev.lock
	$(VENV)/bin/python -m pip install --quiet --no-compile --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

lock: | $(VENV)/bin/python
	$(VENV)/bin/python -m pip install --quiet uv
	$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command "make lock" --extra build pyproject.toml --output-file requirements.lock
	$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command "make lock" --extra build --extra dev --constraint requirements.lock \
		pyproject.toml --output-file requirements-dev.lock

clean:
	rm -rf $(VENV) build dist .coverage* htmlcov .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
