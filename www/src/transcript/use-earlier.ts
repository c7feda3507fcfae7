"use client";

import type { TranscriptView } from "@connvo/client/react";
import { useEffect, useState } from "react";
import { api } from "@/lib/api";
import { useTask, type Task } from "@/lib/task";

const PAGE = 100;

/** What was said before that which the live transcript began with. */
export interface Earlier {
  /** Whether there is any. */
  more: boolean;
  task: Task;
  read: () => Promise<boolean>;
}

/** Reads back from what is here, a page at a time. */
export function useEarlier(
  meetingId: string,
  { first, addEarlier }: TranscriptView,
): Earlier {
  const task = useTask();
  const oldest = useOldest(meetingId, first !== null && first > 1);
  const begin = first ?? 1;
  const read = () =>
    task.run(async () => {
      const after = Math.max(0, begin - 1 - PAGE);
      const page = await api.transcript.list(meetingId, {
        after: String(after),
        limit: PAGE,
      });
      addEarlier(page.items, after);
    });
  return { more: oldest !== undefined && begin > oldest, task, read };
}

/** The sequence that the transcript begins with: more than 1 where its first
    words were revised. Read only when it matters. */
function useOldest(meetingId: string, matters: boolean): number | undefined {
  const [oldest, setOldest] = useState<number>();
  useEffect(() => {
    if (!matters) return;
    let here = true;
    api.transcript.list(meetingId, { limit: 1 }).then(
      ({ items }) => here && setOldest(items[0]?.sequence),
      () => undefined,
    );
    return () => {
      here = false;
    };
  }, [meetingId, matters]);
  return oldest;
}
