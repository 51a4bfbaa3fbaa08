# Two commands for people: `make demo` and `make test`. Both do all set-up; what cannot be
# installed here is named in one sentence. One build profile (release) serves everything.

CARGO  ?= cargo
TARGET := $(or $(CARGO_TARGET_DIR),target)
PANTAU := $(TARGET)/release/pantau
LISTEN ?= 127.0.0.1:8080
DATA   ?= demo-data

.PHONY: demo test check bench web build packages rust-test browser-test lint fmt clean-demo

## demo: the example district with a year of data and live sources; prints an address to open
demo: build
	$(PANTAU) demo --listen $(LISTEN) --data $(DATA)

## test: everything CI runs
test: packages
	scripts/stages lint web-check build rust-test browser-test

## check: the fast loop, no browser and no end to end
check:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --release --workspace --all-targets -- -D warnings
	$(CARGO) test --release --workspace --lib
	cd web && npm run --silent check

## bench: ratios against peers in one run (see bench/README.md)
bench: build
	bench/run

build: web
	$(CARGO) build --release --workspace --locked

web: web/dist/index.html

web/node_modules/.installed: web/package-lock.json
	scripts/require-node
	cd web && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

web/dist/index.html: web/node_modules/.installed $(shell find web/src web/public web/scripts web/index.html web/vite.config.ts web/svelte.config.js -type f 2>/dev/null)
	cd web && npm run --silent build

web-check: web/node_modules/.installed
	cd web && npm run --silent check && npm run --silent test

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --release --workspace --all-targets --locked -- -D warnings

# Test targets that open a store; they run a second time with databases of a PostgreSQL server of their own.
ON_BOTH := log appender configuration postgres rollups intake api end_to_end

rust-test: build packages
	$(CARGO) test --release --workspace --locked --no-fail-fast
	PANTAU_TEST_ENGINE=postgres $(CARGO) test --release --workspace --locked --no-fail-fast --lib --bins $(ON_BOTH:%=--test %)

browser-test: build packages tests/browser/node_modules/.installed
	cd tests/browser && node run.mjs

tests/browser/node_modules/.installed: tests/browser/package-lock.json
	cd tests/browser && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

packages:
	scripts/install-packages chromium faketime postgresql

clean-demo:
	rm -rf $(DATA)

## help: this list
help:
	@sed -n 's/^## //p' Makefile
