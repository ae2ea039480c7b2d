# `make test` and `make try` need nothing installed by hand but make, and bring the rest themselves.
.DEFAULT_GOAL := help
.PHONY: help test lint types layers tests engines try bench peers soak apps engine dist installs docs site pictures format lock clean

BIN := .venv/bin
READY := .venv/ready
MINUTES := 115
SEED := 1

help:
	@echo "make test      lint, types, layers and tests: what must hold before a change is taken"
	@echo "make try       the tour: deploy, crash, roll back, and count the uploads (APP=DIR for a copy of your own)"
	@echo "make bench     measure"
	@echo "make peers     the same scenarios with other deployment tools, as one table (fetches them into .peers)"
	@echo "make apps      real applications under Holdfast, judged by HTTP (as root; APP=wordpress for one; fetches into .apps)"
	@echo "make soak      the long tests, for two hours (MINUTES=0 until all is tried, SEED=N for other shares)"
	@echo "make engine    dist/holdfast-engine.pyz, all of it in one file, for Python 3.9 and newer"
	@echo "make dist      what is published, in dist/: the wheel, the source archive, both programs in one file, the .deb, SHA256SUMS"
	@echo "make installs  each of them installed as on a host of its own (as root; fetches a root of Debian)"
	@echo "make docs      write docs/reference from the code"
	@echo "make site      the documentation as a site, in dist/site, every link of it checked"
	@echo "make pictures  write docs/pictures from a demonstration site and from what the README types (root, Chromium)"
	@echo "make lock      lock the requirements again"

$(READY): requirements/dev.txt pyproject.toml .ci/bootstrap
	@.ci/bootstrap

test: lint types layers tests engines

lint: $(READY)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .

types: $(READY)
	@$(BIN)/mypy --no-error-summary

layers: $(READY)
	@told=$$($(BIN)/lint-imports 2>&1) || { echo "$$told"; exit 1; }

tests: $(READY)
	@$(BIN)/pytest -q -n 3 --dist worksteal -m "not soak and not bench and not installs"

engines: $(READY)
	@.ci/engine

try:
	@.ci/try $(APP)

bench: $(READY)
	@$(BIN)/python bench/run.py

peers: $(READY)
	@$(BIN)/python bench/peers/run.py

soak: $(READY)
	@PYTHONPATH=tests $(BIN)/pytest -q -rfEs --tb=short -n 2 --dist worksteal -m soak -p lib.soaking -o faulthandler_timeout=0 --minutes $(MINUTES) --seed $(SEED)

apps: $(READY)
	@$(BIN)/python apps/run.py $(if $(APP),--app $(APP))

engine: $(READY)
	@$(BIN)/python -m packages.program dist/holdfast-engine.pyz

dist: $(READY)
	@$(BIN)/python -m packages

installs: $(READY)
	@$(BIN)/pytest -q -m installs

site:
	@.ci/site

docs: $(READY)
	@$(BIN)/python docs/reference/write.py

pictures: $(READY)
	@$(BIN)/python docs/pictures/write.py
	@PYTHONPATH=tests $(BIN)/python docs/pictures/terminal.py

format: $(READY)
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

lock: $(READY)
	@$(BIN)/python -m pip --disable-pip-version-check --quiet install uv
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --group dev --output-file requirements/dev.txt pyproject.toml
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --constraints requirements/dev.txt --output-file requirements/run.txt pyproject.toml
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.9 \
		--generate-hashes --no-emit-index-url --output-file requirements/engine.txt requirements/engine.in
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.9 \
		--generate-hashes --no-emit-index-url --output-file requirements/old.txt requirements/old.in
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --output-file requirements/site.txt requirements/site.in

clean:
	rm -rf .venv .venv-engine .venv-try .wheels dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
