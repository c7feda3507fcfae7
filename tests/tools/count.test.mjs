// The summary of `make test` cannot look better than the runs were.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Count, outcome } from "./count.mjs";

function counted(lines, ok = true) {
  const count = new Count();
  for (const line of lines) count.read(line);
  return outcome(count, ok, true);
}

test("the counts of all binaries of one cargo run add up", () => {
  const lines = [
    "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
    "running 3 tests",
    "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out",
  ];
  assert.deepEqual(counted(lines, false), { passed: 14, failed: 1 });
});

test("both shapes of node's summary are read, colours or not", () => {
  assert.deepEqual(counted(["# pass 3", "# fail 0", "# skipped 0"]), { passed: 3, failed: 0 });
  assert.deepEqual(counted(["\u001b[34mℹ pass 4\u001b[39m"]), { passed: 4, failed: 0 });
});

test("what was ignored, skipped, cancelled or left to do has failed", () => {
  const ignored = "test result: ok. 5 passed; 0 failed; 2 ignored; 0 measured";
  assert.deepEqual(counted([ignored]), { passed: 5, failed: 2 });
  const left = ["# pass 1", "# cancelled 1", "# skipped 1", "# todo 1"];
  assert.deepEqual(counted(left), { passed: 1, failed: 3 });
});

test("a run that breaks off, or finds no test, has failed", () => {
  const fine = "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured";
  assert.deepEqual(counted([fine], false), { passed: 5, failed: 1 });
  assert.deepEqual(counted([]), { passed: 0, failed: 1 });
});

test("a check without tests of its own counts as one", () => {
  assert.deepEqual(outcome(new Count(), true, false), { passed: 1, failed: 0 });
  assert.deepEqual(outcome(new Count(), false, false), { passed: 0, failed: 1 });
});
