"use client";

import type { Meeting } from "@connvo/client";
import type { NoteView } from "@connvo/client/react";
import Link from "next/link";
import type { Session } from "@/lib/session";
import { meetingPath, roomLink } from "@/meetings/link";
import { StatePill } from "@/meetings/state-pill";
import { CopyButton } from "@/ui/copy-button";
import { Icon } from "@/ui/icon";
import { ThemeToggle } from "@/ui/theme-toggle";
import { ConnectionBadge } from "./connection-badge";
import { InTheNote } from "./in-the-note";
import { RunButtons } from "./run-buttons";

/** The head of the room. */
export function RoomBar({
  meeting,
  note,
  session,
  onMeeting,
}: {
  meeting: Meeting;
  note: NoteView;
  session: Session;
  onMeeting: (meeting: Meeting) => void;
}) {
  return (
    <header className="room-bar">
      <Link
        href="/"
        className="button button-quiet button-icon"
        aria-label="Back to my meetings"
        title="Back to my meetings"
      >
        <Icon name="back" />
      </Link>
      <h1 className="room-title" title={meeting.title}>
        {meeting.title}
      </h1>
      <div className="room-facts">
        <StatePill state={meeting.state} />
        <ConnectionBadge note={note.status} />
      </div>
      <div className="room-bar-end">
        <InTheNote peers={note.peers} session={session} />
        <CopyButton
          icon="link"
          iconOnly
          label="Copy the link of this meeting"
          done="Link copied"
          text={() => roomLink(meeting.id)}
        />
        <ThemeToggle />
        {meeting.state === "concluded" && (
          <Link href={meetingPath(meeting.id)} className="button">
            Look back
          </Link>
        )}
        <RunButtons meeting={meeting} onMeeting={onMeeting} />
      </div>
    </header>
  );
}
