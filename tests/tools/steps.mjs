// What `make test` runs, in order: quick answers first. A step is one command; its
// tests are counted where its runner says how many there were, else the step
// itself counts as one check.

/** One set of features for every native build: nothing is compiled twice. */
const RUST = [
  "--locked",
  "--workspace",
  "--exclude=connvo-wasm",
  "--features=connvo-core/ts,connvo-core/planted-bugs",
];
const BROWSER = ["--locked", "-p", "connvo-wasm", "--target=wasm32-unknown-unknown"];

const cargo = (...words) => ["cargo", ...words];
const node = (...words) => ["node", ...words];
const npm = (workspace, script) => ["npm", "run", "--silent", "-w", workspace, script];

/**
 * @typedef {object} Step
 * @property {string} name what the summary calls it; also the word to choose it by
 * @property {string[]} run the command
 * @property {boolean} [counts] its runner prints how many tests passed
 * @property {boolean} [fast] part of `make test-fast`
 * @property {boolean} [silent] a preparation: counted only when it fails
 * @property {string[]} [needs] what must be on the machine (see system.mjs)
 * @property {Record<string, string>} [env]
 */

/** @type {Step[]} */
export const steps = [
  { name: "fmt", fast: true, run: cargo("fmt", "--all", "--check") },
  { name: "tools", fast: true, counts: true, run: node("--test", "tests/tools/count.test.mjs") },
  { name: "licences", run: node("tests/tools/licences.mjs") },
  {
    name: "clippy",
    fast: true,
    run: cargo("clippy", ...RUST, "--all-targets", "--", "-D", "warnings"),
  },
  {
    name: "clippy-wasm",
    fast: true,
    run: cargo("clippy", ...BROWSER, "--all-targets", "--", "-D", "warnings"),
  },
  { name: "package", run: node("wasm-client/build.mjs") },
  { name: "package-size", run: node("wasm-client/size.mjs") },
  { name: "www-build", run: npm("www", "build") },
  {
    name: "build",
    silent: true,
    run: cargo("build", ...RUST, "--lib", "--bins", "--tests"),
  },
  {
    name: "unit",
    fast: true,
    counts: true,
    run: cargo("test", ...RUST, "--no-fail-fast", "--lib"),
  },
  {
    // Property, traces, simulation, store contract on both databases, API, live,
    // several nodes, kill -9, operations, the types of the npm package.
    name: "rust",
    counts: true,
    needs: ["postgres", "nats-server", "pgbouncer", "haproxy", "sqlite3", "systemd-analyze"],
    run: cargo("test", ...RUST, "--no-fail-fast", "--bins", "--test=*"),
    env: { SIM_SEEDS: process.env.SIM_SEEDS ?? "2000" },
  },
  {
    // Faults upon three nodes: two seeds of 30 s.
    name: "chaos",
    counts: true,
    needs: ["postgres", "nats-server", "faketime"],
    run: ["@target/debug/chaos", "30", "1", "2"],
    env: { CHAOS_LOGS: "@target/chaos" },
  },
  {
    // SQLite on a disk that is full now and then: a small one, mounted for it alone.
    name: "disk",
    counts: true,
    run: "unshare --map-root-user --mount @target/debug/chaos disk".split(" "),
    env: { CHAOS_LOGS: "@target/chaos" },
  },
  {
    // 500 clients of a node that is killed.
    name: "storm",
    counts: true,
    needs: ["postgres", "nats-server"],
    run: ["@target/debug/chaos", "storm", "100"],
  },
  { name: "doc", run: cargo("test", ...RUST, "--no-fail-fast", "--doc") },
  {
    name: "wasm-runner",
    silent: true,
    run: cargo(
      ..."build --locked --profile tool -p connvo-bindgen --bin connvo-wasm-test-runner".split(" "),
    ),
  },
  {
    name: "wasm-browser",
    counts: true,
    needs: ["chromium", "chromedriver"],
    run: cargo("test", ...BROWSER, "--lib"),
    env: {
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: "@target/tool/connvo-wasm-test-runner",
      CHROMEDRIVER: "@chromedriver",
      WASM_BINDGEN_TEST_WEBDRIVER_JSON: "@root/wasm-client/webdriver.json",
    },
  },
  { name: "package-test", counts: true, run: ["npm", "test", "-w", "@connvo/client"] },
  { name: "www-lint", run: npm("www", "lint") },
  { name: "www-format", run: npm("www", "format:check") },
  { name: "www-types", run: npm("www", "typecheck") },
  {
    name: "packaging",
    counts: true,
    needs: ["chromium"],
    run: node("--test", "tests/packaging/"),
  },
  {
    name: "interop",
    counts: true,
    run: ["npm", "test", "-w", "tests/interop"],
    env: { CONNVO_BIN: "@target/debug/connvo" },
  },
  {
    // Every operation of the API with made-up input, by schemathesis (Python).
    name: "fuzz-api",
    counts: true,
    needs: ["python3"],
    run: node("--test", "tests/fuzz_api/"),
    env: { CONNVO_BIN: "@target/debug/connvo", FUZZ_TOOLS: "@target/fuzz-api" },
  },
  {
    name: "browser",
    counts: true,
    needs: ["chromium"],
    run: ["npm", "test", "-w", "tests/browser"],
    env: { CONNVO_BIN: "@target/debug/connvo" },
  },
];
