// Reads from a runner's words how many tests there were.

const ANSI = /\u001b\[[0-9;]*m/g;
// cargo test and wasm-bindgen's runner.
const CARGO = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/;
// node --test, as TAP and as spec.
const NODE = /^(?:#|ℹ) (pass|fail|cancelled|skipped|todo) (\d+)$/;

/** Adds up the counts of one runner, line by line. */
export class Count {
  passed = 0;
  failed = 0;
  /** Ignored, skipped, cancelled, to do: not run, so not passed. */
  left = 0;

  /** @param {string} line */
  read(line) {
    const text = line.replace(ANSI, "").trim();
    const cargo = CARGO.exec(text);
    if (cargo) {
      this.passed += Number(cargo[1]);
      this.failed += Number(cargo[2]);
      this.left += Number(cargo[3]);
      return;
    }
    const node = NODE.exec(text);
    if (!node) return;
    const number = Number(node[2]);
    if (node[1] === "pass") this.passed += number;
    else if (node[1] === "fail") this.failed += number;
    else this.left += number;
  }
}

/**
 * What a step adds to the whole: a failure that its runner did not count is one
 * failure, a runner that found no test is one, and what it left out is one each.
 * @param {Count} count @param {boolean} ok @param {boolean} counts
 */
export function outcome(count, ok, counts) {
  if (!counts) return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
  let failed = count.failed + count.left;
  if (failed === 0 && (!ok || count.passed === 0)) failed = 1;
  return { passed: count.passed, failed };
}
