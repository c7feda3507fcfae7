"use client";

import type { ConnvoError, Meeting, Participant } from "@connvo/client";
import { useConnection } from "@connvo/client/react";
import { useCallback, useEffect } from "react";
import { api, unreachable } from "@/lib/api";
import { useLoad } from "@/lib/load";
import { recall, remember } from "@/lib/seen";

/** A meeting and its people, as this page knows them. */
export interface MeetingInfo {
  meeting: Meeting | undefined;
  people: readonly Participant[] | undefined;
  /** Why there is nothing to show; a lost network is no reason when the
      meeting was seen before. */
  error: ConnvoError | undefined;
  reload: () => void;
  /** Puts the meeting that an action answered with. */
  put: (meeting: Meeting) => void;
}

/**
 * Reads a meeting: at once, whenever the line comes back, and when the page is
 * looked at again.
 */
export function useMeeting(id: string, userId: string): MeetingInfo {
  const { status } = useConnection();
  const meetingKey = `${userId}.${id}`;
  const peopleKey = `${userId}.${id}.people`;
  const meeting = useLoad(
    useCallback(
      () => fresh(meetingKey, () => api.meetings.get(id)),
      [id, meetingKey],
    ),
  );
  const people = useLoad(
    useCallback(() => fresh(peopleKey, () => everyone(id)), [id, peopleKey]),
  );

  const [reloadMeeting, reloadPeople] = [meeting.reload, people.reload];
  const reload = useCallback(() => {
    reloadMeeting();
    reloadPeople();
  }, [reloadMeeting, reloadPeople]);

  useEffect(() => {
    if (status === "live") reload();
  }, [status, reload]);
  useEffect(() => {
    const look = () => document.visibilityState === "visible" && reload();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [reload]);

  return {
    meeting: meeting.value,
    people: people.value,
    error: meeting.error,
    reload,
    put: meeting.put,
  };
}

/** What the server says; when it cannot be reached, what it said last. */
async function fresh<T>(key: string, read: () => Promise<T>): Promise<T> {
  try {
    const value = await read();
    remember(key, value);
    return value;
  } catch (thrown) {
    const old = unreachable(thrown) ? recall(key) : undefined;
    if (old !== undefined) return old as T;
    throw thrown;
  }
}

async function everyone(id: string): Promise<Participant[]> {
  const all: Participant[] = [];
  let after: string | null = null;
  do {
    const page = await api.participants.list(id, { after, limit: 100 });
    all.push(...page.items);
    after = page.next ?? null;
  } while (after !== null);
  return all;
}
