/**
 * What a device keeps of notes: for each meeting the committed state, the updates
 * committed since, the outbox of what is not acknowledged, and recovered drafts. And
 * the calls that are not answered.
 * What is to be kept is core's word (`StoreOp`); this is only where.
 *
 * One database a server and person, so that two people who share a browser never
 * meet each other's text. Where there is no IndexedDB, or it refuses, the same
 * records live in memory and `kind` says so. One batch is one transaction: an
 * outbox row leaves only together with the arrival of the committed update that
 * holds it.
 *
 * Several tabs write the same records. Each appends what it sees committed, above
 * what was there when it loaded, so the union of all rows is complete up to the
 * highest version among them; applying an update twice is harmless.
 */
import type { KeptCall, Row, StoredNote, StoreOp } from "../shell.js";
import { openIndexed } from "./indexed.js";
import { MemoryStorage } from "./memory.js";

/** Where unsent changes are kept; in `memory` they end with the page. */
export type StorageKind = "indexeddb" | "memory";

/** A recovered draft under its name; `json` is what the application sees. */
export interface StoredDraft {
  id: string;
  json: string;
}

/** A call that waits for its answer. */
export interface StoredCall {
  key: string;
  /** The tab that made it. */
  tab: number;
  /** Its place among all calls of the device, by time. */
  place: number;
  kept: KeptCall;
}

/** One thing to keep or to forget. */
export type Write =
  | {
      /** What core asks for. */
      op: StoreOp;
      /** The epoch of the note in this tab. */
      epoch: number;
      /** Its place among all writes of the device, by time. */
      place: number;
    }
  | { draft: StoredDraft }
  | { dismissed: string };

/** Where one person's records of one server are. Everything may reject. */
export interface Storage {
  readonly kind: StorageKind;
  /** The ClientIDs that have an outbox in a meeting's note. */
  clients(meeting: string): Promise<number[]>;
  /** A meeting's note, with the outboxes of the clients in `held`. */
  load(
    meeting: string,
    held: readonly number[],
  ): Promise<{ note: StoredNote; drafts: StoredDraft[] }>;
  /** The outbox of one client, in the order of making. */
  outbox(meeting: string, client: number): Promise<Row[]>;
  /** Does all of `writes`, or none. `tab` names the writer among the tabs. */
  write(meeting: string, tab: number, writes: readonly Write[]): Promise<void>;
  /** The calls without an answer, in the order made. */
  calls(): Promise<StoredCall[]>;
  /** Keeps a call, or forgets the one of a key. */
  keep(call: StoredCall | string): Promise<void>;
  close(): void;
}

/** Opens the records of `namespace`; without one, or when refused, in memory. */
export async function openStorage(
  namespace: string | undefined,
): Promise<Storage> {
  if (namespace !== undefined && globalThis.indexedDB) {
    try {
      return await openIndexed(namespace);
    } catch {
      // A private mode, a full device, a newer version's records: in memory then.
    }
  }
  return new MemoryStorage();
}
