#!/usr/bin/env node
// Builds @connvo/client: cargo → bindgen → tsc. `--types` only runs tsc.
// `CARGO_TARGET_DIR` is respected; `WASM_PROFILE=dev` builds faster and larger;
// `CONNVO_BINDGEN` names a connvo-bindgen that is built already.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const npm = join(here, "npm");
const profile = process.env.WASM_PROFILE ?? "wasm";
const folder = profile === "dev" ? "debug" : profile;

function run(command, args, cwd = root) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** Where cargo puts what it builds: the environment's word, else its settings'. */
function targetDirectory() {
  const { stdout, status, stderr } = spawnSync(
    "cargo",
    ["metadata", "--format-version", "1", "--no-deps"],
    { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout).target_directory;
}

if (!process.argv.includes("--types")) {
  const wasm = ["--target", "wasm32-unknown-unknown", "--profile", profile];
  run("cargo", ["build", "--locked", "-p", "connvo-wasm", ...wasm]);
  const target = targetDirectory();
  let bindgen = process.env.CONNVO_BINDGEN;
  if (!bindgen) {
    run("cargo", ["build", "--locked", "--profile", "tool", "-p", "connvo-bindgen", "--bin", "connvo-bindgen"]);
    bindgen = join(target, "tool", "connvo-bindgen");
  }
  rmSync(join(npm, "wasm"), { recursive: true, force: true });
  mkdirSync(join(npm, "wasm"));
  run(bindgen, [
    join(target, "wasm32-unknown-unknown", folder, "connvo_wasm.wasm"),
    join(npm, "wasm"),
  ]);
}

rmSync(join(npm, "dist"), { recursive: true, force: true });
const tsc = createRequire(join(npm, "package.json")).resolve("typescript/bin/tsc");
run(process.execPath, [tsc, "-p", join(npm, "tsconfig.json")], npm);
for (const licence of readdirSync(root).filter((n) => n.startsWith("LICENSE"))) {
  copyFileSync(join(root, licence), join(npm, licence));
}
