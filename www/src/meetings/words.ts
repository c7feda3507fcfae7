import type { Meeting, MeetingType, PublicMeeting } from "@connvo/client";
import { dated, lasting, moment } from "@/lib/time";

/** What a way of coming about is called. */
export const TYPE_WORDS: Record<MeetingType, string> = {
  scheduled: "once",
  recurring: "recurring",
  instant: "instant",
};

/** When a meeting is, was, or was made. */
export function when(meeting: Meeting | PublicMeeting): string {
  if ("role" in meeting) {
    const { endedAt, startedAt } = meeting;
    if (endedAt !== null) return `ended ${moment(endedAt)}`;
    if (startedAt !== null) return `since ${moment(startedAt)}`;
  }
  const { scheduledAt, durationMinutes, createdAt } = meeting;
  if (scheduledAt === null) return `created ${moment(createdAt)}`;
  const long = durationMinutes === null ? "" : `, ${lasting(durationMinutes)}`;
  const isMoved = "role" in meeting && meeting.occurrenceAt !== null;
  return dated(scheduledAt) + long + (isMoved ? ", moved" : "");
}

/** What somebody is to a meeting whom it does not have for sure. */
export function standingWords({ role, status }: Meeting): string {
  if (status === "invited") return `invited as ${role}`;
  if (status === "declined") return "declined";
  if (status === "left") return "left";
  return role;
}
