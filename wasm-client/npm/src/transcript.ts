import { ConnvoError } from "./error.js";
import type { Chunk, ChunkDraft } from "./generated/protocol.js";
import { Listeners } from "./listeners.js";
import type { Pump } from "./pump.js";
import type { ShellEvent } from "./shell.js";

/** One copy of a meeting's transcript, shared by all that opened it. */
export class SharedTranscript {
  readonly changes = new Listeners<[]>();
  items: Chunk[] = [];
  interim: ChunkDraft[] = [];
  error: ConnvoError | null = null;
  /** All that is left from this sequence on is here; null before any. */
  first: number | null = null;
  #leases = 0;
  #open = true;

  constructor(
    readonly pump: Pump,
    readonly sub: number,
    readonly meetingId: string,
    readonly forget: () => void,
  ) {}

  take(event: ShellEvent): void {
    switch (event.type) {
      case "chunks": {
        const items = event.reset ? [] : [...this.items];
        if (event.reset) this.first = null;
        for (const { at, remove, insert } of event.splices) {
          items.splice(at, remove, ...insert);
          for (const { sequence } of insert) this.#readFrom(sequence);
        }
        if (event.reset || event.splices.length > 0) this.items = items;
        this.interim = event.interim;
        break;
      }
      case "ended":
        this.error = new ConnvoError(event.problem);
        break;
    }
    this.changes.emit();
  }

  addEarlier(chunks: readonly Chunk[], after: number): void {
    if (!this.#open) return;
    this.#readFrom(after + 1);
    const event = this.pump.feed((shell) =>
      shell.addEarlier(this.sub, JSON.stringify(chunks)),
    );
    if (event !== undefined) this.take(JSON.parse(event) as ShellEvent);
  }

  #readFrom(sequence: number): void {
    this.first = Math.min(this.first ?? sequence, sequence);
  }

  lease(): void {
    this.#leases += 1;
  }

  /** As a note's: the last one to leave closes it, but not at once. */
  release(): void {
    this.#leases -= 1;
    setTimeout(() => {
      if (this.#leases > 0 || !this.#open) return;
      this.pump.feed((shell) => shell.close(this.sub));
      this.end();
    });
  }

  end(): void {
    this.#open = false;
    this.forget();
    this.changes.clear();
  }
}

/** A meeting's transcript, live: its latest chunks, and all that follow. */
export class Transcript {
  readonly #shared: SharedTranscript;
  readonly #listening = new Set<() => void>();
  #closed = false;

  /** Made by `Client.openTranscript`. */
  constructor(shared: SharedTranscript) {
    this.#shared = shared;
    shared.lease();
  }

  get meetingId(): string {
    return this.#shared.meetingId;
  }

  /** Final chunks in the order spoken; the same array until it changes. */
  items(): Chunk[] {
    return this.#shared.items;
  }

  /** What is being said just now; the same array until it changes. */
  interim(): ChunkDraft[] {
    return this.#shared.interim;
  }

  /**
   * All that is left from this sequence on is here; null before any. Sequences
   * begin at 1, and what was revised leaves holes.
   */
  first(): number | null {
    return this.#shared.first;
  }

  /**
   * Takes in chunks from before `first()`: what `api.transcript.list` gave after
   * the sequence `after`. Those that are here already change nothing.
   */
  addEarlier(chunks: readonly Chunk[], after: number): void {
    this.#shared.addEarlier(chunks, after);
  }

  /** Why the server gives no transcript, or no more of it. */
  error(): ConnvoError | null {
    return this.#shared.error;
  }

  /** Runs `callback` at each change of any of these. */
  onItems(callback: () => void): () => void {
    const stop = this.#shared.changes.add(callback);
    this.#listening.add(stop);
    return () => {
      this.#listening.delete(stop);
      stop();
    };
  }

  /** Stops to follow it. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const stop of this.#listening) stop();
    this.#listening.clear();
    this.#shared.release();
  }
}
