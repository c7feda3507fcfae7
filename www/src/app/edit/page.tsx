"use client";

import { EditMeeting } from "@/meetings/edit-meeting";
import { WithId } from "@/lib/with-id";
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
