"use client";

import { useSyncExternalStore } from "react";

/** As in room.css: from here on the note and what is beside it show together. */
const WIDE = "(min-width: 860.02px)";

/** Whether there is room for two parts beside each other. */
export function useWide(): boolean {
  return useSyncExternalStore(
    (run) => {
      const query = matchMedia(WIDE);
      query.addEventListener("change", run);
      return () => query.removeEventListener("change", run);
    },
    () => matchMedia(WIDE).matches,
    () => true,
  );
}
