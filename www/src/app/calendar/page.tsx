"use client";

import { Calendar } from "@/calendar/calendar";
import { MeetingsPage } from "@/meetings/meetings-page";

/** My meetings by day. */
export default function CalendarPage() {
  return (
    <MeetingsPage title="Calendar" wide>
      {({ userId }) => <Calendar key={userId} />}
    </MeetingsPage>
  );
}
