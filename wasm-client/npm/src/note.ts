import type { Shell } from "../wasm/connvo.js";
import { ConnvoError } from "./error.js";
import type {
  Component,
  NoteStatus as SessionStatus,
  Origin,
  Peer,
  RecoveredDraft as LostText,
} from "./generated/protocol.js";
import { Listeners } from "./listeners.js";
import type { Notes } from "./notes.js";
import type { Pump } from "./pump.js";
import { Leased, Opened } from "./shared.js";
import type { ShellEvent } from "./shell.js";

/** Own text that could not be kept in the note, kept on this device instead. */
export interface RecoveredDraft extends LostText {
  /** For `Note.dismissDraft`. */
  id: string;
}

/** What is sent, saved and allowed in a note. */
export interface NoteStatus extends Omit<SessionStatus, "drafts"> {
  /** Own text that could not be kept in the note. */
  drafts: RecoveredDraft[];
}

/** How others see this person in the note. */
export interface Profile {
  name: string;
  /** A CSS colour. */
  color: string;
}

/** A selection, in UTF-16 code units: `head` is the end that moves. */
export interface Cursor {
  anchor: number;
  head: number;
}

/** One replica, shared by all that opened the meeting's note in this client. */
export class SharedNote extends Leased {
  readonly deltas = new Listeners<[Component[], Origin]>();
  readonly statuses = new Listeners<[NoteStatus]>();
  readonly changes = new Listeners<[Peer[]]>();
  status: NoteStatus;
  #peers: Peer[] = [];
  #moved = false;

  constructor(
    pump: Pump,
    readonly notes: Notes,
    sub: number,
    meetingId: string,
    forget: () => void,
  ) {
    super(pump, sub, meetingId, forget);
    this.status = notes.status(sub);
  }

  take(event: ShellEvent): void {
    switch (event.type) {
      case "delta":
        this.moved();
        this.deltas.emit(event.operation, event.origin);
        // A cursor that came before the text it stands in can be placed now.
        if (this.#peers.some(({ cursor }) => cursor === null)) this.#look();
        break;
      case "status":
        this.status = this.notes.status(this.sub);
        this.statuses.emit(this.status);
        this.leaveIfDone();
        break;
      case "peers":
        this.moved();
        this.#look();
        break;
    }
  }

  /** The others, with their cursors in the text as it is now. */
  get peers(): Peer[] {
    if (this.#moved && this.open) {
      this.#moved = false;
      const text = this.pump.look((shell) => shell.notePeers(this.sub));
      if (text !== JSON.stringify(this.#peers)) {
        this.#peers = JSON.parse(text) as Peer[];
      }
    }
    return this.#peers;
  }

  /** The text changed: the cursors stand elsewhere. */
  moved(): void {
    this.#moved = true;
  }

  #look(): void {
    const before = this.#peers;
    if (this.peers !== before) this.changes.emit(this.peers);
  }

  /** Own edits that are neither sent nor kept on this device. */
  unkept(): number {
    return this.status.saved ? 0 : this.status.unsent;
  }

  /** Edits that this replica alone has keep it open. */
  protected override mayEnd(): boolean {
    return this.unkept() === 0;
  }

  protected override leave(): void {
    this.notes.leave(this.sub);
  }

  override end(): void {
    super.end();
    this.deltas.clear();
    this.statuses.clear();
    this.changes.clear();
  }
}

/**
 * A meeting's note. Edits show at once and reach the others when they can: across
 * lost connections, reloads and days offline. All positions are UTF-16 code units.
 */
export class Note extends Opened<SharedNote> {
  /** The whole text. */
  text(): string {
    const { pump, sub } = this.#alive();
    return pump.look((shell) => shell.noteText(sub));
  }

  /**
   * Changes the text: `[{retain: 5}, {insert: "hi"}, {delete: 2}]` against the text
   * as it is now. Throws `ConnvoError` and changes nothing when it does not fit,
   * splits a surrogate pair, grows the note over its limit, or may not be written.
   */
  edit(operation: Component[]): void {
    const json = JSON.stringify(operation) ?? "null";
    this.#try((shell, sub, now) => shell.editNote(sub, json, now));
    this.shared.moved();
  }

  /** Runs `callback` at each change that did not come through `edit`. */
  onDelta(
    callback: (operation: Component[], origin: Origin) => void,
  ): () => void {
    return this.keep(this.shared.deltas.add(callback));
  }

  /** Takes back the last edits of this replica; `false` when there are none. */
  undo(): boolean {
    return this.#try((shell, sub, now) => shell.undoNote(sub, now));
  }

  /** Does again what `undo` took back; `false` when there is nothing. */
  redo(): boolean {
    return this.#try((shell, sub, now) => shell.redoNote(sub, now));
  }

  /** What is sent, saved and allowed; the same object until it changes. */
  status(): NoteStatus {
    return this.shared.status;
  }

  /** Runs `callback` at each change of the status. */
  onStatus(callback: (status: NoteStatus) => void): () => void {
    return this.keep(this.shared.statuses.add(callback));
  }

  /** Shows the others where this person is; null for nowhere. */
  setCursor(cursor: Cursor | null): void {
    this.#try((shell, sub, now) =>
      shell.setCursor(sub, cursor?.anchor, cursor?.head, now),
    );
  }

  /** The others in the note; the same array until it changes. */
  peers(): Peer[] {
    return this.shared.peers;
  }

  /** Runs `callback` when others come, go or move. */
  onPeers(callback: (peers: Peer[]) => void): () => void {
    return this.keep(this.shared.changes.add(callback));
  }

  /** The person has seen a recovered draft: it is deleted from this device. */
  dismissDraft(id: string): void {
    const { notes, sub } = this.#alive();
    notes.dismissDraft(sub, id);
  }

  /**
   * Leaves the note. Changes that are not sent stay on this device; where it keeps
   * nothing, with the client until they are sent.
   */
  override close(): void {
    super.close();
  }

  #alive(): SharedNote {
    if (this.closed || !this.shared.open) {
      throw new ConnvoError({
        code: "UNAVAILABLE",
        detail: "This note has been closed.",
      });
    }
    return this.shared;
  }

  #try<Value>(
    work: (shell: Shell, sub: number, now: number) => Value,
  ): Value {
    const { pump, sub } = this.#alive();
    try {
      return pump.feed((shell, now) => work(shell, sub, now));
    } catch (failure) {
      throw ConnvoError.from(failure);
    }
  }
}
