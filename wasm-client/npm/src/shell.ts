/** What crosses between the WebAssembly module and the code around it. */
import type {
  Chunk,
  ChunkDraft,
  Command,
  CommandReply,
  Component,
  ConnectionState,
  Origin,
  Problem,
  ShownMessage,
} from "./generated/protocol.js";

/** How a list of chunks changed. */
export interface Splice {
  at: number;
  remove: number;
  insert: Chunk[];
}

/** Something the application wants to know. */
export type ShellEvent =
  | { type: "connection"; state: ConnectionState }
  | { type: "reply"; id: number; ok?: CommandReply; error?: Problem }
  | { type: "refused"; command: Command; error: Problem }
  | { type: "delta"; sub: number; operation: Component[]; origin: Origin }
  | { type: "status"; sub: number }
  | { type: "peers"; sub: number }
  | {
      type: "chunks";
      sub: number;
      reset: boolean;
      splices: Splice[];
      interim: ChunkDraft[];
    }
  | { type: "chat"; sub: number; messages: ShownMessage[] }
  | { type: "view"; sub: number; value: unknown }
  | { type: "ended"; sub: number; problem: Problem };

/** A change that is not acknowledged, as it is stored and sent. */
export type Row = [
  clientId: number,
  clientSeq: number,
  edits: number,
  update: Uint8Array,
];

/** What names a row. */
export type RowKey = [clientId: number, clientSeq: number];

/** What is to be kept of a note, in one transaction each, in order. */
export type StoreOp =
  | ["outbox", Row]
  | ["commit", version: number, updates: Uint8Array[], acknowledged: RowKey[]]
  | [
      "replace",
      epoch: number,
      version: number,
      state: Uint8Array,
      dropped: RowKey[],
    ];

/** A note as stored: what is committed, and the outbox in the order of making. */
export type StoredNote = [
  epoch: number,
  version: number,
  state: Uint8Array | null,
  updates: Uint8Array[],
  outbox: Row[],
];

/** What is kept of a call beside its key. */
export type KeptCall = [
  /** Who asked, where that was known. */
  owner: string | undefined,
  /** Milliseconds since the Unix epoch. */
  madeAt: number,
  /** JSON. */
  command: string,
];

/** What the session wants done, in order. */
export type Effect =
  | ["token"]
  | ["connect"]
  | ["text", frame: string]
  | ["binary", frame: Uint8Array<ArrayBuffer>]
  | ["disconnect", code: number]
  | ["store", meeting: string, op: StoreOp]
  /** A call to be kept; by its key alone, to be forgotten. */
  | ["call", key: string, ...kept: KeptCall | []]
  | ["event", json: string];

/** Whether two rows have one name. */
export function sameRow(a: Row | RowKey, b: Row | RowKey): boolean {
  return a[0] === b[0] && a[1] === b[1];
}
