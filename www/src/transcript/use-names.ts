"use client";

import type { Chunk } from "@connvo/client";
import { useView } from "@connvo/client/react";
import { useMemo } from "react";

/** What a meeting calls the speakers of its transcript, by label: as it is told live,
    and before that as it was read with what they said. */
export function useNames(
  meetingId: string,
  items: readonly Chunk[],
): ReadonlyMap<string, string> {
  const live = useView("speakers", meetingId);
  return useMemo(() => {
    const names = new Map<string, string>();
    if (live) {
      for (const { label, name } of live.names) names.set(label, name);
    } else {
      for (const { speaker } of items) {
        if (speaker.name) names.set(speaker.label, speaker.name);
      }
    }
    return names;
  }, [live, items]);
}
