"use client";

import { useSyncExternalStore } from "react";

const NARROW = "(max-width: 640px)";

/** Whether the window is as narrow as a phone. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (run) => {
      const query = matchMedia(NARROW);
      query.addEventListener("change", run);
      return () => query.removeEventListener("change", run);
    },
    () => matchMedia(NARROW).matches,
    () => false,
  );
}
