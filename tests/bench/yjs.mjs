// The same keystroke history through Yjs and ywasm on node: one insert or delete a
// transaction, each giving an update. node yjs.mjs [trace]
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import * as Y from "yjs";

const here = dirname(fileURLToPath(import.meta.url));
const name = process.argv[2] ?? "automerge-paper";
const file = join(here, `../data/editing-traces/${name}.json.gz`);
const trace = JSON.parse(gunzipSync(readFileSync(file)));
const edits = trace.txns.flatMap((txn) => txn.patches);
const memory = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

function line(what, ms) {
  const each = ((ms * 1000) / edits.length).toFixed(2);
  console.log(`${what}: ${ms.toFixed(0)} ms, ${each} µs an edit`);
}

function timed(run) {
  const start = performance.now();
  const out = run();
  return [out, performance.now() - start];
}

function check(text) {
  if (text !== trace.endContent) throw new Error("the text is another one");
}

function yjs(encode) {
  const doc = new Y.Doc();
  const text = doc.getText("content");
  const updates = [];
  if (encode) doc.on("update", (update) => updates.push(update));
  for (const [at, gone, come] of edits) {
    if (gone > 0) text.delete(at, gone);
    if (come) text.insert(at, come);
  }
  check(text.toString());
  return { doc, updates };
}

const [, bare] = timed(() => yjs(false));
line("Yjs on node, nothing encoded", bare);
const [{ doc, updates }, encoded] = timed(() => yjs(true));
line("Yjs on node, each edit encoded as an update", encoded);

const [, remote] = timed(() => {
  const peer = new Y.Doc();
  for (const update of updates) Y.applyUpdate(peer, update);
  check(peer.getText("content").toString());
});
line("Yjs on node, the same updates applied", remote);

const state = Y.encodeStateAsUpdateV2(doc);
const before = memory();
let best = Infinity;
const open = [];
for (let at = 0; at < 4; at += 1) {
  const [peer, took] = timed(() => {
    const peer = new Y.Doc();
    Y.applyUpdateV2(peer, state);
    check(peer.getText("content").toString());
    return peer;
  });
  open.push(peer);
  best = Math.min(best, took);
}
const each = (memory() - before) / open.length / 1e6;
console.log(`Yjs on node, open from its V2 snapshot: ${best.toFixed(1)} ms`);
console.log(`  memory: ${each.toFixed(2)} MB a document`);

const { YDoc } = createRequire(import.meta.url)("ywasm");
const [, wasm] = timed(() => {
  const doc = new YDoc({});
  const text = doc.getText("content");
  for (const [at, gone, come] of edits) {
    if (gone > 0) text.delete(at, gone);
    if (come) text.insert(at, come);
  }
  check(text.toString());
});
line("ywasm on node, nothing encoded", wasm);
