"use client";

import { WithId } from "@/lib/with-id";
import { MeetingPage } from "@/meetings/meeting-page";
import { MeetingsPage } from "@/meetings/meetings-page";

/** One meeting, `/meeting?id=…`. */
export default function OneMeetingPage() {
  return (
    <MeetingsPage title="Meeting" wide>
      {(session) => (
        <WithId what="meeting">
          {(id) => (
            <MeetingPage
              key={`${session.userId} ${id}`}
              id={id}
              session={session}
            />
          )}
        </WithId>
      )}
    </MeetingsPage>
  );
}
