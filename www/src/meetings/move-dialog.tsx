"use client";

import type { Meeting, SeriesDate } from "@connvo/client";
import { useState } from "react";
import { useTask } from "@/lib/task";
import { momentAt, ownZone, wallAt } from "@/lib/zone";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { formMessage } from "@/ui/field";
import { Notice } from "@/ui/notice";
import { WallFields } from "./wall-fields";

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
            <WallFields
              wall={wall}
              error={task.error}
              required={{ date: true, time: true }}
              onWall={setWall}
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
