# SAS portal. `make run` and `make test` need Python >= 3.11 with venv, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# uv is fast; pip is what remains where uv cannot reach the index (its own certificate or proxy rules).
install = $(BIN)/uv pip install --quiet --system-certs --require-hashes --python $(BIN)/python -r $(1) \
    || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)

.PHONY: help run test bench check lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/run.stamp ## start the portal with its demo territory (Ctrl-C stops everything)
	@exec $(BIN)/python manage.py demo $(ARGS)

test: $(VENV)/dev.stamp ## run the whole test suite (ARGS="-k word" narrows it)
	@exec $(BIN)/python -m pytest $(if $(ARGS),$(ARGS),-n 2 --dist loadfile --reruns 2 --cov --cov-report=term:skip-covered)

bench: $(VENV)/dev.stamp ## print every measured figure beside its goal (ARGS="reading" for one)
	@exec $(BIN)/python -m tests.benchmarks $(ARGS)

check: $(VENV)/dev.stamp ## the quality gates, as .ci/run calls them
	@exec sh .ci/gates

lock: $(VENV)/uv.stamp ## rewrite the lock files from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --group embedded --universal --python-version 3.11 \
	    --generate-hashes --no-header --quiet -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group embedded --group dev --universal --python-version 3.11 \
	    --generate-hashes --no-header --quiet -o requirements-dev.lock

clean: ## remove the demo's data (var/)
	@test ! -L var/private || rm -rf "$$(readlink var/private)"
	rm -rf var

$(VENV)/uv.stamp:
	@echo "Environnement Python…"
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 ou plus récent est nécessaire.")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@touch $@

# The development lock holds all of the other: whichever was installed last, both commands work.
$(VENV)/run.stamp: requirements.lock $(VENV)/uv.stamp
	@echo "Installation des paquets du fichier de verrouillage…"
	@$(call install,requirements.lock)
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/uv.stamp
	@echo "Installation des paquets de développement…"
	@$(call install,requirements-dev.lock)
	@touch $@ $(VENV)/run.stamp
