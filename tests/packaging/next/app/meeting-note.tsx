"use client";

import { ConnvoProvider } from "@connvo/client/react";
import { NoteArea } from "./note-area";
import { getToken } from "./token";

/** The provider once, anywhere above; below it the hooks. */
export function MeetingNote({ meetingId }: { meetingId: string }) {
  return (
    <ConnvoProvider token={getToken}>
      <NoteArea meetingId={meetingId} />
    </ConnvoProvider>
  );
}
