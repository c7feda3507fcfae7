"use client";

import { useCallback, useRef } from "react";

/** Makes something of what was filled in; pressed again before that went well, it asks
    for the same. */
export type Once = <Made>(
  filled: unknown,
  make: (key: string) => Promise<Made>,
) => Promise<Made>;

/**
 * One Idempotency-Key for a filled form until what it makes is made: pressed twice, or
 * again after an answer that was lost, it makes one. Filled in otherwise it is another
 * wish, under another key.
 */
export function useOnce(): Once {
  const held = useRef<{ of: string; key: string }>(undefined);
  return useCallback(async (filled, make) => {
    const of = JSON.stringify(filled);
    if (held.current?.of !== of) held.current = { of, key: fresh() };
    const mine = held.current;
    const made = await make(mine.key);
    if (held.current === mine) held.current = undefined;
    return made;
  }, []);
}

/** As a UUID, also in a page that came without TLS, where the browser makes none. */
function fresh(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
}
