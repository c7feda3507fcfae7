"use client";

import type { Meeting } from "@connvo/client";
import { api } from "@/lib/api";
import { fileName, save } from "@/lib/save";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";

/** Hands a meeting, or all of mine, to the person's own calendar, as a file. */
export function CalendarButton({ meeting }: { meeting?: Meeting }) {
  const task = useTask();
  const take = async () => {
    const name = meeting ? fileName(meeting.title) : "connvo";
    save(`${name}.ics`, await api.meetings.calendar(meeting?.id));
  };
  return (
    <>
      <Button
        icon="calendar"
        disabled={task.busy}
        onClick={() => void task.run(take)}
      >
        {meeting ? "Calendar file" : "All as a calendar file"}
      </Button>
      {task.error && <Notice tone="bad">{task.error.message}</Notice>}
    </>
  );
}
