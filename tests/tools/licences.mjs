#!/usr/bin/env node
// Licences and sources of every dependency, against deny.toml (Rust) and the same
// list (npm). It needs no network and no further tool. Known vulnerabilities are
// looked up by `make deny`, which needs cargo-deny and its advisory database.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const CRATES_IO = "registry+https://github.com/rust-lang/crates.io-index";

const deny = readFileSync("deny.toml", "utf8");
const list = (name) => {
  const found = new RegExp(`^${name} = \\[([^\\]]*)\\]`, "m").exec(deny);
  if (!found) throw new Error(`deny.toml has no ${name}`);
  return [...found[1].matchAll(/"([^"]+)"/g)].map((match) => match[1]);
};
const allowed = new Set(list("allow"));

/** Whether an SPDX expression can be met by allowed licences alone. */
function permitted(expression) {
  const words = expression.replaceAll("/", " OR ").match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const either = () => {
    let met = both();
    while (words[at] === "OR") {
      at += 1;
      met = both() || met;
    }
    return met;
  };
  const both = () => {
    let met = one();
    while (words[at] === "AND") {
      at += 1;
      met = one() && met;
    }
    return met;
  };
  const one = () => {
    const word = words[at];
    at += 1;
    if (word === "(") {
      const met = either();
      at += 1;
      return met;
    }
    if (words[at] !== "WITH") return allowed.has(word);
    const exception = `${word} WITH ${words[at + 1]}`;
    at += 2;
    return allowed.has(word) || allowed.has(exception);
  };
  return either() && at >= words.length;
}

const complaints = [];

const metadata = spawnSync("cargo", ["metadata", "--locked", "--format-version=1"], {
  encoding: "utf8",
  maxBuffer: 1 << 28,
});
if (metadata.status !== 0) throw new Error(metadata.stderr);
const crates = JSON.parse(metadata.stdout).packages;
for (const { name, version, license, source } of crates) {
  if (source !== null && source !== CRATES_IO) {
    complaints.push(`${name} ${version}: from ${source}`);
  }
  if (!license || !permitted(license)) {
    complaints.push(`${name} ${version}: licence ${license ?? "unknown"}`);
  }
}

// Data that Next's build reads and no page ships.
const READ_ONLY = new Set(["node_modules/caniuse-lite"]);
const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
let modules = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  if (/:\/\//.test(entry.resolved ?? "")) {
    complaints.push(`${path}: the lock file names the host it came from`);
  }
  if (!path.includes("node_modules/") || entry.link) continue;
  modules += 1;
  if (!entry.integrity && !entry.inBundle) {
    complaints.push(`${path}: the lock file has no hash of it`);
  }
  // What is shipped answers for its licence; tools of the build do not, nor does
  // what may be left out (the image service of a Next server: ours is a static
  // export).
  const shipped = !entry.dev && !entry.devOptional && !entry.optional;
  if (shipped && !READ_ONLY.has(path) && !permitted(String(entry.license))) {
    complaints.push(`${path}: licence ${entry.license}`);
  }
}

for (const complaint of complaints) console.error(complaint);
console.log(`${crates.length} crates, ${modules} npm packages, ${complaints.length} complaints`);
process.exitCode = complaints.length === 0 ? 0 : 1;
