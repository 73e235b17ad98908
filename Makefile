# Everything a person does with a clone. `make` alone tells what there is.
MAKEFLAGS += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := help
.PHONY: help run test check proof lint generate build docs simulate soak mutate bench clean install

NODE := node_modules/.bin/node
# npm writes it last, so it stands for a finished install.
INSTALLED := node_modules/.package-lock.json
BUNDLE := dist/trusted-access.mjs
SOURCES := $(shell find src sandbox -type f) scripts/build.ts scripts/lean.ts package.json tsconfig.json
# Searches by the thousand, and what needs the bundle or real processes.
SLOW := test/model/** test/simulation/** test/built/** test/docs/typed.test.ts test/supply/**
BENCHES := $(wildcard bench/*.ts)

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(BUNDLE) ## the sandbox: the operator at work on a simulated AWS (ARGS="…" are passed on)
	@exec $(NODE) bin/trusted-access.mjs sandbox $(ARGS)

test: $(INSTALLED) ## every test; the first time also builds the tools it needs (Go 1.26, a C compiler, Python 3.11)
	@exec $(NODE) scripts/test.ts

check: $(INSTALLED) ## for the inner loop: lint, types and the quick unit tests
	@npm run --silent lint
	@exec $(NODE) node_modules/.bin/vitest run --project unit $(SLOW:%=--exclude='%')

proof: $(BUNDLE) ## for a night: model, lives and kills go further than in `make test`
	@PROOF=1 exec $(NODE) node_modules/.bin/vitest run test/model test/simulation test/faults/killed

lint: $(INSTALLED) ## formatting, lint rules, types, generated files, and the prose of docs, messages and test titles
	@npm run --silent lint
	@$(NODE) scripts/generate.ts --check
	@$(NODE) scripts/prose.ts

generate: $(INSTALLED) ## the CRD and its copies, schemas, and the parts of docs/ and deploy/ that are made from others
	@exec $(NODE) scripts/generate.ts

build: $(BUNDLE) ## the executable's bundle, dist/trusted-access.mjs

docs: $(INSTALLED) ## the site of docs/, in .cache/site (ARGS=serve shows it, and follows what is edited)
	@exec $(NODE) scripts/site.ts $(ARGS)

simulate: $(INSTALLED) ## lives of the whole operator by chance, on one virtual clock (SEED=… RUNS=…; RUNS=1 tells one)
	@SEED=$(SEED) RUNS=$(RUNS) HOURS=$(HOURS) exec $(NODE) scripts/simulate.ts

soak: $(BUNDLE) ## mixed work on real parts for MINUTES=60: memory, handles and connections stay flat
	@MINUTES=$(MINUTES) exec $(NODE) scripts/soak.ts

mutate: $(INSTALLED) ## which small changes of src/controller no test notices (FILES="plan.ts drift.ts"; all: hours)
	@FILES="$(FILES)" exec $(NODE) scripts/mutate.ts

bench: $(BUNDLE) ## the measured claims, one table each
	@if [ -z "$(BENCHES)" ]; then echo "bench/ holds no benchmark yet"; fi
	@for file in $(BENCHES); do echo "== $$file"; $(NODE) $$file || exit 1; done

clean: ## removes what was built: dist and the cache with the test tools
	rm -rf dist .cache

install: $(INSTALLED) ## the npm packages, when package-lock.json has changed

$(INSTALLED): package-lock.json
	@command -v npm >/dev/null || { echo "npm is needed (Node 20 or newer brings it)" >&2; exit 1; }
	@echo "installing npm packages (npm ci), about 20 seconds the first time …"
	@npm ci --no-audit --no-fund --loglevel=error
	@$(NODE) -e '' || { echo "npm ci did not bring Node 24 (node_modules/.bin/node)" >&2; exit 1; }
	@touch $@

$(BUNDLE): $(INSTALLED) $(SOURCES)
	@$(NODE) scripts/build.ts
	@touch $@
