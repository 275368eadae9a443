# Every target sets up what is missing first. Without make: python3 packaging/bootstrap.py TARGET
# More arguments: make test ARGS="-k words"
PYTHON ?= python3
ARGS ?=

.PHONY: setup run test test-slow bench fuzz soak check clean

run setup test test-slow bench fuzz soak check:
	@$(PYTHON) packaging/bootstrap.py $@ $(ARGS)

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
