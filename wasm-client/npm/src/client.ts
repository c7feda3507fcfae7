import type { Shell } from "../wasm/connvo.js";
import { Chat, SharedChat, type ChatPerson } from "./chat.js";
import { ConnvoError } from "./error.js";
import type {
  Command,
  CommandReply,
  ConnectionState,
  Problem,
} from "./generated/protocol.js";
import { Listeners } from "./listeners.js";
import { isLoaded } from "./load.js";
import { Note, SharedNote, type Profile } from "./note.js";
import { Notes } from "./notes.js";
import { Outbox } from "./outbox.js";
import { Pump } from "./pump.js";
import type { ShellEvent } from "./shell.js";
import { openStorage, type Storage, type StorageKind } from "./storage/storage.js";
import { personOf } from "./token.js";
import { SharedTranscript, Transcript } from "./transcript.js";
import { Views, type ViewKind, type ViewValues } from "./view.js";

/** How a client reaches its server. */
export interface ClientOptions {
  /** The server, as `https://meet.example.org`. Default: the page's own origin. */
  url?: string;
  /**
   * Gives a bearer token that is good now. Called for each connection and before
   * the token expires; a rejection is tried again later.
   */
  token: () => string | Promise<string>;
  /** Where to keep unsent changes and notes. Default: `indexeddb`. */
  storage?: StorageKind;
}

/** Something asked for in an earlier page that the server refused for good. */
export interface RefusedCall {
  command: Command;
  error: ConnvoError;
}

/** Of more refusals than these the oldest are forgotten. */
const REFUSED = 100;

interface Pending {
  resolve: (reply: CommandReply) => void;
  reject: (error: ConnvoError) => void;
}

/**
 * One person's live connection to one server. Call `init()` first, `connect()` to
 * go live, `free()` when done with it. For another person make another client.
 */
export class Client {
  readonly #pump: Pump;
  /** The notes of this device, once its storage is open. */
  readonly #device: Promise<Notes>;
  #notes: Notes | undefined;
  #outbox: Outbox | undefined;
  /** Whether what an earlier page asked for has been taken up. */
  #resumed = false;
  #refused: readonly RefusedCall[] = [];
  readonly #refusals = new Listeners<[]>();
  #records: Storage | undefined;
  readonly #opening = new Map<string, Promise<SharedNote>>();
  readonly #notesBySub = new Map<number, SharedNote>();
  readonly #transcripts = new Map<string, SharedTranscript>();
  readonly #calls = new Map<number, Pending>();
  readonly #connection = new Listeners<[ConnectionState]>();
  readonly #storage = new Listeners<[StorageKind]>();
  readonly #chats = new Map<string, SharedChat>();
  readonly #views = new Views();
  #state: ConnectionState;
  #kind: StorageKind = "memory";
  #freed = false;

  constructor(options: ClientOptions) {
    if (!isLoaded()) {
      throw new ConnvoError({
        code: "INTERNAL",
        detail: "Await init() before making a Client.",
      });
    }
    const url = (options.url ?? globalThis.location.origin).replace(/\/+$/, "");
    const token = async () => options.token();
    this.#pump = new Pump(url, {
      token,
      event: (event) => this.#take(event),
      store: (meeting, op) => this.#notes?.store(meeting, op),
      keep: (key, ...kept) => this.#outbox?.keep(key, ...kept),
    });
    this.#state = this.#pump.look(
      (shell) => JSON.parse(shell.connection()) as ConnectionState,
    );
    this.#device = this.#open(url, token, options.storage ?? "indexeddb");
  }

  async #open(
    url: string,
    token: () => Promise<string>,
    kind: StorageKind,
  ): Promise<Notes> {
    const person =
      kind === "indexeddb" ? await personOf(url, token) : undefined;
    const namespace =
      person === undefined ? undefined : `connvo|${url}|${person}`;
    const storage = await openStorage(namespace);
    const notes = new Notes(this.#pump, storage, namespace, (sub) => {
      this.#showStorage();
      this.#notesBySub.get(sub)?.take({ type: "status", sub });
    });
    if (this.#freed) {
      notes.close();
      storage.close();
      throw gone();
    }
    this.#notes = notes;
    this.#records = storage;
    this.#outbox = new Outbox(this.#pump, storage, namespace);
    // What cannot be read is not taken up; nothing waits for it.
    await this.#outbox.open().catch(() => undefined);
    this.#resumed = true;
    this.#showStorage();
    return notes;
  }

  #showStorage(): void {
    const kind = this.#notes?.kind ?? "memory";
    if (this.#freed || kind === this.#kind) return;
    this.#kind = kind;
    this.#storage.emit(kind);
  }

  /** Goes live, and stays so across losses until `disconnect()`. */
  connect(): void {
    this.#alive().feed((shell, now) => shell.connect(now));
  }

  /** Closes the connection. Notes stay open and editable. */
  disconnect(): void {
    this.#alive().feed((shell) => shell.disconnect());
  }

  /** How the connection stands; the same object until it changes. */
  connection(): ConnectionState {
    return this.#state;
  }

  /** Runs `callback` at each change of the connection. */
  onConnection(callback: (state: ConnectionState) => void): () => void {
    return this.#connection.add(callback);
  }

  /**
   * Where unsent changes are kept. `memory` where the browser has no IndexedDB to
   * give (private mode, server) or its share for this site is full: then they end
   * with the page.
   */
  storage(): StorageKind {
    return this.#kind;
  }

  /** Runs `callback` when storage falls back to memory, or recovers. */
  onStorage(callback: (kind: StorageKind) => void): () => void {
    return this.#storage.add(callback);
  }

  /**
   * Edits and calls that are neither on the server nor on this device: they would end
   * with the page. A note that is closed with such edits stays open here until they are
   * sent, and is found again by the next `openNote`.
   */
  unkept(): number {
    let edits = this.#outbox?.unkept ?? 0;
    for (const note of this.#notesBySub.values()) edits += note.unkept();
    return edits;
  }

  /**
   * What an earlier page asked for and the server refused for good, the latest last;
   * the same array until it changes.
   */
  refused(): readonly RefusedCall[] {
    return this.#refused;
  }

  /** Runs `callback` at each change of `refused()`. */
  onRefused(callback: () => void): () => void {
    return this.#refusals.add(callback);
  }

  /** The person has seen one of `refused()`. */
  dismissRefused(seen: RefusedCall): void {
    this.#refused = this.#refused.filter((refused) => refused !== seen);
    this.#refusals.emit();
  }

  /**
   * Asks the server to do something: now, or as soon as the line is back. It is
   * done once, however often it has to be sent, and what shows at once also by the
   * next page if this one ends before. Rejects with `ConnvoError`.
   */
  async call(command: Command): Promise<CommandReply> {
    // What an earlier page asked for comes first.
    if (!this.#resumed) await this.#device.catch(() => undefined);
    return new Promise((resolve, reject) => {
      try {
        // Known before it is fed: the answer may be there at once.
        this.#alive().feed((shell, now) => {
          const id = shell.call(
            crypto.randomUUID?.() ?? String(Math.random()),
            JSON.stringify(command),
            now,
          );
          this.#calls.set(id, { resolve, reject });
        });
      } catch (failure) {
        reject(ConnvoError.from(failure));
      }
    });
  }

  /**
   * Opens a meeting's note from this device; the server's state follows. Works
   * offline. Opened twice, both share one replica. Close each.
   */
  async openNote(meetingId: string, profile: Profile): Promise<Note> {
    let opening = this.#opening.get(meetingId);
    if (!opening) {
      opening = this.#openShared(meetingId, profile);
      this.#opening.set(meetingId, opening);
    }
    const shared = await opening;
    this.#alive();
    return new Note(shared);
  }

  async #openShared(meetingId: string, profile: Profile): Promise<SharedNote> {
    try {
      this.#alive();
      const notes = await this.#device;
      const sub = await notes.open(meetingId, profile);
      this.#alive();
      const shared = new SharedNote(this.#pump, notes, sub, meetingId, () => {
        this.#opening.delete(meetingId);
        this.#notesBySub.delete(sub);
      });
      this.#notesBySub.set(sub, shared);
      return shared;
    } catch (failure) {
      this.#opening.delete(meetingId);
      throw ConnvoError.from(failure);
    }
  }

  /** Follows a meeting's transcript. Opened twice, both share one copy. */
  openTranscript(meetingId: string): Transcript {
    let shared = this.#transcripts.get(meetingId);
    if (!shared) {
      const sub = attempt(() =>
        this.#alive().feed((shell) => shell.openTranscript(meetingId)),
      );
      shared = new SharedTranscript(this.#pump, sub, meetingId, () =>
        this.#transcripts.delete(meetingId),
      );
      this.#transcripts.set(meetingId, shared);
    }
    return new Transcript(shared);
  }

  /** Follows a meeting's chat, as somebody of this name and role: what is asked for
   * shows at once, as the server will do it. Opened twice, both share one copy. */
  openChat(meetingId: string, me: ChatPerson): Chat {
    // Known before it is fed: what is asked for already shows at once.
    const open = (shell: Shell) => {
      const sub = shell.openChat(meetingId, me.name, me.role);
      const chat = new SharedChat(this, this.#pump, sub, meetingId, () =>
        this.#chats.delete(meetingId),
      );
      this.#chats.set(meetingId, chat);
      return chat;
    };
    const known = this.#chats.get(meetingId);
    return new Chat(known ?? attempt(() => this.#alive().feed(open)));
  }

  /**
   * A live view: null until the server has said, and when it may not be seen. The same
   * object until it changes. It is followed while `onView` is.
   */
  view<Kind extends ViewKind>(
    kind: Kind,
    meetingId?: string,
  ): ViewValues[Kind] | null {
    return this.#views.value(kind, meetingId);
  }

  /** Follows `view(kind, meetingId)` and runs `callback` at each change. */
  onView(
    kind: ViewKind,
    meetingId: string | undefined,
    callback: () => void,
  ): () => void {
    return attempt(() => this.#views.follow(this.#alive(), kind, meetingId, callback));
  }

  /** Closes everything. Changes that are not sent stay on this device. */
  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    for (const note of this.#notesBySub.values()) note.end();
    for (const transcript of this.#transcripts.values()) transcript.end();
    for (const chat of this.#chats.values()) chat.end();
    for (const call of this.#calls.values()) call.reject(gone());
    this.#calls.clear();
    this.#connection.clear();
    this.#storage.clear();
    this.#views.end();
    this.#refusals.clear();
    this.#notes?.close();
    this.#outbox?.close();
    this.#records?.close();
    this.#pump.close();
    // Nobody waits for storage that opens after the end.
    this.#device.catch(() => undefined);
  }

  #alive(): Pump {
    if (this.#freed) throw gone();
    return this.#pump;
  }

  #take(event: ShellEvent): void {
    if (this.#freed) return;
    switch (event.type) {
      case "connection":
        this.#state = event.state;
        this.#connection.emit(event.state);
        return;
      case "refused": {
        const error = ConnvoError.from(event.error);
        const refused = { command: event.command, error };
        this.#refused = [...this.#refused, refused].slice(-REFUSED);
        this.#refusals.emit();
        return;
      }
      case "reply":
        this.#answer(event.id, event.ok, event.error);
        return;
      default:
        this.#notesBySub.get(event.sub)?.take(event);
        this.#views.take(event);
        for (const followed of [this.#transcripts, this.#chats]) {
          for (const one of followed.values()) {
            if (one.sub === event.sub) one.take(event);
          }
        }
    }
  }

  #answer(
    id: number,
    ok: CommandReply | undefined,
    error: Problem | undefined,
  ): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (ok !== undefined) call?.resolve(ok);
    else call?.reject(ConnvoError.from(error));
  }
}

function gone(): ConnvoError {
  return new ConnvoError({
    code: "UNAVAILABLE",
    detail: "This client has been freed.",
  });
}

function attempt<Value>(work: () => Value): Value {
  try {
    return work();
  } catch (failure) {
    throw ConnvoError.from(failure);
  }
}
