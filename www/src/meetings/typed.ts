import type {
  Meeting,
  MeetingChanges,
  MeetingDraft,
  MeetingSettings,
  MeetingType,
} from "@connvo/client";
import { parts } from "@/lib/list-field";
import { momentAt, ownZone, wallAt, type Wall } from "@/lib/zone";
import { repeatOf, ruleOf, WEEKLY, type Repeat } from "./repeat";

/** A meeting as it is typed in the form. */
export interface Typed {
  title: string;
  description: string;
  type: MeetingType;
  /** Its day and hour; without a day it is whenever somebody starts it. */
  first: Wall;
  zone: string;
  minutes: string;
  most: string;
  settings: MeetingSettings;
  tags: string;
  isPublic: boolean;
  requiresApproval: boolean;
  repeat: Repeat;
  /** A rule that the form has no choices for: it stays as it is. */
  otherRule: string | null;
}

/** What a new meeting is at first: at the next full hour. */
export function blank(now: number): Typed {
  const hour = 3_600_000;
  const zone = ownZone();
  return {
    title: "",
    description: "",
    type: "scheduled",
    first: wallAt(Math.ceil(now / hour) * hour, zone),
    zone,
    minutes: "60",
    most: "",
    settings: { recording: false, transcription: true, aiAssistant: true },
    tags: "",
    isPublic: false,
    requiresApproval: false,
    repeat: WEEKLY,
    otherRule: null,
  };
}

/** What is typed for a meeting as it is. */
export function typedOf(meeting: Meeting): Typed {
  const zone = meeting.timezone ?? ownZone();
  const repeat = meeting.rrule ? repeatOf(meeting.rrule, zone) : WEEKLY;
  // One that was moved alone has the hour of its series.
  const ruled = meeting.occurrenceAt ?? meeting.scheduledAt;
  return {
    title: meeting.title,
    description: meeting.description ?? "",
    type: meeting.type,
    first: ruled === null ? NEVER : wallAt(ruled, zone),
    zone,
    minutes: meeting.durationMinutes?.toString() ?? "",
    most: meeting.maxParticipants?.toString() ?? "",
    settings: meeting.settings,
    tags: meeting.tags.join(", "),
    isPublic: meeting.isPublic,
    requiresApproval: meeting.requiresApproval,
    repeat: repeat ?? WEEKLY,
    otherRule: repeat ? null : meeting.rrule,
  };
}

const NEVER: Wall = { date: "", time: "09:00" };

/** All that a meeting is planned to be. */
type Plan = Required<Omit<MeetingChanges, "thisDateOnly" | "occurrenceAt">>;

/** The plan that was typed; null for what is left open. */
export function planOf(typed: Typed): Plan {
  const timed = typed.type !== "instant";
  const { first, zone } = typed;
  return {
    title: typed.title,
    description: typed.description.trim() === "" ? null : typed.description,
    scheduledAt: timed ? (momentAt(first, zone) ?? null) : null,
    timezone: timed ? zone : null,
    durationMinutes: number(typed.minutes),
    maxParticipants: number(typed.most),
    settings: typed.settings,
    tags: parts(typed.tags),
    isPublic: typed.isPublic,
    requiresApproval: typed.requiresApproval,
    rrule:
      typed.type === "recurring"
        ? (typed.otherRule ?? ruleOf(typed.repeat, first, zone))
        : null,
  };
}

/** A new meeting as the server is asked for it. */
export function draftOf(typed: Typed): MeetingDraft {
  const given = Object.entries(planOf(typed)).filter(
    ([, value]) => value !== null,
  );
  const plan = Object.fromEntries(given) as Omit<MeetingDraft, "type">;
  return { ...plan, type: typed.type };
}

/** What is another now than it was before. */
export function changesOf(before: Typed, now: Typed): MeetingChanges {
  const was: Record<string, unknown> = { ...planOf(before) };
  const changed = Object.entries(planOf(now)).filter(
    ([key, value]) => JSON.stringify(was[key]) !== JSON.stringify(value),
  );
  return Object.fromEntries(changed);
}

/** A number as typed; what is none is for the server to refuse. */
function number(typed: string): number | null {
  return typed.trim() === "" ? null : Number(typed);
}
