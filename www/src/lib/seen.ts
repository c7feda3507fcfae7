"use client";

const PREFIX = "connvo.seen.";

/**
 * What was last seen of a thing, kept on this device so that a page can open
 * without the network. Belongs to one person; signing out removes it.
 */
export function recall(key: string): unknown {
  try {
    const raw = localStorage.getItem(PREFIX + key);
    return raw === null ? undefined : JSON.parse(raw);
  } catch {
    return undefined;
  }
}

/** Keeps what was seen. */
export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Full or forbidden: the page then needs the network.
  }
}

/** Removes all that was seen. */
export function forgetSeen(): void {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  }
}
