"use client";

import { MeetingPage } from "@/meetings/meeting-page";
import { MeetingsPage } from "@/meetings/meetings-page";

/** One meeting, `/meeting?id=…`. */
export default function OneMeetingPage() {
  return (
    <MeetingsPage title="Meeting" wide>
      {(session) => <MeetingPage key={session.userId} session={session} />}
    </MeetingsPage>
  );
}
