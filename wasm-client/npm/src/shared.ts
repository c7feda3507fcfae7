import { ConnvoError } from "./error.js";
import { Listeners } from "./listeners.js";
import type { Pump } from "./pump.js";
import type { ShellEvent } from "./shell.js";

/** Something of a meeting that is open once in a client, for all that opened it. */
export abstract class Leased {
  #open = true;
  #left = false;
  #leases = 0;

  constructor(
    readonly pump: Pump,
    readonly sub: number,
    readonly meetingId: string,
    readonly forget: () => void,
  ) {}

  get open(): boolean {
    return this.#open;
  }

  lease(): void {
    this.#leases += 1;
  }

  /**
   * The last one to leave closes it, but not at once: React's StrictMode leaves and
   * comes back, and a page that moves on may open the same.
   */
  release(): void {
    this.#leases -= 1;
    this.#left = true;
    this.leaveIfDone();
  }

  /** Closes it where nobody needs it any more. */
  protected leaveIfDone(): void {
    if (this.#leases > 0 || !this.#left) return;
    setTimeout(() => {
      if (this.#leases > 0 || !this.#open || !this.mayEnd()) return;
      this.leave();
      this.end();
    });
  }

  /** Whether it may be closed when nobody has it open. */
  protected mayEnd(): boolean {
    return true;
  }

  /** Closes it in the session. */
  protected leave(): void {
    this.pump.feed((shell) => shell.close(this.sub));
  }

  /** The client is gone, or the last one has left. */
  end(): void {
    this.#open = false;
    this.forget();
  }
}

/** One copy of something that the server tells of, shared by all that opened it. */
export abstract class Shared extends Leased {
  readonly changes = new Listeners<[]>();
  error: ConnvoError | null = null;

  /** Takes what the server tells of it. */
  protected abstract hear(event: ShellEvent): void;

  take(event: ShellEvent): void {
    if (event.type === "ended") this.error = new ConnvoError(event.problem);
    else this.hear(event);
    this.changes.emit();
  }

  override end(): void {
    super.end();
    this.changes.clear();
  }
}

/** Something shared, as one who opened it holds it. */
export abstract class Opened<Of extends Leased> {
  readonly #listening = new Set<() => void>();
  protected closed = false;

  constructor(protected readonly shared: Of) {
    shared.lease();
  }

  get meetingId(): string {
    return this.shared.meetingId;
  }

  /** Runs `stop` at the end, if the result has not before. */
  protected keep(stop: () => void): () => void {
    this.#listening.add(stop);
    return () => {
      this.#listening.delete(stop);
      stop();
    };
  }

  /** Leaves it. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const stop of this.#listening) stop();
    this.#listening.clear();
    this.shared.release();
  }
}

/** Something that the server tells of, as one who opened it holds it. */
export abstract class Followed<Of extends Shared> extends Opened<Of> {
  /** Why the server gives nothing, or no more of it. */
  error(): ConnvoError | null {
    return this.shared.error;
  }

  /** Runs `callback` at each change. */
  protected listen(callback: () => void): () => void {
    return this.keep(this.shared.changes.add(callback));
  }
}
