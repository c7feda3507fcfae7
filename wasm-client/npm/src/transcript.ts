import type { Chunk, ChunkDraft } from "./generated/protocol.js";
import { Followed, Shared } from "./shared.js";
import type { ShellEvent } from "./shell.js";

/** One copy of a meeting's transcript, shared by all that opened it. */
export class SharedTranscript extends Shared {
  items: Chunk[] = [];
  interim: ChunkDraft[] = [];
  /** All that is left from this sequence on is here; null before any. */
  first: number | null = null;

  protected hear(event: ShellEvent): void {
    if (event.type !== "chunks") return;
    const items = event.reset ? [] : [...this.items];
    if (event.reset) this.first = null;
    for (const { at, remove, insert } of event.splices) {
      items.splice(at, remove, ...insert);
      for (const { sequence } of insert) this.#readFrom(sequence);
    }
    if (event.reset || event.splices.length > 0) this.items = items;
    this.interim = event.interim;
  }

  addEarlier(chunks: readonly Chunk[], after: number): void {
    if (!this.open) return;
    this.#readFrom(after + 1);
    const event = this.pump.feed((shell) =>
      shell.addEarlier(this.sub, JSON.stringify(chunks)),
    );
    if (event !== undefined) this.take(JSON.parse(event) as ShellEvent);
  }

  #readFrom(sequence: number): void {
    this.first = Math.min(this.first ?? sequence, sequence);
  }
}

/** A meeting's transcript, live: its latest chunks, and all that follow. */
export class Transcript extends Followed<SharedTranscript> {
  /** Final chunks in the order spoken; the same array until it changes. */
  items(): Chunk[] {
    return this.shared.items;
  }

  /** What is being said just now; the same array until it changes. */
  interim(): ChunkDraft[] {
    return this.shared.interim;
  }

  /**
   * All that is left from this sequence on is here; null before any. Sequences
   * begin at 1, and what was revised leaves holes.
   */
  first(): number | null {
    return this.shared.first;
  }

  /**
   * Takes in chunks from before `first()`: what `api.transcript.list` gave after
   * the sequence `after`. Those that are here already change nothing.
   */
  addEarlier(chunks: readonly Chunk[], after: number): void {
    this.shared.addEarlier(chunks, after);
  }

  /** Runs `callback` at each change of any of these. */
  onItems(callback: () => void): () => void {
    return this.listen(callback);
  }
}
