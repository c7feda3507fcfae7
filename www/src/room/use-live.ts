"use client";

import type {
  Entitlements,
  Meeting,
  MeetingNow,
  Participant,
} from "@connvo/client";
import {
  useMeetingEntitlements,
  useMeetingState,
  useParticipants,
} from "@connvo/client/react";
import { useEffect, useMemo } from "react";
import { belongs } from "@/people/standing";
import type { MeetingInfo } from "./use-meeting";

/** A meeting as it is, to who is in it. */
export interface Live {
  meeting: Meeting;
  people: readonly Participant[] | undefined;
  /** Who is there and who waits to speak; null while that is not known. */
  now: MeetingNow | null;
  /** What the meeting's plan gives. */
  plan: Entitlements | undefined;
}

/**
 * Follows a meeting: what comes live is newer than whatever was `read`. Whoever is no
 * member any more has it read again, which leads out of the room.
 */
export function useLive(
  read: Meeting,
  { people, plan, reload }: MeetingInfo,
  userId: string,
): Live {
  const livePlan = useMeetingEntitlements(read.id);
  const livePeople = useParticipants(read.id);
  const now = useMeetingState(read.id);
  const mine = livePeople?.find((one) => one.userId === userId);
  const meeting = useMemo(() => asItIs(read, mine, now), [read, mine, now]);
  const gone = mine !== undefined && belongs(read) && !belongs(mine);
  useEffect(() => {
    if (gone) reload();
  }, [gone, reload]);
  return {
    meeting,
    people: livePeople ?? people,
    now,
    plan: livePlan ?? plan,
  };
}

/** The meeting as it was read, with what has come live of it since: where it is in its
    life, and what this person is in it. */
function asItIs(
  read: Meeting,
  mine: Participant | undefined,
  now: MeetingNow | null,
): Meeting {
  return {
    ...read,
    ...(now && ahead(read, now) && lifeOf(now)),
    ...(mine && {
      role: mine.role,
      status: mine.status,
      canShare: mine.canShare,
      canRecord: mine.canRecord,
      canInvite: mine.canInvite,
    }),
  };
}

const LIFE: MeetingNow["state"][] = [
  "scheduled",
  "active",
  "concluded",
  "cancelled",
];

/** A life goes one way: whatever is further on is newer. */
function ahead(read: Meeting, now: MeetingNow): boolean {
  return LIFE.indexOf(now.state) > LIFE.indexOf(read.state);
}

function lifeOf({ state, startedAt, endedAt }: MeetingNow) {
  return { state, startedAt, endedAt };
}
