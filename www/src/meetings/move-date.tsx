"use client";

import type { Meeting } from "@connvo/client";
import { useState } from "react";
import { api } from "@/lib/api";
import { Button } from "@/ui/button";
import { MoveDialog } from "./move-dialog";

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
  const occurrenceAt = meeting.occurrenceAt ?? scheduledAt;
  return (
    <>
      <Button icon="calendar" onClick={() => setAsking(true)}>
        Move this date
      </Button>
      {asking && (
        <MoveDialog
          meeting={meeting}
          date={{ occurrenceAt, scheduledAt }}
          work={async (to) => {
            const changes = { scheduledAt: to, thisDateOnly: true };
            await api.meetings.update(meeting.id, changes);
            onMoved();
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
