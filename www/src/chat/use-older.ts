"use client";

import type { ChatView } from "@connvo/client/react";
import { useState } from "react";
import { api } from "@/lib/api";
import { useTask, type Task } from "@/lib/task";

/** How many messages a chat opens with at most, and a page has. */
const PAGE = 100;

/** What was written before that which the live chat began with. */
export interface Older {
  /** Whether there may be any. */
  more: boolean;
  task: Task;
  read: () => Promise<boolean>;
}

/** Reads the chat back from its end, a page at a time. */
export function useOlder(meetingId: string, view: ChatView): Older {
  const { chat, messages } = view;
  const task = useTask();
  const [place, setPlace] = useState<Place>();
  const first = messages[0]?.message.postedSequence ?? 0;
  // What is here no more, after a long time off the line, is read again.
  const read = place?.chat === chat && first <= place.first ? place : undefined;
  const more = read
    ? read.next !== null
    : messages.filter(({ isPending }) => !isPending).length >= PAGE;
  const page = async (after: string | null) => {
    const { items, next } = await api.messages.list(meetingId, {
      after,
      limit: PAGE,
    });
    chat?.addEarlier(items);
    setPlace({
      chat,
      first: items.at(-1)?.postedSequence ?? 0,
      next: next ?? null,
    });
    return next ?? null;
  };
  return {
    more,
    task,
    read: () =>
      task.run(async () => {
        // The first page is here, most of it; what is wanted comes with the next.
        const next = read ? read.next : await page(null);
        if (next !== null) await page(next);
      }),
  };
}

interface Place {
  chat: ChatView["chat"];
  /** The first message that was read. */
  first: number;
  next: string | null;
}
