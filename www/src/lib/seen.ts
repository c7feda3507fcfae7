"use client";

const PREFIX = "connvo.seen.";

/** What was last seen of a thing. */
export interface Memory<T> {
  recall: () => T | undefined;
  remember: (value: T) => void;
  forget: () => void;
}

/**
 * What was last seen of a thing, kept on this device so that a page can open
 * without the network. Belongs to one person, whom `key` begins with; signing
 * out removes it.
 */
export function remembering<T>(key: string): Memory<T> {
  const name = PREFIX + key;
  return {
    recall: () =>
      attempt(() => {
        const raw = localStorage.getItem(name);
        return raw === null ? undefined : (JSON.parse(raw) as T);
      }),
    // Full or forbidden: the page then needs the network.
    remember: (value) =>
      attempt(() => localStorage.setItem(name, JSON.stringify(value))),
    forget: () => attempt(() => localStorage.removeItem(name)),
  };
}

/** Removes all that was seen. */
export function forgetSeen(): void {
  attempt(() => {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX)) localStorage.removeItem(key);
    }
  });
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
