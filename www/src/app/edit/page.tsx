"use client";

import { WithId } from "@/lib/with-id";
import { EditMeeting } from "@/meetings/edit-meeting";
import { MeetingsPage } from "@/meetings/meetings-page";

/** Changing a meeting, `/edit?id=…`. */
export default function EditPage() {
  return (
    <MeetingsPage title="Change the meeting">
      {() => (
        <WithId what="meeting">
          {(id) => <EditMeeting key={id} id={id} />}
        </WithId>
      )}
    </MeetingsPage>
  );
}
