#!/usr/bin/env node
// Size of @connvo/client beside yjs and ywasm: raw, gzip and brotli, everything a
// page downloads. Exits 1 when the package is over its budget.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** Most bytes after brotli, WebAssembly, glue, wrappers and hooks together. */
const BUDGET = 150_000;
const here = dirname(fileURLToPath(import.meta.url));
const npm = join(here, "npm");

const brotli = (bytes) =>
  brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  }).length;

/** Files are compressed one by one, as a server sends them. */
function measure(name, files) {
  const sizes = { name, raw: 0, gzip: 0, brotli: 0 };
  for (const file of files) {
    const bytes = Buffer.isBuffer(file) ? file : readFileSync(file);
    sizes.raw += bytes.length;
    sizes.gzip += gzipSync(bytes, { level: 9 }).length;
    sizes.brotli += brotli(bytes);
  }
  return sizes;
}

/** The files a browser loads of our package: all modules but Node's. */
function ours() {
  const dist = join(npm, "dist");
  const modules = readdirSync(dist, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".js") && name !== "node.js")
    .map((name) => join(dist, name));
  return [
    join(npm, "wasm", "connvo_bg.wasm"),
    join(npm, "wasm", "connvo.js"),
    ...modules,
  ];
}

/** What a bundler makes of an import, minified; undefined where it is not installed. */
async function bundled(name, contents) {
  const require = createRequire(join(here, "..", "tests", "packaging", "vite", "x.js"));
  try {
    const { build } = await import(require.resolve("rolldown"));
    require.resolve(name);
    const { output } = await build({
      input: "entry.js",
      write: false,
      logLevel: "silent",
      platform: "browser",
      output: { minify: true, format: "esm" },
      cwd: join(here, "..", "tests", "packaging", "vite"),
      plugins: [
        {
          name: "entry",
          resolveId: (id) => (id === "entry.js" ? id : null),
          load: (id) => (id === "entry.js" ? contents : null),
        },
      ],
    });
    return Buffer.from(output[0].code);
  } catch {
    return undefined;
  }
}

const rows = [];
const wasmFile = join(npm, "wasm", "connvo_bg.wasm");
if (!existsSync(wasmFile)) {
  console.error("build the package first: npm run build -w @connvo/client");
  process.exit(2);
}
const total = measure("@connvo/client, everything", ours());
rows.push(total, measure("  of it the WebAssembly", [wasmFile]));

const yjs = await bundled(
  "yjs",
  'export { Doc, applyUpdate, encodeStateAsUpdate, UndoManager } from "yjs";',
);
if (yjs) rows.push(measure("yjs (Doc, updates, undo), bundled", [yjs]));
try {
  const require = createRequire(join(here, "..", "tests", "packaging", "vite", "x.js"));
  const folder = dirname(require.resolve("ywasm/package.json"));
  const files = readdirSync(folder).filter(
    (name) => name.endsWith(".wasm") || name === "ywasm.js",
  );
  rows.push(measure("ywasm", files.map((name) => join(folder, name))));
} catch {
  // Not installed here: the comparison is for those who ran npm ci.
}

const pad = (value, width) => String(value).padStart(width);
console.log(`${"bytes".padEnd(36)}${pad("raw", 10)}${pad("gzip", 10)}${pad("brotli", 10)}`);
for (const row of rows) {
  console.log(row.name.padEnd(36) + pad(row.raw, 10) + pad(row.gzip, 10) + pad(row.brotli, 10));
}
const verdict = total.brotli <= BUDGET ? "within" : "OVER";
console.log(`${total.brotli} bytes after brotli: ${verdict} the budget of ${BUDGET}`);
process.exitCode = total.brotli <= BUDGET ? 0 : 1;
