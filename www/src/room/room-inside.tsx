"use client";

import type { Meeting } from "@connvo/client";
import { useLoadError, useNote } from "@connvo/client/react";
import { useEffect, useState } from "react";
import { ChatPanel } from "@/chat/chat-panel";
import { useRoomChat } from "@/chat/use-room-chat";
import { personColor } from "@/lib/person";
import type { Session } from "@/lib/session";
import { NotePanel } from "@/note/note-panel";
import { PeoplePanel } from "@/people/people-panel";
import { useWaiting } from "@/people/use-waiting";
import { TranscriptPanel } from "@/transcript/transcript-panel";
import { RefusedCalls } from "./refused-calls";
import { RoomBar } from "./room-bar";
import { PhoneTabs, SideTabs, type Marks, type Tab } from "./tabs";
import { useLive } from "./use-live";
import { useNoteNews, type MeetingInfo } from "./use-meeting";
import { useWide } from "./use-wide";

/** The room of a member: note, transcript, chat and people. */
export function RoomInside({
  read,
  info,
  session,
}: {
  /** The meeting as it was read last. */
  read: Meeting;
  info: MeetingInfo;
  session: Session;
}) {
  const loadError = useLoadError();
  const { meeting, people, now, plan } = useLive(read, info, session.userId);
  const note = useNote(meeting.id, {
    name: session.name,
    color: personColor(session.userId),
  });
  const { status, peers } = note;
  const writable = status?.synced ? status.writable : undefined;
  useNoteNews(people, info.reload, writable, status?.ended != null, peers);
  const open = note.note !== null;
  useEffect(() => {
    // Asks the browser not to clear what is kept when room is short.
    if (!open || !("storage" in navigator)) return;
    navigator.storage.persist().catch(() => undefined);
  }, [open]);

  const [tab, setTab] = useState<Tab>("note");
  const [side, setSide] = useState<Tab>("transcript");
  const show = (next: Tab) => {
    setTab(next);
    if (next !== "note") setSide(next);
  };
  const wide = useWide();
  const shown = wide ? side : tab;
  const chat = useRoomChat(meeting.id, session, meeting.role, shown === "chat");
  const waiting = useWaiting(meeting, people, now);
  const marks: Marks = {
    chat: { count: chat.unread, of: "unread" },
    ...(shown !== "people" && { people: { count: waiting, of: "waiting" } }),
  };
  return (
    <div className="room" data-tab={tab} data-side={side}>
      <RoomBar
        meeting={meeting}
        note={note}
        session={session}
        onMeeting={info.put}
      />
      <main id="main" className="room-panels">
        <NotePanel
          meeting={meeting}
          view={note}
          loadError={loadError}
          people={people}
        />
        <div className="panel side-panel">
          <SideTabs tab={side} marks={marks} onTab={show} />
          <TranscriptPanel
            meeting={meeting}
            plan={plan}
            now={now}
            session={session}
            onSpoken={info.reload}
          />
          <ChatPanel
            meeting={meeting}
            view={chat.view}
            people={people}
            session={session}
          />
          <PeoplePanel
            meeting={meeting}
            plan={plan}
            people={people}
            now={now}
            peers={peers}
            session={session}
            onChange={info.reload}
          />
        </div>
      </main>
      <RefusedCalls />
      <PhoneTabs tab={tab} marks={marks} onTab={show} />
    </div>
  );
}
