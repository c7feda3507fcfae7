"use client";

import type { Meeting, SearchItem } from "@connvo/client";
import { useEffect, useState } from "react";
import { api } from "@/lib/api";

/** What the meetings of some finds are called: known ones, and others read once. */
export function useTitles(
  known: readonly Meeting[] | null,
  items: readonly SearchItem[] | null,
): (id: string) => string {
  const [read, setRead] = useState<ReadonlyMap<string, string>>(new Map());
  const titleOf = (id: string) =>
    known?.find((meeting) => meeting.id === id)?.title ?? read.get(id);
  const lacking = [...new Set(items?.map(({ meetingId }) => meetingId))]
    .filter((id) => titleOf(id) === undefined)
    .join(" ");
  useEffect(() => {
    let here = true;
    for (const id of lacking.split(" ").filter(Boolean)) {
      api.meetings.get(id).then(
        ({ title }) =>
          here && setRead((before) => new Map(before).set(id, title)),
        () => undefined,
      );
    }
    return () => {
      here = false;
    };
  }, [lacking]);
  return (id) => titleOf(id) ?? "A meeting";
}
