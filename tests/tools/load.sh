#!/bin/sh
# The load run: builds the server and the load client for release, fetches the
# peers, runs. LOAD_SECONDS=5 LOAD_MEETINGS=50 makes a quick one; the other
# variables are in tests/src/load/plan.rs.
set -eu
cd "$(dirname "$0")/../.."
cargo build --locked --release -p connvo-server --bin connvo
cargo build --locked --release -p connvo-tests --bin load
case ",${LOAD_ONLY:-peers}," in
*,peers,*)
  for peer in hocuspocus y-websocket; do
    [ -d "tests/peers/$peer/node_modules" ] || npm ci --prefix "tests/peers/$peer"
  done
  ;;
esac
exec cargo run --quiet --locked --release -p connvo-tests --bin load
