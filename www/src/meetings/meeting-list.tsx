"use client";

import type { ConnvoError, Meeting, Page } from "@connvo/client";
import { useCallback, useEffect, useState } from "react";
import { api, unreachable } from "@/lib/api";
import { useLoad } from "@/lib/load";
import { useRules } from "@/lib/rules";
import { remembering } from "@/lib/seen";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Empty } from "@/ui/empty";
import { Notice } from "@/ui/notice";
import { CreateForm } from "./create-form";
import { MeetingRow } from "./meeting-row";
import { MeetingsSkeleton } from "./meetings-skeleton";

/** My meetings, newest first, a page at a time; without a network those that
    were seen last. */
export function MeetingList({ userId }: { userId: string }) {
  const rules = useRules();
  const first = useLoad(
    useCallback(() => api.meetings.list(), []),
    remembering<Page<Meeting>>(`${userId}.meetings`),
  );
  useOnline(first.reload);
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
      {first.error && <OldList error={first.error} onRetry={first.reload} />}
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

/** Says that the list below is the one that was seen last. */
function OldList({
  error,
  onRetry,
}: {
  error: ConnvoError;
  onRetry: () => void;
}) {
  return (
    <div className="old-list" role="status">
      <Notice
        tone="warn"
        icon="cloudOff"
        action={
          <Button small onClick={onRetry}>
            Try again
          </Button>
        }
      >
        {unreachable(error)
          ? "You are offline. These are your meetings as last seen; their notes can be written in."
          : `${error.message} These are your meetings as last seen.`}
      </Notice>
    </div>
  );
}

/** Runs `reload` when the device has a network again. */
function useOnline(reload: () => void): void {
  useEffect(() => {
    addEventListener("online", reload);
    return () => removeEventListener("online", reload);
  }, [reload]);
}
