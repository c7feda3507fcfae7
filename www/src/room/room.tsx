"use client";

import type { ConnvoError } from "@connvo/client";
import { useLoadError, useNote } from "@connvo/client/react";
import { useEffect, useState } from "react";
import { unreachable } from "@/lib/api";
import { personColor } from "@/lib/person";
import type { Session } from "@/lib/session";
import { NotePanel } from "@/note/note-panel";
import { PeoplePanel } from "@/people/people-panel";
import { TranscriptPanel } from "@/transcript/transcript-panel";
import { NoRoom } from "./no-room";
import { RoomBar } from "./room-bar";
import { RoomSkeleton } from "./room-skeleton";
import { PhoneTabs, SideTabs, type Tab } from "./tabs";
import { useMeeting, useNoteNews } from "./use-meeting";

/** A meeting's room: its note, its transcript, its people. */
export function Room({ id, session }: { id: string; session: Session }) {
  const loadError = useLoadError();
  const info = useMeeting(id, session.userId);
  const noteView = useNote(id, {
    name: session.name,
    color: personColor(session.userId),
  });
  const [tab, setTab] = useState<Tab>("note");
  const [side, setSide] = useState<Tab>("transcript");
  const show = (next: Tab) => {
    setTab(next);
    if (next !== "note") setSide(next);
  };
  const { meeting } = info;

  const { status } = noteView;
  const writable = status?.synced ? status.writable : undefined;
  useNoteNews(info, writable, status?.ended != null, noteView.peers);
  const open = noteView.note !== null;
  useEffect(() => {
    // Asks the browser not to clear what is kept when room is short.
    if (!open || !("storage" in navigator)) return;
    navigator.storage.persist().catch(() => undefined);
  }, [open]);
  useEffect(() => {
    if (meeting) document.title = `${meeting.title} · Connvo`;
  }, [meeting]);

  if (!meeting) {
    if (!info.error) return <RoomSkeleton />;
    return (
      <NoRoom title={whyNot(info.error)} onRetry={info.reload}>
        {info.error.message}
      </NoRoom>
    );
  }
  if (!("role" in meeting)) {
    return (
      <NoRoom title={meeting.title}>
        This meeting is public, and you are not a member of it. Ask its host to
        invite you.
      </NoRoom>
    );
  }
  return (
    <div className="room" data-tab={tab} data-side={side}>
      <RoomBar
        meeting={meeting}
        note={noteView}
        session={session}
        onMeeting={info.put}
      />
      <main id="main" className="room-panels">
        <NotePanel
          meeting={meeting}
          view={noteView}
          loadError={loadError}
          people={info.people}
        />
        <div className="panel side-panel">
          <SideTabs tab={side} onTab={show} />
          <TranscriptPanel
            meeting={meeting}
            plan={info.plan}
            onSpoken={info.reload}
          />
          <PeoplePanel
            meeting={meeting}
            plan={info.plan}
            people={info.people}
            peers={noteView.peers}
            session={session}
            onChange={info.reload}
          />
        </div>
      </main>
      <PhoneTabs tab={tab} onTab={show} />
    </div>
  );
}

/** The heading over an error; its message says the rest. */
function whyNot(error: ConnvoError): string {
  if (unreachable(error)) return "The server cannot be reached";
  const shut = ["FORBIDDEN", "NOT_FOUND", "VALIDATION_ERROR"];
  return shut.includes(error.code)
    ? "You cannot see this meeting"
    : "This meeting cannot be shown just now";
}
