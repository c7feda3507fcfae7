"use client";

import type { Role } from "@connvo/client";
import { useChat, type ChatView } from "@connvo/client/react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { remembering } from "@/lib/seen";
import type { Session } from "@/lib/session";

/** The chat of a room, and how much of it is new to this person. */
export interface RoomChat {
  view: ChatView;
  unread: number;
}

/**
 * Follows a meeting's chat. What others write is unread until the chat was in sight
 * (`shown`, in a page that is looked at); that is remembered on this device.
 */
export function useRoomChat(
  meetingId: string,
  session: Session,
  role: Role,
  shown: boolean,
): RoomChat {
  const view = useChat(meetingId, { name: session.name, role });
  const looked = useLookedAt();
  const key = `${session.userId}.${meetingId}.chat`;
  const [seen, setSeen] = useState(
    () => remembering<number>(key).recall() ?? 0,
  );
  let last = 0;
  for (const { message } of view.messages) {
    last = Math.max(last, message.postedSequence);
  }
  const reading = shown && looked;
  if (reading && last > seen) setSeen(last);
  useEffect(() => {
    if (seen > 0) remembering<number>(key).remember(seen);
  }, [key, seen]);
  const unread = reading
    ? 0
    : view.messages.filter(
        ({ message, isPending }) =>
          message.postedSequence > seen &&
          message.authorId !== session.userId &&
          message.kind !== "system" &&
          message.deletedAt === null &&
          !isPending,
      ).length;
  return { view, unread };
}

/** Whether the page is the one that is looked at. */
function useLookedAt(): boolean {
  return useSyncExternalStore(
    (run) => {
      document.addEventListener("visibilitychange", run);
      return () => document.removeEventListener("visibilitychange", run);
    },
    () => document.visibilityState === "visible",
    () => true,
  );
}
