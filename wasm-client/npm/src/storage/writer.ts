/**
 * Writes of one note in one tab: in order, one transaction at a time, and what
 * gathers meanwhile is the next one.
 *
 * Laws:
 * - a row of the outbox is reported when it is in the database; where the database
 *   refuses, it is reported too (it can be sent, and is held here), and the note
 *   counts as not saved until a later write succeeds;
 * - a log that misses a batch is not appended to any more: the version in the
 *   database never passes an update that is not there.
 */
import { sameRow, type Row, type RowKey, type StoreOp } from "../shell.js";
import type { Lock } from "./locks.js";
import type { Storage, Write } from "./storage.js";

export class Writer {
  /** Outbox rows not in the database, with their places. */
  #rows: { row: Row; place: number }[] = [];
  #writes: Write[] = [];
  #newest: { row: Row; place: number } | undefined;
  #lastPlace = 0;
  #busy = false;
  #dirty = false;
  #closed = false;
  /** The log in the database misses a batch of this tab. */
  #holed = false;
  readonly #locks = new Map<number, Lock>();
  /** Whether the last batch was refused. */
  unsaved = false;

  constructor(
    readonly storage: Storage,
    readonly meeting: string,
    /** This tab's name among the writers. */
    readonly tab: number,
    /** The epoch of the note in this tab. */
    public epoch: number,
    /** Hears after each batch which outbox rows may be sent now. */
    readonly report: (rows: Row[]) => void,
  ) {}

  /** Whether this tab answers for a ClientID, or waits to. */
  keeps(client: number): boolean {
    return this.#locks.has(client);
  }

  /** Keeps a lock until the last write is done. */
  keep(client: number, lock: Lock): void {
    this.#locks.set(client, lock);
  }

  /** There is nothing to answer for. */
  letGo(client: number): void {
    this.#locks.get(client)?.release();
    this.#locks.delete(client);
  }

  /** Does what core asks for. */
  store(op: StoreOp): void {
    switch (op[0]) {
      case "outbox":
        this.#outbox(op[1]);
        break;
      case "commit":
        this.#forget(op[3]);
        this.#push(op);
        break;
      case "replace":
        this.#forget(op[4]);
        this.epoch = op[1];
        this.#push(op);
    }
    this.#run();
  }

  /** Writes something else. */
  write(write: Write): void {
    this.#writes.push(write);
    this.#run();
  }

  /** Ends what was begun, and then lets its locks go. */
  close(): void {
    this.#closed = true;
    if (!this.#busy) this.#end();
  }

  #outbox(row: Row): void {
    // A row that grows keeps its place.
    const grown = this.#newest && sameRow(this.#newest.row, row);
    const place = grown ? this.#newest!.place : this.#place();
    this.#newest = { row, place };
    const at = this.#rows.findIndex((held) => held.place === place);
    if (at < 0) this.#rows.push(this.#newest);
    else this.#rows[at] = this.#newest;
  }

  #push(op: StoreOp): void {
    this.#writes.push({ op, epoch: this.epoch, place: this.#place() });
  }

  /** About a microsecond each, so that the tabs of a device share one order. */
  #place(): number {
    this.#lastPlace = Math.max(this.#lastPlace + 1, Date.now() * 1024);
    return this.#lastPlace;
  }

  #forget(keys: RowKey[]): void {
    const gone = (row: Row) => keys.some((key) => sameRow(row, key));
    this.#rows = this.#rows.filter(({ row }) => !gone(row));
  }

  #run(): void {
    this.#dirty = true;
    if (this.#busy) return;
    this.#busy = true;
    void this.#drain();
  }

  async #drain(): Promise<void> {
    // What one turn asks for is one transaction.
    await undefined;
    while (this.#dirty) {
      this.#dirty = false;
      // A copy: rows go on growing while these are written.
      const held = [...this.#rows];
      const writes = this.#withoutHoles(this.#writes);
      this.#writes = [];
      const { epoch } = this;
      const puts = held.map(
        ({ row, place }): Write => ({ op: ["outbox", row], epoch, place }),
      );
      let saved = true;
      try {
        // Rows first: a deletion that follows in the batch is of an older row.
        await this.storage.write(this.meeting, this.tab, [...puts, ...writes]);
      } catch {
        saved = false;
      }
      this.#settle(held, writes, saved);
      this.report(held.map(({ row }) => row));
    }
    this.#busy = false;
    if (this.#closed) this.#end();
  }

  #settle(
    held: { row: Row; place: number }[],
    writes: Write[],
    saved: boolean,
  ): void {
    this.unsaved = !saved;
    if (saved) this.#rows = this.#rows.filter((row) => !held.includes(row));
    if (saved) return;
    const kept: Write[] = [];
    for (const write of writes) {
      // Few, small and not to be had again: kept for the next batch.
      if (!("op" in write)) {
        kept.push(write);
        continue;
      }
      const { op } = write;
      if (op[0] === "outbox") continue;
      this.#holed = true;
      const keys = op[0] === "commit" ? op[3] : op[4];
      kept.push({ ...write, op: ["commit", 0, [], keys] });
    }
    this.#writes = [...kept, ...this.#writes];
  }

  /** What would come after a hole leaves only its acknowledgements; a whole state
   * fills every hole. */
  #withoutHoles(writes: Write[]): Write[] {
    return writes.map((write) => {
      if (!("op" in write)) return write;
      const { op } = write;
      if (op[0] === "replace") this.#holed = false;
      return op[0] === "commit" && this.#holed
        ? { ...write, op: ["commit", 0, [], op[3]] }
        : write;
    });
  }

  #end(): void {
    for (const lock of this.#locks.values()) lock.release();
    this.#locks.clear();
  }
}
