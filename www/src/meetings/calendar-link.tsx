"use client";

import { useState } from "react";
import { api } from "@/lib/api";
import { useLoad } from "@/lib/load";
import { useTask } from "@/lib/task";
import { moment } from "@/lib/time";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { CopyButton } from "@/ui/copy-button";
import { Field } from "@/ui/field";
import { Notice } from "@/ui/notice";

/** The link by which another calendar follows mine: made, shown once, taken back. */
export function CalendarLink() {
  const { value: known, error, reload } = useLoad(api.meetings.calendarLink);
  const task = useTask();
  const [link, setLink] = useState<string>();
  const [asking, setAsking] = useState(false);
  const make = async () => {
    const { path } = await api.meetings.makeCalendarLink();
    setLink(location.origin + path);
    reload();
  };
  const createdAt = known?.createdAt ?? null;
  const failure = task.error ?? error;
  return (
    <section className="card" aria-labelledby="calendar-link">
      <h2 id="calendar-link">Calendar link</h2>
      <p className="muted">
        Your own calendar follows your meetings by a link. Whoever has it can
        read when and with whom you meet.
      </p>
      {createdAt !== null && <p>There is a link since {moment(createdAt)}.</p>}
      {link && (
        <>
          <Field
            label="The link, shown this once"
            pointer=""
            value={link}
            readOnly
            onFocus={(event) => event.target.select()}
          />
          <p>
            <CopyButton text={() => link} label="Copy the link" />
          </p>
        </>
      )}
      {failure && <Notice tone="bad">{failure.message}</Notice>}
      <div className="card-actions">
        <Button
          icon="calendar"
          disabled={task.busy || !known}
          onClick={() => void task.run(make)}
        >
          {createdAt === null ? "Make a link" : "Make another link"}
        </Button>
        {createdAt !== null && (
          <Button look="danger" onClick={() => setAsking(true)}>
            Take it back
          </Button>
        )}
      </div>
      {asking && (
        <Confirm
          title="Take the link back?"
          action="Take it back"
          work={async () => {
            await api.meetings.revokeCalendarLink();
            setLink(undefined);
            reload();
          }}
          onClose={() => setAsking(false)}
        >
          Calendars that follow it get nothing any more.
        </Confirm>
      )}
    </section>
  );
}
