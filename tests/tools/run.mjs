#!/usr/bin/env node
// `make test`: every check of the project, one after the other, all of them even
// when one fails. Last line: `N passed, N failed`. Words choose steps by name;
// `fast` chooses those of the inner loop.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, createWriteStream } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Count, outcome } from "./count.mjs";
import { steps } from "./steps.mjs";
import { find, install, lacking } from "./system.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
process.chdir(root);

/** Where cargo builds: the environment's word, else its settings'. */
function targetDirectory() {
  const words = ["metadata", "--format-version=1", "--no-deps"];
  const options = { encoding: "utf8", maxBuffer: 1 << 28 };
  const { stdout, status, stderr } = spawnSync("cargo", words, options);
  if (status !== 0) throw new Error(`cargo metadata: ${stderr}`);
  return JSON.parse(stdout).target_directory;
}

const target = targetDirectory();
const logs = join(target, "test-logs");
mkdirSync(logs, { recursive: true });

/** A word of a step with `@target`, `@root` and `@chromedriver` in it. */
function word(value) {
  return value
    .replace("@target", target)
    .replace("@root", root)
    .replace("@chromedriver", find("chromedriver") ?? "chromedriver");
}

function environment(step) {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", CARGO_TERM_COLOR: "never" };
  env.CHROMIUM ??= find("chromium");
  for (const [name, value] of Object.entries(step.env ?? {})) {
    env[name] = word(value);
  }
  return env;
}

/** Runs one step; its words go to the terminal and to a file. */
async function run(step) {
  const [command, ...words] = step.run.map(word);
  const count = new Count();
  const log = createWriteStream(join(logs, `${step.name}.log`));
  const child = spawn(command, words, {
    env: environment(step),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const relay = (stream, out) => {
    const lines = createInterface({ input: stream, crlfDelay: Infinity });
    lines.on("line", (line) => {
      count.read(line);
      log.write(`${line}\n`);
      out.write(`${line}\n`);
    });
    return new Promise((resolve) => lines.once("close", resolve));
  };
  const read = [relay(child.stdout, process.stdout), relay(child.stderr, process.stderr)];
  const status = await new Promise((resolve) => {
    child.once("error", (error) => {
      console.log(`${command}: ${error.message}`);
      resolve(-1);
    });
    child.once("close", resolve);
  });
  await Promise.all(read);
  log.end();
  return outcome(count, status === 0, step.counts === true);
}

const words = process.argv.slice(2);
const known = new Set(["fast", ...steps.map(({ name }) => name)]);
const unknown = words.filter((word) => !known.has(word));
if (unknown.length > 0) {
  console.error(`no such step: ${unknown.join(" ")}\nsteps: ${[...known].join(" ")}`);
  process.exit(2);
}
const chosen = steps.filter(
  ({ name, fast }) =>
    words.length === 0 || words.includes(name) || (fast && words.includes("fast")),
);

if (chosen.some(({ needs }) => needs)) install();

const rows = [];
const seconds = (since) => ((performance.now() - since) / 1000).toFixed(0);
const begun = performance.now();
for (const step of chosen) {
  console.log(`\n=== ${step.name}: ${step.run.join(" ")}`);
  const since = performance.now();
  const lacks = lacking(step.needs);
  if (lacks) console.log(`${step.name} cannot run: ${lacks}`);
  const result = lacks ? { passed: 0, failed: 1 } : await run(step);
  if (step.silent) result.passed = 0;
  rows.push({ ...result, name: step.name, seconds: seconds(since), lacks });
}

console.log(`\n=== all steps (${seconds(begun)} s; logs in ${logs})`);
let [passed, failed] = [0, 0];
for (const row of rows) {
  passed += row.passed;
  failed += row.failed;
  const verdict = row.failed === 0 ? "ok  " : "FAIL";
  const figures = `${String(row.passed).padStart(5)} passed ${String(row.failed).padStart(3)} failed`;
  console.log(
    `${verdict} ${row.name.padEnd(14)}${figures} ${row.seconds.padStart(5)} s${row.lacks ? `  ${row.lacks}` : ""}`,
  );
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
