/**
 * Importing this on a server under Node loads the WebAssembly module at once, from
 * the package's own file. A page that is only rendered on a server needs none of
 * it: there the main entry imports without any effect.
 */
import { readFileSync } from "node:fs";
import { initFromBytes } from "./load.js";

initFromBytes(
  readFileSync(new URL("../wasm/connvo_bg.wasm", import.meta.url)),
);

export * from "./index.js";
export { default } from "./index.js";
