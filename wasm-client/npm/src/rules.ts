import { diffTexts, lacking, refusal } from "../wasm/connvo.js";
import type {
  Component,
  Entitlements,
  Feature,
  Limits,
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
 * Why a plan does not allow a feature, or one more of a limit of which `used` are
 * there; null when it does. As with `can`, the server decides. Needs `init()`.
 */
export function allows(
  entitlements: Entitlements,
  name: Feature | keyof Limits,
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
