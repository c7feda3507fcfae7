/**
 * Web Locks: a tab holds the lock of the ClientID that it writes a note with. A lock
 * that is free means that the tab is gone and its outbox has no owner. A page that
 * is no secure context has none: there every lock is free, which is harmless, since
 * resends are recognised.
 */

/** A held or awaited lock. */
export interface Lock {
  /** Lets it go, or stops to wait. */
  release(): void;
}

const FREE: Lock = { release: () => undefined };

/** Takes the lock if it is free. */
export function takeLock(name: string): Promise<Lock | undefined> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return Promise.resolve(FREE);
  return new Promise((resolve) => {
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (!lock) {
          resolve(undefined);
          return;
        }
        // Held until this promise settles.
        return new Promise<void>((release) => resolve({ release }));
      })
      .catch(() => resolve(undefined));
  });
}

/** Waits for the lock as long as it takes; `granted` runs once it is held. */
export function awaitLock(name: string, granted: () => void): Lock {
  const locks = globalThis.navigator?.locks;
  if (!locks) return FREE;
  const wait = new AbortController();
  let release = () => wait.abort();
  locks
    .request(name, { signal: wait.signal }, () => {
      const held = new Promise<void>((resolve) => (release = resolve));
      granted();
      return held;
    })
    // Aborted: nothing is held, nothing to say.
    .catch(() => undefined);
  return { release: () => release() };
}
