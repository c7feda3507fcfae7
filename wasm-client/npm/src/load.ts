import load, { initSync, type InitInput } from "../wasm/connvo.js";

let loading: Promise<void> | undefined;
let loaded = false;

/**
 * Loads the WebAssembly module, once; every later call gives the same promise.
 * Without an argument the bundler's asset beside this file is fetched. After a
 * failure the next call tries again.
 */
export default function init(
  module?: InitInput | Promise<InitInput>,
): Promise<void> {
  loading ??= load(module === undefined ? undefined : { module_or_path: module })
    .then(() => {
      loaded = true;
    })
    .catch((failure: unknown) => {
      loading = undefined;
      throw failure;
    });
  return loading;
}

/** Loads the module from its bytes, at once: for Node and for tests. */
export function initFromBytes(module: BufferSource | WebAssembly.Module): void {
  initSync({ module });
  loaded = true;
  loading = Promise.resolve();
}

/** Whether `Client` can be made. */
export function isLoaded(): boolean {
  return loaded;
}
