#!/bin/sh
# The note engine beside raw yrs, Yjs and ywasm, one after the other on one machine;
# between them what it costs to know a caller; then the package's size beside theirs. tests/bench/run.sh [trace]
set -eu
cd "$(dirname "$0")/../.."
trace=${1:-automerge-paper}
cargo build --quiet --locked --release -p connvo-core --example bench
echo "load average: $(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo unknown), $(nproc 2>/dev/null || echo '?') cores"
cargo run --quiet --locked --release -p connvo-core --example bench -- "$trace"
echo
cargo run --quiet --locked --release -p connvo-tests --bin verify
echo
node --expose-gc tests/bench/yjs.mjs "$trace"
if [ -f wasm-client/npm/wasm/connvo_bg.wasm ]; then
  echo
  node wasm-client/size.mjs
fi
