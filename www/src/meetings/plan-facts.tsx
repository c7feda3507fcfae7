import type { Meeting, PublicMeeting } from "@connvo/client";
import type { ReactNode } from "react";
import { dated, lasting } from "@/lib/time";
import { ownZone, wallAt } from "@/lib/zone";
import { inWords } from "./repeat";
import { Tags } from "./tags";

/** What a meeting is planned to be, as a list of facts. */
export function PlanFacts({ meeting }: { meeting: Meeting | PublicMeeting }) {
  const { scheduledAt, timezone, durationMinutes, rrule, settings } = meeting;
  const zone = timezone ?? ownZone();
  const has = [
    settings.transcription && "transcript",
    settings.recording && "recording",
    settings.aiAssistant && "assistant",
  ].filter(Boolean);
  const facts: [string, ReactNode][] = [
    [
      "When",
      scheduledAt === null ? "whenever it is started" : dated(scheduledAt),
    ],
    [
      "Moved from",
      "role" in meeting &&
        meeting.occurrenceAt !== null &&
        dated(meeting.occurrenceAt),
    ],
    ["There", scheduledAt !== null && elsewhere(scheduledAt, zone)],
    ["Length", durationMinutes !== null && lasting(durationMinutes)],
    ["Repeats", rrule !== null && inWords(rrule, zone)],
    ["Most participants", meeting.maxParticipants],
    ["With", has.length > 0 ? has.join(", ") : "no extras"],
    ["Open to", meeting.isPublic ? open(meeting) : "those who are invited"],
    ["Tags", meeting.tags.length > 0 && <Tags tags={meeting.tags} />],
  ];
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value !== false && value !== null)
        .map(([name, value]) => (
          <div key={name}>
            <dt className="muted">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** "09:00, Europe/Lisbon" where that is another hour than here. */
function elsewhere(ms: number, zone: string): string | false {
  const { date, time } = wallAt(ms, zone);
  const here = wallAt(ms, ownZone());
  if (here.date === date && here.time === time) return false;
  return `${time}, ${zone.replaceAll("_", " ")}`;
}

function open({ requiresApproval }: Meeting | PublicMeeting): string {
  return requiresApproval
    ? "anybody whom the host lets in"
    : "anybody who joins";
}
