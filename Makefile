# The front door. `make run` serves the product, `make test` checks all of it; both
# from a fresh clone, on a machine with rustup and Node 20 or newer.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.PHONY: run test test-fast bench load replay-all bench-search bench-partitions chaos storm fuzz fmt types wasm www setup tools deny clean help

LISTEN ?= 127.0.0.1:8080
DATA ?= data
# Some steps of `make test` by name, as `make test STEPS="clippy www-lint"`.
STEPS ?=

export NEXT_TELEMETRY_DISABLED := 1

WASM_TARGET := wasm32-unknown-unknown
PACKAGE := wasm-client/npm/dist/index.js
PAGES := www/out/index.html

sources = $(shell find $(1) -type f \
  -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/.next/*' 2>/dev/null)

help:
	@sed -n 's/^## //p' Makefile

## make run        build what changed and serve it on http://127.0.0.1:8080
run: $(PAGES)
	cargo run --locked -p connvo-server --bin connvo -- \
	  serve --listen $(LISTEN) --data-dir $(DATA) --dev

## make test       every check; STEPS="clippy unit" chooses some
test: setup
	node tests/tools/run.mjs $(STEPS)

## make test-fast  fmt, clippy, unit tests
test-fast: tools
	node tests/tools/run.mjs fast

## make bench      the note engine beside raw yrs, Yjs and ywasm
bench: setup
	tests/bench/run.sh

## make load       1 000 meetings with five people each, and two peers beside it
load: setup
	tests/tools/load.sh

## make replay-all  ten recorded meetings at 20 times their pace, five watchers each
replay-all:
	cargo build --locked --release -p connvo-server --bin connvo
	cargo run --locked --release -p connvo-tests --bin replay_all

## make bench-search  how long searches over 100 000 documents take, on both databases
bench-search:
	cargo run --locked --release -p connvo-tests --bin search

## make bench-partitions  the transcript by months beside one table, and what its indexes cost
bench-partitions:
	cargo run --locked --release -p connvo-tests --bin partitions

## make chaos      20 runs of 60 s with faults upon three nodes, and SQLite on a full disk; SEED=7 plays one again
CHAOS_SECONDS ?= 60
SEED ?= $(shell seq 1 20)
chaos:
	cargo build --locked -p connvo-server --bin connvo
	cargo run --locked -p connvo-tests --bin chaos -- $(CHAOS_SECONDS) $(SEED)
	unshare --map-root-user --mount $(or $(CARGO_TARGET_DIR),target)/debug/chaos disk

## make storm      5 000 clients of a node that is killed
storm:
	cargo build --locked --release -p connvo-server --bin connvo
	cargo run --locked --release -p connvo-tests --bin chaos -- storm 1000

## make fuzz       FUZZ_SECONDS=600 of hostile frames, operations and updates
FUZZ_SECONDS ?= 600
fuzz:
	cargo run --locked --release -p connvo-fuzz -- --seconds $(FUZZ_SECONDS)

## make fmt        format Rust and the web app
fmt: setup
	cargo fmt --all
	npm run --silent -w www format

## make types      write the TypeScript types of the protocol again
types:
	UPDATE_TYPES=1 cargo test --locked -p connvo-core --features ts --test typescript

## make wasm       build @connvo/client and print its size
wasm: $(PACKAGE)
	node wasm-client/size.mjs

## make www        build the web app
www: $(PAGES)

## make deny       cargo-deny: advisories, licences, sources (needs the network)
deny:
	@command -v cargo-deny >/dev/null || { \
	  echo 'needs cargo-deny: cargo install --locked cargo-deny'; exit 1; }
	cargo deny --all-features check

## make clean      remove what was built, keep ./data
clean:
	cargo clean
	rm -rf node_modules www/.next www/out wasm-client/npm/dist wasm-client/npm/wasm

$(PACKAGE): Cargo.toml Cargo.lock package-lock.json \
  $(call sources,core/src wasm-client/src wasm-client/bindgen wasm-client/npm/src) \
  wasm-client/build.mjs wasm-client/Cargo.toml wasm-client/npm/tsconfig.json | setup
	node wasm-client/build.mjs

$(PAGES): $(PACKAGE) $(call sources,www/src www/public www/scripts) \
  www/package.json www/next.config.ts www/tsconfig.json | setup
	npm run -w www build

setup: tools node_modules/.package-lock.json

# Rust's target for the browser and Node: found, fetched, or named.
tools:
	@command -v cargo >/dev/null || { echo 'needs Rust: install rustup'; exit 1; }
	@command -v node >/dev/null || { echo 'needs Node 20 or newer'; exit 1; }
	@node -e 'process.exitCode = parseInt(process.versions.node) < 20 ? 1 : 0' || { \
	  echo "needs Node 20 or newer, found $$(node --version)"; exit 1; }
	@test -d "$$(rustc --print target-libdir --target $(WASM_TARGET))" \
	  || rustup target add $(WASM_TARGET)

node_modules/.package-lock.json: package.json package-lock.json
	npm ci
	@touch $@
