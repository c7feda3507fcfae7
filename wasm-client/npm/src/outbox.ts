/**
 * The calls of this device that are not answered. Which are kept, and what becomes of
 * them, is core's word; this is where, and which tab answers for them.
 *
 * Law: the calls of a tab are taken over once its lock is free, that is when it is gone.
 */
import { randomId, type Pump } from "./pump.js";
import type { KeptCall } from "./shell.js";
import { awaitLock, takeLock, type Lock } from "./storage/locks.js";
import type { Storage } from "./storage/storage.js";

export class Outbox {
  readonly #pump: Pump;
  readonly #storage: Storage;
  readonly #name: string | undefined;
  readonly #tab = randomId();
  /** Between the tabs of one person: who has calls. */
  readonly #tabs: BroadcastChannel | undefined;
  /** Of the tabs that this one answers for, or waits to. */
  readonly #locks = new Map<number, Lock>();
  readonly #unkept = new Set<string>();
  #closed = false;
  #lastPlace = 0;

  constructor(pump: Pump, storage: Storage, namespace: string | undefined) {
    this.#pump = pump;
    this.#storage = storage;
    if (storage.kind === "memory" || namespace === undefined) return;
    this.#name = `${namespace}|calls`;
    this.#tabs = new BroadcastChannel(this.#name);
    this.#tabs.onmessage = ({ data }: MessageEvent<number>) =>
      this.#await(data);
  }

  /** Takes up what was left here. */
  async open(): Promise<void> {
    const own = this.#name && (await takeLock(this.#lockName(this.#tab)));
    if (own) this.#locks.set(this.#tab, own);
    const calls = await this.#storage.calls();
    for (const tab of new Set(calls.map((call) => call.tab))) {
      const lock = await takeLock(this.#lockName(tab));
      if (lock) this.#locks.set(tab, lock);
      else this.#await(tab);
    }
    const held = new Set(this.#locks.keys());
    await this.#restore((tab) => held.has(tab));
    if (this.#closed) this.close();
  }

  /** How many calls would end with the page. */
  get unkept(): number {
    return this.#unkept.size;
  }

  /** Keeps a call; by its key alone, no longer. */
  keep(key: string, ...kept: KeptCall | []): void {
    if (kept.length === 0) {
      this.#unkept.delete(key);
      this.#storage.keep(key).catch(() => undefined);
      return;
    }
    this.#unkept.add(key);
    const place = Math.max(this.#lastPlace + 1, Date.now() * 1024);
    this.#lastPlace = place;
    // Where it is not to be kept, it goes from here.
    this.#storage.keep({ key, tab: this.#tab, place, kept }).then(
      () => this.#name && this.#unkept.delete(key),
      () => undefined,
    );
    this.#tabs?.postMessage(this.#tab);
  }

  close(): void {
    this.#closed = true;
    this.#tabs?.close();
    for (const lock of this.#locks.values()) lock.release();
    this.#locks.clear();
  }

  #lockName(tab: number): string {
    return `${this.#name}|${tab}`;
  }

  /** Takes over the calls of `tab` when it is gone. */
  #await(tab: number): void {
    if (this.#locks.has(tab)) return;
    const take = () => void this.#restore((of) => of === tab).catch(() => undefined);
    this.#locks.set(tab, awaitLock(this.#lockName(tab), take));
  }

  async #restore(takes: (tab: number) => boolean): Promise<void> {
    const calls = await this.#storage.calls();
    if (this.#closed) return;
    const taken = calls.filter(({ tab }) => takes(tab));
    this.#pump.feed((shell, now) => {
      for (const { key, kept } of taken) shell.restoreCall(key, ...kept, now);
    });
  }
}
