"use client";

import type { Meeting } from "@connvo/client";
import Link from "next/link";
import { MeetingPeople } from "@/invitations/meeting-people";
import { AnswerButtons } from "@/invitations/answer-buttons";
import { useRules } from "@/lib/rules";
import type { Session } from "@/lib/session";
import { useTask } from "@/lib/task";
import { Icon } from "@/ui/icon";
import { Notice } from "@/ui/notice";
import { CalendarButton } from "./calendar-button";
import { CancelButton } from "./cancel-button";
import { editPath, roomPath } from "./link";
import { MoveDate } from "./move-date";
import { PlanFacts } from "./plan-facts";
import { SeriesDates } from "./series-dates";
import { StatePill } from "./state-pill";
import { standingWords } from "./words";

/** A meeting that is to come, runs, or was called off: its plan and its people. */
export function MeetingView({
  meeting,
  session,
  onChange,
}: {
  meeting: Meeting;
  session: Session;
  onChange: () => void;
}) {
  const rules = useRules();
  const task = useTask();
  const { id, state } = meeting;
  const over = state === "cancelled";
  const may = (action: "updateMeeting" | "readParticipants") =>
    rules?.refusal(meeting, action) === null;
  return (
    <div className="columns">
      <section className="card" aria-labelledby="meeting-title">
        <h2 id="meeting-title">{meeting.title}</h2>
        <p className="row-facts">
          <StatePill state={state} />
          <span>{standingWords(meeting)}</span>
        </p>
        {meeting.description && <p className="said">{meeting.description}</p>}
        <PlanFacts meeting={meeting} />
        {task.error && <Notice tone="bad">{task.error.message}</Notice>}
        <div className="card-actions">
          {!over && (
            <Link href={roomPath(id)} className="button button-primary">
              Enter the room
            </Link>
          )}
          <AnswerButtons
            meeting={meeting}
            rules={rules}
            task={task}
            onAnswer={onChange}
          />
          {may("updateMeeting") && (
            <Link href={editPath(id)} className="button">
              <Icon name="edit" />
              Change
            </Link>
          )}
          {may("updateMeeting") && (
            <MoveDate meeting={meeting} onMoved={onChange} />
          )}
          <CalendarButton meeting={meeting} />
          <CancelButton meeting={meeting} rules={rules} onCancel={onChange} />
        </div>
      </section>
      {meeting.rrule !== null && !over && (
        <SeriesDates meeting={meeting} mayChange={may("updateMeeting")} />
      )}
      {may("readParticipants") && (
        <MeetingPeople meeting={meeting} session={session} />
      )}
    </div>
  );
}
