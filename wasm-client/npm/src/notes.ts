/**
 * The open notes of a client: what the device has of them, which tab answers for
 * which ClientID, and the outboxes of tabs that are gone.
 */
import { ConnvoError } from "./error.js";
import type { NoteStatus as SessionStatus } from "./generated/protocol.js";
import type { NoteStatus, Profile, RecoveredDraft } from "./note.js";
import { randomId, type Pump } from "./pump.js";
import type { Row, StoreOp } from "./shell.js";
import { awaitLock, takeLock, type Lock } from "./storage/locks.js";
import { type Storage, type StorageKind } from "./storage/storage.js";
import { Writer } from "./storage/writer.js";

/** A note's part of this device. */
interface OpenNote {
  sub: number;
  meeting: string;
  writer: Writer;
  /** The ClientID whose lock is held as one's own. */
  clientId: number;
  /** Names this tab's drafts on the device. */
  tab: number;
  /** The last draft of this tab that is kept already. */
  keptDraft: number;
  /** Drafts on the device, of this tab and of others. */
  drafts: RecoveredDraft[];
  /** Outboxes that could not be taken in yet. */
  waiting: Row[][];
  /** When they are tried again. */
  retry?: ReturnType<typeof setTimeout> | undefined;
}

/** Between two tries to take in an outbox that does not fit yet, in milliseconds. */
const RETRY_MS = 5_000;

/** Who writes where; a tab that has just come asks the others to say the same. */
type Announcement = [meeting: string, client: number, asks: boolean];

export class Notes {
  readonly #pump: Pump;
  readonly #storage: Storage;
  readonly #namespace: string | undefined;
  /** Between the tabs of one person: who opened which note. */
  readonly #tabs: BroadcastChannel | undefined;
  readonly #notes = new Map<number, OpenNote>();
  readonly #changed: (sub: number) => void;
  #closed = false;

  /** `changed` hears of each note whose status is not what it was. */
  constructor(
    pump: Pump,
    storage: Storage,
    namespace: string | undefined,
    changed: (sub: number) => void,
  ) {
    this.#pump = pump;
    this.#storage = storage;
    this.#changed = changed;
    if (storage.kind === "memory" || namespace === undefined) return;
    this.#namespace = namespace;
    this.#tabs = new BroadcastChannel(namespace);
    this.#tabs.onmessage = ({ data }: MessageEvent<Announcement>) => {
      const [meeting, client, asks] = data;
      for (const note of this.#notes.values()) {
        if (note.meeting !== meeting) continue;
        this.#awaitOutbox(note, client);
        if (asks) this.#announce(note, false);
      }
    };
  }

  /** Where unsent changes are kept just now. */
  get kind(): StorageKind {
    const refused = [...this.#notes.values()].some(({ writer }) => writer.unsaved);
    return refused ? "memory" : this.#storage.kind;
  }

  /** Opens a note; answers its number. */
  async open(meeting: string, { name, color }: Profile): Promise<number> {
    const clientId = randomId();
    const own = await this.#take(meeting, clientId);
    // Locks first, rows after: what a tab that is just going still acknowledges is
    // gone before it is read here.
    const held: [number, Lock][] = own ? [[clientId, own]] : [];
    const others: number[] = [];
    const clients = await this.#storage.clients(meeting).catch(() => []);
    for (const client of clients) {
      const lock = await this.#take(meeting, client);
      if (lock) held.push([client, lock]);
      else others.push(client);
    }
    const loaded = await this.#storage
      .load(meeting, held.map(([client]) => client))
      .catch(() => undefined);
    if (this.#closed) {
      for (const [, lock] of held) lock.release();
      throw new ConnvoError({ code: "UNAVAILABLE", detail: "The client is gone." });
    }

    const waiting: Row[][] = [];
    const openFrom = (stored: unknown[] | undefined) =>
      this.#pump.feed((shell) =>
        shell.openNote(meeting, stored, clientId, name, color),
      );
    let sub: number;
    try {
      sub = openFrom(loaded?.note);
    } catch (failure) {
      for (const [, lock] of loaded ? [] : held) lock.release();
      if (!loaded) throw failure;
      // An outbox that does not fit waits for the server's state; a log that makes no
      // sense by itself is left for it.
      const [epoch, version, state, updates, rows] = loaded.note;
      try {
        sub = openFrom([epoch, version, state, updates, []]);
      } catch {
        sub = openFrom(undefined);
      }
      waiting.push(rows);
    }
    const [epoch = 0] = this.#pump.look((shell) => shell.noteIds(sub));
    const writer = new Writer(this.#storage, meeting, clientId, epoch, (rows) =>
      this.#written(note, rows),
    );
    for (const [client, lock] of held) writer.keep(client, lock);
    const drafts = (loaded?.drafts ?? []).map(
      ({ json }) => JSON.parse(json) as RecoveredDraft,
    );
    const note: OpenNote = {
      sub,
      meeting,
      writer,
      clientId,
      tab: clientId,
      keptDraft: 0,
      drafts,
      waiting,
    };
    this.#notes.set(sub, note);
    this.#retryWaiting(note, RETRY_MS);
    for (const client of others) this.#awaitOutbox(note, client);
    this.#announce(note, true);
    return sub;
  }

  /** Leaves a note. */
  leave(sub: number): void {
    const note = this.#notes.get(sub);
    clearTimeout(note?.retry);
    this.#notes.delete(sub);
    this.#pump.feed((shell) => shell.close(sub));
    note?.writer.close();
  }

  /** Does what core wants stored. */
  store(meeting: string, op: StoreOp): void {
    for (const note of this.#notes.values()) {
      if (note.meeting !== meeting) continue;
      note.writer.store(op);
      this.#followClientId(note);
      this.#retryWaiting(note, 0);
    }
  }

  /** The status as the application sees it. */
  status(sub: number): NoteStatus {
    const json = this.#pump.look((shell) => shell.noteStatus(sub));
    const status = JSON.parse(json) as SessionStatus;
    const note = this.#notes.get(sub);
    for (const { id, ...draft } of status.drafts) {
      if (!note || id <= note.keptDraft) continue;
      note.keptDraft = id;
      const kept = { ...draft, id: `${note.tab}-${id}` };
      note.drafts = [...note.drafts, kept];
      note.writer.write({ draft: { id: kept.id, json: JSON.stringify(kept) } });
    }
    const saved =
      status.saved && this.#storage.kind !== "memory" && !note?.writer.unsaved;
    return { ...status, saved, drafts: note?.drafts ?? [] };
  }

  /** Deletes a draft that the person has seen. */
  dismissDraft(sub: number, id: string): void {
    const note = this.#notes.get(sub);
    if (!note) return;
    note.drafts = note.drafts.filter((draft) => draft.id !== id);
    note.writer.write({ dismissed: id });
    const [tab, number] = id.split("-").map(Number);
    if (tab === note.tab) {
      this.#pump.feed((shell) => shell.dismissDraft(sub, number ?? 0));
    }
    this.#changed(sub);
  }

  /** Ends everything; writers end what they have begun. */
  close(): void {
    this.#closed = true;
    this.#tabs?.close();
    for (const { writer, retry } of this.#notes.values()) {
      clearTimeout(retry);
      writer.close();
    }
    this.#notes.clear();
  }

  #written(note: OpenNote, rows: Row[]): void {
    if (this.#closed || this.#notes.get(note.sub) !== note) return;
    this.#pump.feed((shell, now) => {
      for (const row of rows) shell.noteStored(note.sub, row, now);
    });
    this.#changed(note.sub);
  }

  /** After a refusal local edits carry a new ClientID: answer for it too. */
  #followClientId(note: OpenNote): void {
    const [, current] = this.#pump.look((shell) => shell.noteIds(note.sub));
    if (current === undefined || current === note.clientId) return;
    note.clientId = current;
    const name = this.#lockName(note.meeting, current);
    if (name) note.writer.keep(current, awaitLock(name, () => undefined));
    this.#announce(note, false);
  }

  #lockName(meeting: string, client: number): string | undefined {
    return this.#namespace && `${this.#namespace}|${meeting}|${client}`;
  }

  /** The lock of a ClientID, if it is free. In memory there is none to share. */
  async #take(meeting: string, client: number): Promise<Lock | undefined> {
    const name = this.#lockName(meeting, client);
    return name ? takeLock(name) : { release: () => undefined };
  }

  /** Tells the other tabs who writes here, so that one of them takes over. */
  #announce(note: OpenNote, asks: boolean): void {
    const message: Announcement = [note.meeting, note.clientId, asks];
    this.#tabs?.postMessage(message);
  }

  /** Takes over the outbox of `client` when its tab is gone. */
  #awaitOutbox(note: OpenNote, client: number): void {
    const name = this.#lockName(note.meeting, client);
    if (!name || note.writer.keeps(client)) return;
    const granted = async () => {
      const rows = await this.#storage
        .outbox(note.meeting, client)
        .catch(() => []);
      if (rows.length === 0 || this.#closed) {
        note.writer.letGo(client);
        return;
      }
      note.waiting.push(rows);
      this.#retryWaiting(note, 0);
    };
    note.writer.keep(client, awaitLock(name, () => void granted()));
  }

  /**
   * Tries the outboxes that wait, soon and then again: never within an edit, since what
   * they bring comes to the editor as a change of its own.
   */
  #retryWaiting(note: OpenNote, delay: number): void {
    if (note.waiting.length === 0 || (note.retry && delay > 0)) return;
    clearTimeout(note.retry);
    note.retry = setTimeout(() => {
      note.retry = undefined;
      if (this.#closed || this.#notes.get(note.sub) !== note) return;
      this.#takeInWaiting(note);
      this.#retryWaiting(note, RETRY_MS);
    }, delay);
  }

  /** Tries the outboxes that wait; one that misses entries of the log waits on. */
  #takeInWaiting(note: OpenNote): void {
    const waiting = note.waiting;
    if (waiting.length === 0) return;
    note.waiting = [];
    const still = waiting.filter(
      (rows) =>
        !this.#pump.feed((shell, now) =>
          shell.adoptOutbox(note.sub, rows, now),
        ),
    );
    note.waiting.push(...still);
  }
}
