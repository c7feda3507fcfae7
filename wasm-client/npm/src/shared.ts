import { ConnvoError } from "./error.js";
import { Listeners } from "./listeners.js";
import type { Pump } from "./pump.js";
import type { ShellEvent } from "./shell.js";

/** One copy of something that a meeting has, shared by all that opened it. */
export abstract class Shared {
  readonly changes = new Listeners<[]>();
  error: ConnvoError | null = null;
  protected open = true;
  #leases = 0;

  constructor(
    readonly pump: Pump,
    readonly sub: number,
    readonly meetingId: string,
    readonly forget: () => void,
  ) {}

  /** Takes what the server tells of it. */
  protected abstract hear(event: ShellEvent): void;

  take(event: ShellEvent): void {
    if (event.type === "ended") this.error = new ConnvoError(event.problem);
    else this.hear(event);
    this.changes.emit();
  }

  lease(): void {
    this.#leases += 1;
  }

  /** As a note's: the last one to leave closes it, but not at once. */
  release(): void {
    this.#leases -= 1;
    setTimeout(() => {
      if (this.#leases > 0 || !this.open) return;
      this.pump.feed((shell) => shell.close(this.sub));
      this.end();
    });
  }

  end(): void {
    this.open = false;
    this.forget();
    this.changes.clear();
  }
}

/** Something shared, as one who opened it holds it. */
export abstract class Opened<Of extends Shared> {
  readonly #listening = new Set<() => void>();
  #closed = false;

  constructor(protected readonly shared: Of) {
    shared.lease();
  }

  get meetingId(): string {
    return this.shared.meetingId;
  }

  /** Why the server gives nothing, or no more of it. */
  error(): ConnvoError | null {
    return this.shared.error;
  }

  /** Runs `callback` at each change. */
  protected listen(callback: () => void): () => void {
    const stop = this.shared.changes.add(callback);
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
    this.shared.release();
  }
}
