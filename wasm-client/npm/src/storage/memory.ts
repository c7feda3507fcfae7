import { sameRow, type Row, type RowKey, type StoredNote, type StoreOp } from "../shell.js";
import type { Storage, StoredDraft, Write } from "./storage.js";

/**
 * Records that end with the page: for private modes, servers and tests. A note that
 * is closed and opened again in the page finds them.
 */
export class MemoryStorage implements Storage {
  readonly kind = "memory";
  readonly #notes = new Map<string, { note: StoredNote; drafts: StoredDraft[] }>();

  async clients(meeting: string): Promise<number[]> {
    return [...new Set(this.#records(meeting).note[4].map(([client]) => client))];
  }

  async load(meeting: string) {
    return structuredClone(this.#records(meeting));
  }

  async outbox(): Promise<Row[]> {
    return [];
  }

  async write(meeting: string, _tab: number, writes: readonly Write[]) {
    const records = this.#records(meeting);
    for (const write of writes) {
      if ("op" in write) apply(records.note, write.op);
      else if ("draft" in write) records.drafts.push(write.draft);
      else {
        const kept = records.drafts.filter(({ id }) => id !== write.dismissed);
        records.drafts = kept;
      }
    }
  }

  async calls() {
    return [];
  }

  async keep(): Promise<void> {}

  close(): void {}

  #records(meeting: string) {
    let records = this.#notes.get(meeting);
    if (!records) {
      records = { note: [0, 0, null, [], []], drafts: [] };
      this.#notes.set(meeting, records);
    }
    return records;
  }
}

function apply(note: StoredNote, op: StoreOp): void {
  const drop = (keys: RowKey[]) => {
    note[4] = note[4].filter((row) => !keys.some((key) => sameRow(row, key)));
  };
  switch (op[0]) {
    case "outbox": {
      const at = note[4].findIndex((row) => sameRow(row, op[1]));
      if (at < 0) note[4].push(op[1]);
      else note[4][at] = op[1];
      break;
    }
    case "commit":
      note[1] = op[1];
      note[3].push(...op[2]);
      drop(op[3]);
      break;
    case "replace":
      [, note[0], note[1], note[2]] = op;
      note[3] = [];
      drop(op[4]);
  }
}
