import { diffTexts, lacking, refusal } from "../wasm/connvo.js";
import type {
  Component,
  Entitlements,
  Feature,
  Meeting,
  PlanLimits,
  Problem,
  Standing,
} from "./generated/protocol.js";

/** What a member may ask of a meeting. */
export type Action =
  | "readMeeting"
  | "readParticipants"
  | "startMeeting"
  | "endMeeting"
  | "invite"
  | "removeParticipant"
  | "leaveMeeting"
  | "readNote"
  | "writeNote"
  | "readTranscript"
  | "appendTranscript"
  | "readChat"
  | "writeChat"
  | "renameSpeaker"
  | "shareScreen"
  | "record"
  | "updateMeeting"
  | "cancelMeeting"
  | "acceptInvitation"
  | "declineInvitation"
  | "joinMeeting"
  | "answerRequest"
  | "changeParticipant"
  | "handOverHost"
  | "readState"
  | "raiseHand"
  | "callSpeaker"
  | "controlTranscription";

/** A meeting as a member sees it, as far as the rules ask. */
export type Seen = Pick<Meeting, "state" | "endedAt"> & Standing;

/**
 * Why a member may not do `action`; null when they may. The server decides by the
 * same rule; this is for showing what is possible. Needs `init()`. `now` is in
 * milliseconds since the Unix epoch.
 */
export function can(
  meeting: Seen,
  action: Action,
  now: number,
): Problem | null {
  const { role, status, state, endedAt } = meeting;
  const given =
    (meeting.canShare ? 1 : 0) |
    (meeting.canRecord ? 2 : 0) |
    (meeting.canInvite ? 4 : 0);
  const at = endedAt ?? undefined;
  const problem = refusal(role, status, given, state, at, now, action);
  return problem === undefined ? null : (JSON.parse(problem) as Problem);
}

/**
 * Why a plan does not allow a feature, or one more of a limit of which `used` are
 * there; null when it does. As with `can`, the server decides. Needs `init()`.
 */
export function allows(
  entitlements: Entitlements,
  name: Feature | keyof PlanLimits,
  used = 0,
): Problem | null {
  const problem = lacking(JSON.stringify(entitlements), name, used);
  return problem === undefined ? null : (JSON.parse(problem) as Problem);
}

/**
 * The edit that turns one text into another, in UTF-16 code units. Needs `init()`.
 */
export function diff(from: string, to: string): Component[] {
  return JSON.parse(diffTexts(from, to)) as Component[];
}
