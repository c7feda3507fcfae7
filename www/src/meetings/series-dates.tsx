"use client";

import type { Meeting, SeriesDate } from "@connvo/client";
import { useCallback, useState } from "react";
import { api } from "@/lib/api";
import { useLoad } from "@/lib/load";
import { useTask } from "@/lib/task";
import { dated } from "@/lib/time";
import { useOnChange } from "@/lib/use-on-change";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { MoveDialog } from "./move-dialog";

/** How many more dates are shown at a time. */
const SHOWN = 5;

/** The dates of a series after the coming one: each can be moved or called off alone. */
export function SeriesDates({
  meeting,
  mayChange,
}: {
  meeting: Meeting;
  mayChange: boolean;
}) {
  const { id, updatedAt } = meeting;
  const [count, setCount] = useState(SHOWN);
  const { value, error, reload } = useLoad(
    useCallback(
      () => api.meetings.dates(id, { limit: Math.min(count + 1, 100) }),
      [id, count],
    ),
  );
  useOnChange(updatedAt, reload);
  const [kept, setKept] = useState(value);
  if (value && value !== kept) setKept(value);
  const shown = value ?? kept;
  const later = shown?.items.slice(1) ?? [];
  if (later.length === 0 && !error) return null;
  return (
    <section className="card" aria-labelledby="series-dates">
      <h2 id="series-dates">Dates after this one</h2>
      {error && <Notice tone="bad">{error.message}</Notice>}
      <ul aria-label="Dates after this one">
        {later.map((date) => (
          <DateRow
            key={date.occurrenceAt}
            meeting={meeting}
            date={date}
            mayChange={mayChange}
            onChange={reload}
          />
        ))}
      </ul>
      {shown?.next && count < 99 && (
        <Button onClick={() => setCount(count + SHOWN)}>More dates</Button>
      )}
    </section>
  );
}

function DateRow({
  meeting,
  date,
  mayChange,
  onChange,
}: {
  meeting: Meeting;
  date: SeriesDate;
  mayChange: boolean;
  onChange: () => void;
}) {
  const task = useTask();
  const [moving, setMoving] = useState(false);
  const { occurrenceAt, scheduledAt } = date;
  const put = async (to: number | null) => {
    await api.meetings.update(meeting.id, { scheduledAt: to, occurrenceAt });
    onChange();
  };
  const at = dated(scheduledAt ?? occurrenceAt);
  const moved = scheduledAt !== null && scheduledAt !== occurrenceAt;
  return (
    <li className="series-date">
      <div>
        {scheduledAt === null ? <s>{at}</s> : at}
        {scheduledAt === null && <span className="muted"> called off</span>}
        {moved && (
          <span className="muted"> moved from {dated(occurrenceAt)}</span>
        )}
        {task.error && <Notice tone="bad">{task.error.message}</Notice>}
      </div>
      {mayChange && (
        <div className="series-date-actions">
          {scheduledAt !== null && (
            <>
              <Button aria-label={`Move ${at}`} onClick={() => setMoving(true)}>
                Move
              </Button>
              <Button
                aria-label={`Call off ${at}`}
                disabled={task.busy}
                onClick={() => void task.run(() => put(null))}
              >
                Call off
              </Button>
            </>
          )}
          {scheduledAt === null && (
            <Button
              aria-label={`Put back ${at}`}
              disabled={task.busy}
              onClick={() => void task.run(() => put(occurrenceAt))}
            >
              Put back
            </Button>
          )}
        </div>
      )}
      {moving && (
        <MoveDialog
          meeting={meeting}
          date={date}
          work={put}
          onClose={() => setMoving(false)}
        />
      )}
    </li>
  );
}
