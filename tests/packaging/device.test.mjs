// What a device keeps of notes, in a real browser: the package's own storage, locks
// and writer, and two tabs of one person. No server is there.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { client, folder, launch, serve } from "./page.mjs";

let browser;
let server;
let context;
before(async () => {
  browser = await launch();
  const files = folder(client);
  server = await serve((path) => (path === "/" ? "<title>x</title>" : files(path)));
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => {
  context = await browser.newContext();
});
afterEach(() => context.close());

/** A tab with what the tests need in `globalThis`. */
async function tab() {
  const page = await context.newPage();
  await page.goto(server.origin);
  await page.evaluate(async () => {
    const [main, { openStorage }, { Writer }, locks] = await Promise.all([
      import("/dist/index.js"),
      import("/dist/storage/storage.js"),
      import("/dist/storage/writer.js"),
      import("/dist/storage/locks.js"),
    ]);
    await main.default();
    const row = (client, seq, byte, edits = 1) => [client, seq, edits, new Uint8Array([byte])];
    const op = (place, op, epoch = 1) => ({ op, epoch, place });
    const bytes = (byte) => new Uint8Array([byte]);
    Object.assign(globalThis, { ...main, openStorage, Writer, ...locks, row, op, bytes });
    globalThis.MEETING = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e";
    globalThis.commit = (version, byte, keys = []) => ["commit", version, [bytes(byte)], keys];
    globalThis.replace = (epoch, version, byte) => ["replace", epoch, version, bytes(byte), []];
    /** A note as plain numbers. */
    globalThis.plain = ({ note: [epoch, version, state, updates, rows], drafts }) => ({
      epoch,
      version,
      state: state && [...state],
      updates: updates.map((update) => update[0]),
      rows: rows.map(([client, seq, edits, update]) => [client, seq, edits, update[0]]),
      drafts,
    });
    globalThis.until = async (done) => {
      while (!(await done())) await new Promise((go) => setTimeout(go));
    };
    /** A client of one person, who never connects. */
    globalThis.person = (storage) => {
      const claims = btoa(JSON.stringify({ iss: "try", sub: "ada" }));
      return new Client({ token: () => `e30.${claims}.`, storage });
    };
    globalThis.ADA = { name: "Ada", color: "#123456" };
  });
  return page;
}

describe("storage", () => {
  test("a second page finds what the first one wrote", async () => {
    const first = await tab();
    await first.evaluate(async () => {
      const storage = await openStorage("a");
      const draft = { draft: { id: "1-1", json: "{}" } };
      await storage.write(MEETING, 7, [
        op(1, replace(1, 5, 50)),
        op(2, commit(6, 60)),
        op(3, ["outbox", row(7, 1, 1)]),
        draft,
      ]);
    });
    const second = await tab();
    const found = await second.evaluate(async () => {
      const storage = await openStorage("a");
      const elsewhere = await (await openStorage("b")).load(MEETING, [7]);
      return {
        kind: storage.kind,
        clients: await storage.clients(MEETING),
        note: plain(await storage.load(MEETING, [7])),
        other: (await storage.load("another", [7])).note[1],
        somebodyElse: elsewhere.note[1],
      };
    });
    assert.deepEqual(found, {
      kind: "indexeddb",
      clients: [7],
      note: {
        epoch: 1,
        version: 6,
        state: [50],
        updates: [60],
        rows: [[7, 1, 1, 1]],
        drafts: [{ id: "1-1", json: "{}" }],
      },
      other: 0,
      somebodyElse: 0,
    });
  });

  test("outboxes come in the order of making, and only those that are held", async () => {
    const page = await tab();
    const found = await page.evaluate(async () => {
      const storage = await openStorage("a");
      const rows = [row(9, 1, 1), row(4, 1, 2), row(9, 2, 3)];
      for (const [at, one] of rows.entries()) {
        await storage.write(MEETING, 9, [op(at + 1, ["outbox", one])]);
      }
      const both = plain(await storage.load(MEETING, [4, 9])).rows;
      const one = plain(await storage.load(MEETING, [4])).rows;
      return [both, one, (await storage.outbox(MEETING, 9)).length];
    });
    assert.deepEqual(found, [
      [[9, 1, 1, 1], [4, 1, 1, 2], [9, 2, 1, 3]],
      [[4, 1, 1, 2]],
      2,
    ]);
  });

  test("an acknowledged row leaves with the arrival of its update", async () => {
    const page = await tab();
    const found = await page.evaluate(async () => {
      const storage = await openStorage("a");
      const rows = [op(1, ["outbox", row(7, 1, 1)]), op(2, ["outbox", row(7, 2, 2)])];
      await storage.write(MEETING, 7, rows);
      await storage.write(MEETING, 7, [op(3, commit(1, 1, [[7, 1]]), 0)]);
      return plain(await storage.load(MEETING, [7]));
    });
    assert.deepEqual([found.rows, found.updates], [[[7, 2, 1, 2]], [1]]);
  });

  test("compaction by two tabs at once loses nothing", async () => {
    const [one, two] = [await tab(), await tab()];
    await one.evaluate(async () => {
      globalThis.storage = await openStorage("a");
      await storage.write(MEETING, 1, [op(1, replace(1, 1, 10))]);
    });
    await two.evaluate(async () => (globalThis.storage = (await openStorage("a")) && (await openStorage("a"))) && null);
    for (const [page, name] of [[one, 1], [two, 2]]) {
      await page.evaluate(async (name) => {
        for (let version = 2; version <= 6; version += 1) {
          await storage.write(MEETING, name, [op(version, commit(version, version))]);
        }
      }, name);
    }
    // The tab that is behind compacts last: the newer state stays, and so does what
    // is above it.
    await two.evaluate(() => storage.write(MEETING, 2, [op(20, replace(1, 5, 55))]));
    await one.evaluate(() => storage.write(MEETING, 1, [op(21, replace(1, 3, 33))]));
    const note = await one.evaluate(async () => plain(await storage.load(MEETING, [])));
    assert.deepEqual([note.version, note.state, note.updates], [6, [55], [6, 6]]);
  });

  test("another epoch replaces all that was committed", async () => {
    const page = await tab();
    const note = await page.evaluate(async () => {
      const storage = await openStorage("a");
      await storage.write(MEETING, 1, [op(1, replace(1, 9, 90)), op(2, commit(10, 100))]);
      await storage.write(MEETING, 1, [op(3, replace(2, 1, 11))]);
      // A tab that has not heard of it writes on in the old one: of no account.
      await storage.write(MEETING, 2, [op(4, commit(11, 110), 1)]);
      return plain(await storage.load(MEETING, []));
    });
    assert.deepEqual([note.epoch, note.version, note.state, note.updates], [2, 1, [11], []]);
  });

  test("records of a newer version, and no IndexedDB at all, give memory", async () => {
    const page = await tab();
    const kinds = await page.evaluate(async () => {
      await new Promise((done) => (indexedDB.open("a", 99).onsuccess = done));
      const newer = (await openStorage("a")).kind;
      Object.defineProperty(globalThis, "indexedDB", { value: undefined });
      return [newer, (await openStorage("b")).kind];
    });
    assert.deepEqual(kinds, ["memory", "memory"]);
  });
});

describe("the writer", () => {
  test("gathers what comes while it writes, and reports what it wrote", async () => {
    const page = await tab();
    const [batches, last, stored] = await page.evaluate(async () => {
      const storage = await openStorage("a");
      const heard = [];
      const writer = new Writer(storage, MEETING, 7, 1, (rows) => heard.push(rows));
      for (let edits = 1; edits <= 50; edits += 1) {
        writer.store(["outbox", row(7, 1, edits, edits)]);
        if (edits % 10 === 0) await new Promise((go) => setTimeout(go));
      }
      await until(() => heard.flat().some(([, , edits]) => edits === 50));
      const rows = await storage.outbox(MEETING, 7);
      return [heard.length, heard.flat().at(-1)[2], rows.map(([, , edits]) => edits)];
    });
    assert.ok(batches < 12, `${batches} writes for one row that grew`);
    assert.deepEqual([last, stored], [50, [50]]);
  });

  test("a refused write is told, held, and written later, without a hole", async () => {
    const page = await tab();
    const found = await page.evaluate(async () => {
      const storage = await openStorage("a");
      let full = true;
      const guarded = {
        kind: "indexeddb",
        write: (...batch) =>
          full ? Promise.reject(new DOMException("full", "QuotaExceededError")) : storage.write(...batch),
      };
      const heard = [];
      const writer = new Writer(guarded, MEETING, 7, 1, (rows) => heard.push(rows));
      writer.store(["outbox", row(7, 1, 1)]);
      writer.store(commit(1, 1));
      await until(() => heard.length === 1);
      const refused = [writer.unsaved, heard[0].length];

      full = false;
      writer.store(commit(2, 2));
      await until(() => heard.length === 2);
      // Version 1 is not there, so 2 must not be.
      const later = plain(await storage.load(MEETING, [7]));
      const recovered = [writer.unsaved, later.rows.length, later.version];

      writer.store(replace(1, 2, 22));
      writer.store(commit(3, 3, [[7, 1]]));
      await until(() => heard.length === 3);
      const whole = plain(await storage.load(MEETING, [7]));
      return [refused, recovered, [whole.version, whole.updates, whole.rows]];
    });
    assert.deepEqual(found, [[true, 1], [false, 1, 0], [3, [3], []]]);
  });

  test("a lock is one tab's until it goes", async () => {
    const [one, two] = [await tab(), await tab()];
    await one.evaluate(async () => (globalThis.lock = await takeLock("l")) && null);
    const free = await two.evaluate(async () => {
      globalThis.granted = false;
      awaitLock("l", () => (granted = true));
      const givesUp = awaitLock("l", () => (globalThis.wrong = true));
      givesUp.release();
      return Boolean(await takeLock("l"));
    });
    assert.equal(free, false);
    await one.close();
    await two.waitForFunction(() => granted);
    assert.equal(await two.evaluate(() => globalThis.wrong), undefined);
  });
});

describe("two tabs of one person", () => {
  const open = (page) =>
    page.evaluate(async () => {
      globalThis.client = person();
      globalThis.note = await client.openNote(MEETING, ADA);
    });
  const type = (page, text) =>
    page.evaluate(async (text) => {
      note.edit([{ insert: text }]);
      await until(() => note.status().saved);
    }, text);

  test("edits survive a reload offline, with their count", async () => {
    const page = await tab();
    await open(page);
    await type(page, "hello 😀");
    await page.close();
    const again = await tab();
    await open(again);
    const found = await again.evaluate(async () => {
      await until(() => note.text() !== "");
      const { unsent, saved, synced } = note.status();
      return [note.text(), unsent, saved, synced, client.storage()];
    });
    assert.deepEqual(found, ["hello 😀", 1, true, false, "indexeddb"]);
  });

  test("a living tab's outbox is left alone, and taken over when it closes", async () => {
    const [first, second] = [await tab(), await tab()];
    await open(first);
    await type(first, "from the first");
    await open(second);
    const before = await second.evaluate(() => {
      globalThis.deltas = [];
      note.onDelta((operation, origin) => deltas.push([operation, origin]));
      return note.text();
    });
    assert.equal(before, "");
    await first.close();
    await second.waitForFunction(() => note.text() === "from the first");
    const deltas = await second.evaluate(() => deltas);
    assert.deepEqual(deltas, [[[{ insert: "from the first" }], "remote"]]);
  });

  test("a tab that came later is taken over too", async () => {
    const [first, later] = [await tab(), await tab()];
    await open(first);
    await open(later);
    await type(later, "late");
    await later.close();
    await first.waitForFunction(() => note.text() === "late");
  });

  test("in memory it works, says that nothing is saved, and lasts as long as the page", async () => {
    const page = await tab();
    const found = await page.evaluate(async () => {
      const client = person("memory");
      const note = await client.openNote(MEETING, ADA);
      note.edit([{ insert: "x" }]);
      const { unsent, saved } = note.status();
      note.close();
      await new Promise((go) => setTimeout(go, 10));
      const again = await client.openNote(MEETING, ADA);
      return [unsent, saved, client.storage(), again.text()];
    });
    assert.deepEqual(found, [1, false, "memory", "x"]);
  });

  test("a client that is freed writes what has gathered, and closes its database", async () => {
    const page = await tab();
    const found = await page.evaluate(async () => {
      let closed = 0;
      const { close } = IDBDatabase.prototype;
      IDBDatabase.prototype.close = function () {
        closed += 1;
        close.call(this);
      };
      const client = person();
      const note = await client.openNote(MEETING, ADA);
      for (const word of ["a", "b", "c"]) note.edit([{ insert: word }]);
      client.free();
      await until(() => closed === 1);
      const again = await person().openNote(MEETING, ADA);
      return again.text();
    });
    assert.equal(found, "cba");
  });

  test("a note with edits that only it has stays in the client when it is closed", async () => {
    const page = await tab();
    const found = await page.evaluate(async () => {
      const { put } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.put = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
      const client = person();
      const note = await client.openNote(MEETING, ADA);
      note.edit([{ insert: "x" }]);
      await until(() => client.storage() === "memory");
      const unkept = client.unkept();
      note.close();
      await new Promise((go) => setTimeout(go, 10));
      const again = await client.openNote(MEETING, ADA);
      const text = again.text();
      IDBObjectStore.prototype.put = put;
      again.edit([{ insert: "y" }]);
      await until(() => again.status().saved);
      return [unkept, text, client.unkept()];
    });
    assert.deepEqual(found, [1, "x", 0]);
  });

  test("a closed socket is tried again later, and offline closes it at once", async () => {
    const page = await tab();
    const found = await page.evaluate(async () => {
      const client = person("memory");
      const seen = [];
      client.onConnection(({ status }) => seen.push(status));
      client.connect();
      await until(() => seen.includes("connecting") && client.connection().retryAt);
      dispatchEvent(new Event("offline"));
      const { status, retryAt } = client.connection();
      dispatchEvent(new Event("online"));
      const back = client.connection().status;
      client.free();
      return [status, retryAt, back];
    });
    assert.deepEqual(found, ["offline", null, "connecting"]);
  });
});
