/**
 * What the WebAssembly shell tells the wrappers. One function takes it all: sorting
 * it out to listeners costs less here than there.
 */
import type {
  Chunk,
  ChunkDraft,
  CommandReply,
  Component,
  ConnectionState,
  Origin,
  Problem,
} from "./generated/protocol.js";

/** Where this device keeps what is not yet on the server. */
export type StorageKind = "indexeddb" | "memory";

/** How a list of chunks changed. */
export interface Splice {
  at: number;
  remove: number;
  insert: Chunk[];
}

export type ShellEvent =
  | { type: "connection"; state: ConnectionState }
  | { type: "storage"; kind: StorageKind }
  | { type: "reply"; id: number; ok?: CommandReply; error?: Problem }
  | { type: "delta"; sub: number; operation: Component[]; origin: Origin }
  | { type: "status"; sub: number }
  | { type: "peers"; sub: number }
  | { type: "chunks"; sub: number; reset: boolean; splices: Splice[] }
  | { type: "interim"; sub: number; interim: ChunkDraft[] }
  | { type: "ended"; sub: number; problem: Problem };

/** The answer of the token callback, as the shell takes it. */
export interface TokenAnswer {
  token: string;
  /** Milliseconds since the Unix epoch. */
  expiresAt?: number;
}
