// The package as Node sees it: importing has no effect, `/node` loads the module.
import assert from "node:assert/strict";
import { test } from "node:test";

test("importing the package on a server has no effect", async () => {
  const before = new Set(Object.getOwnPropertyNames(globalThis));
  const main = await import("@connvo/client");
  const react = await import("@connvo/client/react");
  assert.equal(main.isLoaded(), false);
  assert.equal(typeof react.useNote, "function");
  const after = Object.getOwnPropertyNames(globalThis);
  assert.deepEqual(after.filter((name) => !before.has(name)), []);
  assert.throws(() => new main.Client({ token: () => "" }), {
    name: "ConnvoError",
    code: "INTERNAL",
  });
});

test("hooks render on a server as if loading", async () => {
  const { createElement } = await import("react");
  const { renderToString } = await import("react-dom/server");
  const { ConnvoProvider, useConnection, useNote, useTranscript } = await import(
    "@connvo/client/react"
  );
  const id = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e";
  function Room() {
    const { note, error } = useNote(id, { name: "Ada", color: "#123456" });
    const { items } = useTranscript(id);
    return `${useConnection().status} ${note} ${error} ${items.length}`;
  }
  const page = createElement(
    ConnvoProvider,
    { token: () => "" },
    createElement(Room),
  );
  assert.equal(renderToString(page), "connecting null null 0");
});

test("the node entry edits a note in memory", async () => {
  const { Client, ConnvoError } = await import("@connvo/client/node");
  const client = new Client({
    url: "http://127.0.0.1:9",
    token: () => "",
    storage: "memory",
  });
  const id = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e";
  const note = await client.openNote(id, { name: "Ada", color: "#123456" });
  const again = await client.openNote(id, { name: "Ada", color: "#123456" });
  const deltas = [];
  again.onDelta((operation, origin) => deltas.push([operation, origin]));
  note.edit([{ insert: "hello 😀" }]);
  assert.equal(again.text(), "hello 😀");
  assert.throws(() => note.edit([{ retain: 7 }, { insert: "x" }]), ConnvoError);
  assert.equal(note.undo(), true);
  assert.equal(note.text(), "");
  assert.deepEqual(deltas, [[[{ delete: 8 }], "undo"]]);
  assert.equal(note.status(), note.status(), "one object until it changes");
  note.close();
  assert.throws(() => note.text(), { code: "UNAVAILABLE" });
  assert.equal(again.text(), "");
  await assert.rejects(client.openNote("nonsense", { name: "", color: "" }), {
    code: "VALIDATION_ERROR",
  });
  client.free();
  assert.throws(() => again.text(), ConnvoError);
  assert.throws(() => client.connect(), ConnvoError);
});
