"use client";

import { MeetingsPage } from "@/meetings/meetings-page";
import { NewMeeting } from "@/meetings/new-meeting";

/** A new meeting. */
export default function NewPage() {
  return (
    <MeetingsPage title="New meeting">{() => <NewMeeting />}</MeetingsPage>
  );
}
