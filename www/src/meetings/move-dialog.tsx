"use client";

import type { Meeting, SeriesDate } from "@connvo/client";
import { useState } from "react";
import { useTask } from "@/lib/task";
import { momentAt, ownZone, wallAt } from "@/lib/zone";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, formMessage } from "@/ui/field";
import { Notice } from "@/ui/notice";

/** Asks to which time one date of a series is moved. */
export function MoveDialog({
  meeting,
  date,
  work,
  onClose,
}: {
  meeting: Meeting;
  date: SeriesDate;
  /** Moves it to a moment, in milliseconds since the Unix epoch. */
  work: (to: number) => Promise<unknown>;
  onClose: () => void;
}) {
  const task = useTask();
  const zone = meeting.timezone ?? ownZone();
  const { occurrenceAt } = date;
  const planned = date.scheduledAt ?? occurrenceAt;
  const [wall, setWall] = useState(() => wallAt(planned, zone));
  const move = async (to: number) => {
    await work(to);
    onClose();
  };
  const message = formMessage(task.error, ["/scheduledAt"]);
  return (
    <Dialog title="Move this date" small onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const to = momentAt(wall, zone);
          if (to !== undefined) void task.run(() => move(to));
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
          {planned !== occurrenceAt && (
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
