"use client";

import { EditMeeting } from "@/meetings/edit-meeting";
import { MeetingsPage } from "@/meetings/meetings-page";

/** Changing a meeting, `/edit?id=…`. */
export default function EditPage() {
  return (
    <MeetingsPage title="Change the meeting">
      {() => <EditMeeting />}
    </MeetingsPage>
  );
}
