#!/usr/bin/env node
// Size of @connvo/client beside yjs and ywasm: raw, gzip and brotli, everything a
// page downloads, scripts as a bundler minifies them. Exits 1 over budget.
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

const tries = join(here, "..", "tests", "packaging", "vite");
const require = createRequire(join(tries, "x.js"));

/** What a bundler makes of some code, minified, React left out. */
async function bundled(contents) {
  const { build } = await import(require.resolve("rolldown"));
  const { output } = await build({
    input: "entry.js",
    write: false,
    logLevel: "silent",
    platform: "browser",
    external: ["react"],
    output: { minify: true, format: "esm" },
    cwd: tries,
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === "entry.js" ? join(tries, id) : null),
        load: (id) => (id.endsWith("/entry.js") ? contents : null),
      },
    ],
  });
  return Buffer.from(output[0].code);
}

const rows = [];
const wasmFile = join(npm, "wasm", "connvo_bg.wasm");
if (!existsSync(wasmFile)) {
  console.error("build the package first: npm run build -w @connvo/client");
  process.exit(2);
}
const scripts = await bundled(
  'export * from "@connvo/client"; export { default } from "@connvo/client"; export * from "@connvo/client/react";',
);
const total = measure("@connvo/client, everything", [wasmFile, scripts]);
rows.push(total, measure("  of it the WebAssembly", [wasmFile]));

const yjs = await bundled(
  'export { Doc, applyUpdate, encodeStateAsUpdate, UndoManager } from "yjs";',
);
rows.push(measure("yjs: documents, updates, undo", [yjs]));
const ywasm = dirname(require.resolve("ywasm/package.json"));
const module = readdirSync(ywasm).find((name) => name.endsWith(".wasm"));
const glue = await bundled('export * from "ywasm/ywasm_bg.js";').catch(() =>
  readFileSync(join(ywasm, "ywasm.js")),
);
rows.push(measure("ywasm: the same", [join(ywasm, module), glue]));

const pad = (value, width) => String(value).padStart(width);
console.log(`${"bytes".padEnd(36)}${pad("raw", 10)}${pad("gzip", 10)}${pad("brotli", 10)}`);
for (const row of rows) {
  console.log(row.name.padEnd(36) + pad(row.raw, 10) + pad(row.gzip, 10) + pad(row.brotli, 10));
}
const verdict = total.brotli <= BUDGET ? "within" : "OVER";
console.log(`${total.brotli} bytes after brotli: ${verdict} the budget of ${BUDGET}`);
process.exitCode = total.brotli <= BUDGET ? 0 : 1;
