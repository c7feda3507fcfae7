"use client";

import type { NoteStatus } from "@connvo/client";
import { useStorage } from "@connvo/client/react";

/** Whether this browser refuses to keep the open note: what is unsent then ends
    with the page. */
export function useNotKept(note: NoteStatus | null): boolean {
  const storage = useStorage();
  return note !== null && storage === "memory";
}
