import { diffTexts, refusal } from "../wasm/connvo.js";
import type {
  Component,
  MeetingState,
  Problem,
  Role,
} from "./generated/protocol.js";

/** What a member may ask of a meeting. */
export type Action =
  | "readMeeting"
  | "startMeeting"
  | "endMeeting"
  | "invite"
  | "readNote"
  | "writeNote"
  | "readTranscript"
  | "appendTranscript";

/**
 * Why a member may not do `action`; null when they may. The server decides by the
 * same rule; this is for showing what is possible. Needs `init()`. Times are
 * milliseconds since the Unix epoch.
 */
export function can(
  role: Role,
  state: MeetingState,
  endedAt: number | null,
  now: number,
  action: Action,
): Problem | null {
  const problem = refusal(role, state, endedAt ?? undefined, now, action);
  return problem === undefined ? null : (JSON.parse(problem) as Problem);
}

/**
 * The edit that turns one text into another, in UTF-16 code units. Needs `init()`.
 */
export function diff(from: string, to: string): Component[] {
  return JSON.parse(diffTexts(from, to)) as Component[];
}
