# `make run` starts everything on this machine, `make test` tries everything.
SHELL := /bin/bash
PY := .venv/bin/python
export PORT ?= 8000

.PHONY: setup setup-dev run test test-sqlite test-mariadb lint format lock messages
.PHONY: screenshots bench bench-audit bench-claims bench-cluster bench-create bench-history bench-settlements chaos cluster fuzz mutations

setup: ## what the product needs to run
	@scripts/setup.sh

setup-dev: ## and what its tests and checks need
	@scripts/setup.sh --dev

run: setup ## migrate, seed a demonstration, start web and worker
	@exec scripts/run.sh

test: setup-dev lint ## all checks, then all tests on SQLite and on a private MariaDB
	@exec $(PY) -m scripts.run_tests $(ARGS)

test-sqlite: setup-dev ## make test-sqlite ARGS="tests/jobs -k resume"
	@exec $(PY) -m scripts.run_tests --only SQLite $(ARGS)

test-mariadb: setup-dev
	@exec $(PY) -m scripts.run_tests --only MariaDB $(ARGS)

chaos: setup-dev ## kill, freeze and steer workers for half an hour; prints figures
	@exec $(PY) -m scripts.chaos $(ARGS)

cluster: setup-dev ## three nodes of a Galera cluster, each killed under load; prints figures
	@exec $(PY) -m scripts.cluster $(ARGS)

fuzz: setup-dev ## 10,000 cases of any input, on SQLite and on a private MariaDB
	@exec $(PY) -m scripts.fuzz $(ARGS)

lint: setup-dev ## style, types, layers, templates, migrations, deployment, API schema
	@scripts/lint.sh

format: setup-dev
	@.venv/bin/ruff check --fix . && .venv/bin/ruff format .

bench: setup-dev ## 200 articles by us, by bare loops, by other queues: ARGS="--only ours,asyncio"
	@exec $(PY) -m benchmarks.throughput $(ARGS)

bench-create: setup-dev ## how fast a batch job is taken in, beside /healthz
	@exec $(PY) -m benchmarks.create_job

bench-audit: setup-dev ## how long the audit takes on a million items
	@exec $(PY) -m benchmarks.audit

bench-claims: setup-dev ## 16 processes claim jobs; is it fast, and is it fair?
	@CHAOS=long exec $(PY) -m benchmarks.claims

bench-settlements: setup-dev ## how many articles one server settles a second
	@CHAOS=long exec $(PY) -m benchmarks.settlements

bench-cluster: setup-dev ## what a Galera cluster costs, and who waits on one
	@CHAOS=long exec $(PY) -m benchmarks.cluster

bench-history: setup-dev ## what 300,000 old jobs make slower, and 100 people who follow theirs
	@CHAOS=long exec $(PY) -m benchmarks.history $(ARGS)

mutations: setup-dev ## take out each lock and fence in turn; the tests must notice
	@exec $(PY) -m tests.mutations $(ARGS)

lock: setup-dev ## pin the newest allowed versions, with hashes
	@.venv/bin/uv pip compile -q --upgrade --python-version 3.11 --generate-hashes --no-strip-extras -o requirements.txt requirements.in
	@.venv/bin/uv pip compile -q --upgrade --python-version 3.11 --generate-hashes --no-strip-extras -o requirements-dev.txt requirements-dev.in
	@$(PY) -m scripts.pins requirements.txt
	@$(PY) -m scripts.licences

screenshots: setup-dev ## pictures of the pages, ARGS="--all" for every page and state
	@exec $(PY) -m scripts.screenshots $(ARGS)

messages: setup-dev ## collect and compile the translations
	@$(PY) manage.py makemessages --locale vi --no-obsolete --ignore .venv --ignore staticfiles
	@$(PY) manage.py compilemessages --ignore .venv
