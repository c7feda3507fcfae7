"use client";

import type { Chunk } from "@connvo/client";
import { useState } from "react";
import { api } from "@/lib/api";
import { useTask, type Task } from "@/lib/task";

const PAGE = 100;

/** Chunks from before those that the live transcript begins with. */
export interface Earlier {
  chunks: readonly Chunk[];
  /** Whether there is more before them. */
  more: boolean;
  task: Task;
  read: () => Promise<boolean>;
}

/** Reads back from the first live chunk, a page at a time. */
export function useEarlier(
  meetingId: string,
  first: Chunk | undefined,
): Earlier {
  const [chunks, setChunks] = useState<readonly Chunk[]>([]);
  const [from, setFrom] = useState<number>();
  const task = useTask();
  const begin = from ?? first?.sequence ?? 1;
  const read = () =>
    task.run(async () => {
      const after = Math.max(0, begin - 1 - PAGE);
      const page = await api.transcript.list(meetingId, {
        after: String(after),
        limit: PAGE,
      });
      const before = page.items.filter(({ sequence }) => sequence < begin);
      setChunks([...before, ...chunks]);
      setFrom(after + 1);
    });
  return { chunks, more: begin > 1, task, read };
}
