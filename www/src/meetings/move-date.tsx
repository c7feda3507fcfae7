"use client";

import type { Meeting } from "@connvo/client";
import { useState } from "react";
import { api } from "@/lib/api";
import { useTask } from "@/lib/task";
import { momentAt, ownZone, wallAt } from "@/lib/zone";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, formMessage } from "@/ui/field";
import { Notice } from "@/ui/notice";

/** Moves the coming date of a series to another time; the others stay. */
export function MoveDate({
  meeting,
  onMoved,
}: {
  meeting: Meeting;
  onMoved: () => void;
}) {
  const [asking, setAsking] = useState(false);
  const { rrule, scheduledAt, state } = meeting;
  if (rrule === null || scheduledAt === null || state !== "scheduled") {
    return null;
  }
  return (
    <>
      <Button icon="calendar" onClick={() => setAsking(true)}>
        Move this date
      </Button>
      {asking && (
        <MoveDialog
          meeting={meeting}
          scheduledAt={scheduledAt}
          onMoved={onMoved}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

function MoveDialog({
  meeting,
  scheduledAt,
  onMoved,
  onClose,
}: {
  meeting: Meeting;
  scheduledAt: number;
  onMoved: () => void;
  onClose: () => void;
}) {
  const task = useTask();
  const zone = meeting.timezone ?? ownZone();
  const [wall, setWall] = useState(() => wallAt(scheduledAt, zone));
  const move = async (to: number | null) => {
    const changes = { scheduledAt: to, thisDateOnly: true };
    await api.meetings.update(meeting.id, changes);
    onMoved();
    onClose();
  };
  const message = formMessage(task.error, ["/scheduledAt"]);
  const { occurrenceAt } = meeting;
  return (
    <Dialog title="Move this date" small onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void task.run(() => move(momentAt(wall, zone) ?? null));
        }}
      >
        <div className="dialog-body stack">
          <p>The other dates of {meeting.title} stay as they are.</p>
          <div className="fields fields-small">
            <Field
              label="Date"
              pointer="/scheduledAt"
              error={task.error}
              type="date"
              max="2099-12-31"
              value={wall.date}
              onChange={(event) =>
                setWall({ ...wall, date: event.target.value })
              }
              required
            />
            <Field
              label="Time"
              pointer="/scheduledAt/time"
              type="time"
              value={wall.time}
              onChange={(event) =>
                setWall({ ...wall, time: event.target.value })
              }
              required
            />
          </div>
          {message && <Notice tone="bad">{message}</Notice>}
        </div>
        <div className="dialog-foot">
          {occurrenceAt !== null && (
            <Button
              disabled={task.busy}
              onClick={() => void task.run(() => move(occurrenceAt))}
            >
              Back to its date
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={task.busy}>
            Move
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
