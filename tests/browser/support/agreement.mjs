// What all these tests come down to: one text everywhere, every word in it once.
import assert from "node:assert/strict";
import { until } from "./until.mjs";

/** `count` words that nobody else types, each with its end. */
export function tokens(name, count) {
  return Array.from({ length: count }, (_, at) => `${name}${String(at).padStart(2, "0")};`);
}

/**
 * Waits until everything is sent and every room shows what the server has, and
 * answers that text.
 */
export async function agreed(api, meeting, ...rooms) {
  for (const room of rooms) await room.sent();
  const read = () =>
    Promise.all([api.note(meeting), ...rooms.map((room) => room.editor.text())]);
  const [text] = await until("one text everywhere", read, ([server, ...shown]) =>
    shown.every((one) => one === server),
  );
  return text;
}

/** Nothing of `words` is lost, nothing is there twice. */
export function eachOnce(text, words) {
  const wrong = words
    .map((word) => [word, text.split(word).length - 1])
    .filter(([, times]) => times !== 1);
  assert.deepEqual(wrong, [], `each word once in ${JSON.stringify(text)}`);
}
