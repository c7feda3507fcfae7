import type { Row, RowKey } from "../shell.js";
import type { Storage, StoredCall, StoredDraft, Write } from "./storage.js";

const VERSION = 2;
/** Key meeting. */
interface Base {
  epoch: number;
  version: number;
  state: Uint8Array;
}
/** Key `[meeting, version, tab, place]`. */
interface LogRow {
  epoch: number;
  version: number;
  updates: Uint8Array[];
}
/** Key `[meeting, clientId, clientSeq]`. */
interface OutboxRow {
  row: Row;
  place: number;
}
const STORES = ["notes", "log", "outbox", "drafts"] as const;
/** Calls by their keys. */
const CALLS = "calls";

/** Opens the database `name`. Rejects where the browser gives none. */
export async function openIndexed(name: string): Promise<Storage> {
  const request = indexedDB.open(name, VERSION);
  request.onupgradeneeded = () => {
    const { objectStoreNames: known } = request.result;
    for (const store of [...STORES, CALLS]) {
      if (!known.contains(store)) request.result.createObjectStore(store);
    }
  };
  // Another tab with newer code holds on to nothing here for long (see below).
  const database = await result(request);
  // A tab with newer code must not wait for this one: give way, and work on in
  // memory.
  database.onversionchange = () => database.close();
  return new IndexedStorage(database);
}

class IndexedStorage implements Storage {
  readonly kind = "indexeddb";

  /** Writes under way. */
  #writing = 0;
  #closing = false;

  constructor(readonly database: IDBDatabase) {}

  async clients(meeting: string): Promise<number[]> {
    const outbox = this.#read("outbox");
    const keys = await result(outbox.getAllKeys(within(meeting)));
    return [...new Set(keys.map((key) => (key as [string, number])[1]))];
  }

  async load(meeting: string, held: readonly number[]) {
    // One transaction, so that state, log and outbox are of one moment.
    const { base, log, outbox, drafts } = await all({
      base: this.#read("notes").get(meeting) as IDBRequest<Base | undefined>,
      log: this.#read("log").getAll(within(meeting)) as IDBRequest<LogRow[]>,
      outbox: this.#read("outbox").getAll(within(meeting)) as IDBRequest<
        OutboxRow[]
      >,
      drafts: this.#read("drafts").getAll(within(meeting)) as IDBRequest<
        StoredDraft[]
      >,
    });
    const epoch = base?.epoch ?? 0;
    const updates: Uint8Array[] = [];
    let version = base?.version ?? 0;
    for (const row of log) {
      if (row.epoch !== epoch) continue;
      version = Math.max(version, row.version);
      updates.push(...row.updates);
    }
    const rows = inOrder(outbox).filter(([client]) => held.includes(client));
    return {
      note: [epoch, version, base?.state ?? null, updates, rows] as [
        number,
        number,
        Uint8Array | null,
        Uint8Array[],
        Row[],
      ],
      drafts,
    };
  }

  async outbox(meeting: string, client: number): Promise<Row[]> {
    const outbox = this.#read("outbox");
    return inOrder(await result(outbox.getAll(within(meeting, client))));
  }

  write(meeting: string, tab: number, writes: readonly Write[]) {
    return this.#write(STORES, (transaction) => {
      for (const write of writes) put(transaction, meeting, tab, write);
    });
  }

  async calls() {
    const store = this.database.transaction(CALLS).objectStore(CALLS);
    const calls = await result(store.getAll() as IDBRequest<StoredCall[]>);
    return calls.sort((a, b) => a.place - b.place);
  }

  keep(call: StoredCall | string) {
    return this.#write([CALLS], (transaction) => {
      const store = transaction.objectStore(CALLS);
      if (typeof call === "string") store.delete(call);
      else store.put(call, call.key);
    });
  }

  async #write(
    stores: readonly string[],
    work: (transaction: IDBTransaction) => unknown,
  ): Promise<void> {
    this.#writing += 1;
    try {
      const transaction = this.database.transaction(stores, "readwrite");
      const done = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
      });
      try {
        work(transaction);
      } catch (failure) {
        // All or nothing: a half-done batch could forget an unsent change.
        transaction.abort();
        await done.catch(() => undefined);
        throw failure;
      }
      await done;
    } finally {
      this.#writing -= 1;
      if (this.#closing) this.close();
    }
  }

  /** Writers that end write once more what has gathered: that is waited for. */
  close(): void {
    this.#closing = true;
    setTimeout(() => {
      if (this.#writing === 0) this.database.close();
    });
  }

  #transaction: IDBTransaction | undefined;

  /** A store to read, in the transaction of this turn. */
  #read(store: (typeof STORES)[number]): IDBObjectStore {
    if (!this.#transaction) {
      this.#transaction = this.database.transaction(STORES);
      queueMicrotask(() => (this.#transaction = undefined));
    }
    return this.#transaction.objectStore(store);
  }
}

function put(
  transaction: IDBTransaction,
  meeting: string,
  tab: number,
  write: Write,
): void {
  const store = (name: (typeof STORES)[number]) => transaction.objectStore(name);
  const drop = (keys: RowKey[]) => {
    for (const key of keys) store("outbox").delete([meeting, ...key]);
  };
  if ("draft" in write) {
    store("drafts").put(write.draft, [meeting, write.draft.id]);
    return;
  }
  if ("dismissed" in write) {
    store("drafts").delete([meeting, write.dismissed]);
    return;
  }
  const { op, epoch, place } = write;
  switch (op[0]) {
    case "outbox": {
      const [client, seq] = op[1];
      const row: OutboxRow = { row: op[1], place };
      store("outbox").put(row, [meeting, client, seq]);
      break;
    }
    case "commit": {
      const [, version, updates, acknowledged] = op;
      if (updates.length > 0 || version > 0) {
        const row: LogRow = { epoch, version, updates };
        store("log").put(row, [meeting, version, tab, place]);
      }
      drop(acknowledged);
      break;
    }
    case "replace": {
      const [, next, version, state, dropped] = op;
      replace(transaction, meeting, { epoch: next, version, state });
      drop(dropped);
    }
  }
}

/**
 * Two tabs may compact at once: in one epoch the higher version stays, whoever comes
 * last. Another epoch is what the server said last.
 */
function replace(
  transaction: IDBTransaction,
  meeting: string,
  base: Base,
): void {
  const notes = transaction.objectStore("notes");
  const log = transaction.objectStore("log");
  const request = notes.get(meeting) as IDBRequest<Base | undefined>;
  request.onsuccess = () => {
    const old = request.result;
    const another = old?.epoch !== base.epoch;
    if (!another && old.version > base.version) return;
    notes.put(base, meeting);
    // Rows of an old epoch go as a whole; those that the state includes go.
    const last = another ? [meeting, []] : [meeting, base.version, []];
    if (old) log.delete(IDBKeyRange.bound([meeting], last));
  };
}

/** The range of keys that begin so: an array sorts after every number and text. */
function within(...prefix: (string | number)[]): IDBKeyRange {
  return IDBKeyRange.bound(prefix, [...prefix, []]);
}

function inOrder(rows: OutboxRow[]): Row[] {
  return rows.sort((a, b) => a.place - b.place).map(({ row }) => row);
}

function result<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** The results of requests that are made at once. */
async function all<Requests extends Record<string, IDBRequest>>(
  requests: Requests,
) {
  const entries = Object.entries(requests).map(
    async ([name, request]) => [name, await result(request)] as const,
  );
  return Object.fromEntries(await Promise.all(entries)) as {
    [Name in keyof Requests]: Requests[Name]["result"];
  };
}
