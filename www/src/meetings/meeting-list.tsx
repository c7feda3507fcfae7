"use client";

import type { Meeting } from "@connvo/client";
import { useCallback, useState } from "react";
import { api } from "@/lib/api";
import { useLoad } from "@/lib/load";
import { useRules } from "@/lib/rules";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Empty } from "@/ui/empty";
import { Notice } from "@/ui/notice";
import { CreateForm } from "./create-form";
import { MeetingRow } from "./meeting-row";
import { MeetingsSkeleton } from "./meetings-skeleton";

/** My meetings, newest first, a page at a time. */
export function MeetingList() {
  const rules = useRules();
  const first = useLoad(useCallback(() => api.meetings.list(), []));
  const [more, setMore] = useState<{
    items: Meeting[];
    next: string | null;
  }>();
  const task = useTask();

  if (!first.value) {
    if (!first.error) return <MeetingsSkeleton />;
    return (
      <Notice
        tone="bad"
        action={
          <Button small onClick={first.reload}>
            Try again
          </Button>
        }
      >
        {first.error.message}
      </Notice>
    );
  }
  const meetings = [...first.value.items, ...(more?.items ?? [])];
  const next = more ? more.next : first.value.next;
  const readOn = async (after: string) => {
    const page = await api.meetings.list({ after });
    setMore({
      items: [...(more?.items ?? []), ...page.items],
      next: page.next ?? null,
    });
  };
  return (
    <>
      <CreateForm />
      {meetings.length === 0 ? (
        <Empty icon="note" title="No meetings yet">
          <p>Create one above, or open the link that somebody has sent you.</p>
        </Empty>
      ) : (
        <ul className="meetings" aria-label="My meetings">
          {meetings.map((meeting) => (
            <MeetingRow key={meeting.id} meeting={meeting} rules={rules} />
          ))}
        </ul>
      )}
      {task.error && <Notice tone="bad">{task.error.message}</Notice>}
      {next && (
        <div className="more">
          <Button
            disabled={task.busy}
            onClick={() => void task.run(() => readOn(next))}
          >
            {task.busy ? "Loading…" : "Show older meetings"}
          </Button>
        </div>
      )}
    </>
  );
}
