/**
 * `@connvo/client`: live meetings in the browser. Importing it has no effect, also
 * on a server; `init()` loads the WebAssembly module.
 */
export { default, isLoaded } from "./load.js";
export { Client, type ClientOptions, type RefusedCall } from "./client.js";
export { ConnvoError } from "./error.js";
export {
  type Cursor,
  Note,
  type NoteStatus,
  type Profile,
  type RecoveredDraft,
} from "./note.js";
export { allows, can, diff, type Action } from "./rules.js";
export { Chat, type ChatPerson } from "./chat.js";
export { Transcript } from "./transcript.js";
export type { ViewKind, ViewValues } from "./view.js";
export {
  createApi,
  type Api,
  type ApiOptions,
  type Me,
  type MeetingOptions,
  type NoteAtVersion,
  type NoteContent,
  type Page,
  type PageOptions,
  type SearchOptions,
  type SpokenOptions,
  type TranscriptFormat,
} from "./api.js";
export type { StorageKind } from "./storage/storage.js";
export type * from "./generated/protocol.js";
