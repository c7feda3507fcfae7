"use client";
/** Live views. */
import { useCallback } from "react";
import type {
  Client,
  Entitlements,
  Meeting,
  MeetingNow,
  MeView,
  Participant,
  ViewKind,
  ViewValues,
} from "../index.js";
import { useFollowed } from "./followed.js";
import { useClient } from "./provider.js";

/** A live view; null until the server has said, and when it may not be seen. */
export function useView<Kind extends ViewKind>(
  kind: Kind,
  meetingId?: string,
): ViewValues[Kind] | null {
  return useFollowed<Client, ViewValues[Kind] | null>(
    useClient(),
    useCallback(
      (client, run) => client.onView(kind, meetingId, run),
      [kind, meetingId],
    ),
    (client) => client.view(kind, meetingId),
    null,
  );
}

/** Who I am and what I may use, live; null until the server has said. */
export function useMe(): MeView | null {
  return useView("me");
}

/** What I may use, live; null until the server has said. Ask it with `allows`. */
export function useEntitlements(): Entitlements | null {
  return useMe()?.entitlements ?? null;
}

/** What a meeting's plan gives, live; null until the server has said, and when it may
    not be seen. */
export function useMeetingEntitlements(meetingId: string): Entitlements | null {
  return useView("entitlements", meetingId);
}

/** My latest meetings, live; null until the server has said. */
export function useMeetings(): Meeting[] | null {
  return useView("meetings");
}

/** The members of a meeting, live; null until the server has said, and when they may
    not be seen. */
export function useParticipants(meetingId: string): Participant[] | null {
  return useView("participants", meetingId);
}

/** A meeting as it is now, live; null until the server has said, and when it may not
    be seen. */
export function useMeetingState(meetingId: string): MeetingNow | null {
  return useView("meetingState", meetingId);
}
