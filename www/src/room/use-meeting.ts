"use client";

import type {
  ConnvoError,
  Entitlements,
  Meeting,
  Participant,
  Peer,
  PublicMeeting,
} from "@connvo/client";
import { useConnection } from "@connvo/client/react";
import { useCallback, useEffect, useRef } from "react";
import { api } from "@/lib/api";
import { useLoad } from "@/lib/load";
import { isPerson } from "@/lib/person";
import { remembering } from "@/lib/seen";

/** A meeting and its people, as this page has read them. */
export interface MeetingInfo {
  /** Without a role when it is public and the person is none of its members. */
  meeting: Meeting | PublicMeeting | undefined;
  people: readonly Participant[] | undefined;
  /** What the meeting's plan gives. */
  plan: Entitlements | undefined;
  /** Why there is nothing to show; a lost network is no reason when the
      meeting was seen before. */
  error: ConnvoError | undefined;
  reload: () => void;
  /** Puts the meeting that an action answered with. */
  put: (meeting: Meeting) => void;
}

/**
 * Reads a meeting: what was seen of it stands at once, what the server says
 * follows. It is read again when the line comes back and when the page is
 * looked at again.
 */
export function useMeeting(id: string, userId: string): MeetingInfo {
  const meeting = useLoad(
    useCallback(() => api.meetings.get(id), [id]),
    remembering<Meeting | PublicMeeting>(`${userId}.${id}`),
  );
  const people = useLoad(
    useCallback(() => everyone(id), [id]),
    remembering<Participant[]>(`${userId}.${id}.people`),
  );
  const plan = useLoad(
    useCallback(() => api.meetings.entitlements(id), [id]),
    remembering<Entitlements>(`${userId}.${id}.plan`),
  );
  const reloadPlan = plan.reload;
  const [reloadMeeting, reloadPeople] = [meeting.reload, people.reload];
  const reload = useCallback(() => {
    reloadMeeting();
    reloadPeople();
    reloadPlan();
  }, [reloadMeeting, reloadPeople, reloadPlan]);

  const failed = meeting.error ?? people.error;
  useBackOnline(reload, failed !== undefined);
  useEffect(() => {
    const look = () => document.visibilityState === "visible" && reload();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [reload]);

  return {
    meeting: meeting.value,
    people: people.value,
    plan: plan.value,
    error: meeting.error,
    reload,
    put: meeting.put,
  };
}

/** Runs `reload` when the line is back, or up for the first time after a
    failure; the first line of a page that has read everything is no news. */
function useBackOnline(reload: () => void, failed: boolean): void {
  const { status } = useConnection();
  const lost = useRef(false);
  const was = useRef(false);
  useEffect(() => {
    if (failed) lost.current = true;
  }, [failed]);
  useEffect(() => {
    if (status !== "live") {
      if (was.current) lost.current = true;
      return;
    }
    was.current = true;
    if (!lost.current) return;
    lost.current = false;
    reload();
  }, [status, reload]);
}

/**
 * Runs `reload` when the note tells that something has changed: this person may
 * write now or no longer, or not even read, or somebody is in it whom `people` does
 * not name.
 */
export function useNoteNews(
  people: readonly Participant[] | undefined,
  reload: () => void,
  writable: boolean | undefined,
  ended: boolean,
  peers: readonly Peer[],
): void {
  useEffect(() => {
    if (ended) reload();
  }, [ended, reload]);

  const before = useRef(writable);
  useEffect(() => {
    if (writable === undefined) return;
    const changed = before.current !== undefined && before.current !== writable;
    before.current = writable;
    if (changed) reload();
  }, [writable, reload]);

  const strangers = people
    ? peers.filter((peer) => !people.some((one) => isIn(one, peer)))
    : [];
  // Who stays a stranger after the reading is no news.
  const news = [...new Set(strangers.map(({ name, color }) => name + color))]
    .sort()
    .join();
  useEffect(() => {
    if (news !== "") reload();
  }, [news, reload]);
}

function isIn({ userId, name }: Participant, peer: Peer): boolean {
  return userId !== null && isPerson(peer, userId, name ?? "");
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
