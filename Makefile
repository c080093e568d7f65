# Two commands matter: `make demo` and `make test`. Everything is installed into .venv, nothing elsewhere.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
TODAY := $(shell date -u +%Y%m%d)
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 10))

.PHONY: demo page test test-all check format bench speed clean

demo: $(VENV)/.core  ## prepare the tiny data, train to the best, write text
	cd data && ../$(BIN)/python prepare_tiny_demo.py
	$(BIN)/python train.py --device cpu --recipe quick --max_iters 2000
	$(BIN)/python generate.py
	@echo
	@echo "Now try, after 'source $(VENV)/bin/activate':"
	@echo "  python train.py --gpt_by_hand                       every number of the first two iterations"
	@echo "  python generate.py --prompt 'once upon' --show_probabilities"
	@echo "  gpt-by-hand trace --checkpoint out --prompt 'gpt by hand' --only 'h.0.attn.*'"
	@echo "  gpt-by-hand explain --checkpoint out --prompt 'gpt by hand' 'logits[0,4,project]'"
	@echo "  gpt-by-hand plot                                    the loss curve"
	@echo "  python train.py --help                              every setting, explained"
	@echo "And in the browser, where any number answers a click:"
	@echo "  gpt-by-hand explore --checkpoint out                (or: make page)"

page: $(VENV)/.core out/checkpoint.json  ## the trained demo as one HTML file for the browser: click any number, and it answers
	$(BIN)/python -m gpt_by_hand explore --checkpoint out --force

out/checkpoint.json:
	$(MAKE) demo

test: $(VENV)/.dev  ## the tests to run while working, in two minutes (installs PyTorch, the independent witness)
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not slow"

test-all: $(VENV)/.dev  ## all tests: also those that start many processes, compilers and browsers
	$(BIN)/python -m pytest -q -n 2
	@echo "Examples of today's seed, $(TODAY); again: $(BIN)/python -m pytest -m hypothesis --hypothesis-seed=$(TODAY)"
	$(BIN)/python -m pytest -q -n 2 -m hypothesis --hypothesis-seed=$(TODAY)

check: $(VENV)/.dev node_modules  ## lint, format and type-check, Python and the page's JavaScript
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	npm run --silent check

format: $(VENV)/.dev node_modules  ## put the code into the house's form, and the page's modules into one script
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	npm run --silent format
	npm run --silent build

bench: $(VENV)/.dev  ## how fast it is, beside PyTorch and others doing the same work: bench/README.md
	$(BIN)/python -m bench

speed: $(VENV)/.dev  ## the same and more, written into docs/speed.md
	$(BIN)/python -m bench --json docs/figures/speed.json
	$(BIN)/python -m bench.sweep --json docs/figures/sweep.json --svg docs/figures/sweep.svg
	UPDATE_DOCS=1 $(BIN)/python -m pytest -q tests/docs/test_generated.py -k speed

# An environment that is half made, or of an older Python, is made anew.
$(VENV)/.core: pyproject.toml requirements.txt
	@$(PYTHON) -c '$(NEW_ENOUGH)' 2> /dev/null || { echo "error: Python 3.10 or newer is needed; $(PYTHON) is" \
	  "$$($(PYTHON) --version 2>&1 | head -n 1): give another one, such as PYTHON=python3.12" >&2; exit 1; }
	@{ $(BIN)/python -c '$(NEW_ENOUGH)' && $(BIN)/python -m pip --version; } > /dev/null 2>&1 || rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(PIP) -r requirements.txt
	@$(BIN)/python -m compileall -q src  # so that the first start is as fast as the second
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	$(PIP) -e '.[dev]'
	@touch $@

# What checks the page's JavaScript, and what some tests of it in a browser need; a page itself needs none of it.
node_modules: package.json package-lock.json
	@command -v npm > /dev/null || { echo "error: npm is needed, to check the page's JavaScript:" \
	  "install Node.js 18.18 or newer with it (Debian: apt-get install nodejs npm)" >&2; exit 1; }
	npm ci --loglevel=error
	@touch $@

clean:  ## remove what make has made, and nothing else
	rm -rf $(VENV) node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
