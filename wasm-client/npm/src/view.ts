import { Listeners } from "./listeners.js";

/** Something that the server sends whole, and again at each change. */
export class LiveView<Value> {
  readonly changes = new Listeners<[]>();
  /** Null until the server has said, and when it may be seen no longer. */
  value: Value | null = null;
  /** How many follow it. */
  leases = 0;

  constructor(readonly sub: number) {}

  take(value: Value | null): void {
    this.value = value;
    this.changes.emit();
  }
}
