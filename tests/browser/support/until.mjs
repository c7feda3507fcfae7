// Waiting for a condition, never for a time.
import { setTimeout as pause } from "node:timers/promises";

/** How long anything here may take, in milliseconds: busy machines are slow. */
export const PATIENCE_MS = 45_000;

/**
 * Reads until `good` says yes, and answers what was read.
 * @template T
 * @param {string} what the sentence of the failure
 * @param {() => Promise<T> | T} read
 * @param {(value: T) => boolean} good
 */
export async function until(what, read, good) {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const value = await read();
    if (good(value)) return value;
    if (performance.now() > end) {
      throw new Error(`${what}: still ${JSON.stringify(value)}`);
    }
    await pause(50);
  }
}
