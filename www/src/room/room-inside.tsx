"use client";

import type { ConnvoError, Meeting } from "@connvo/client";
import type { NoteView } from "@connvo/client/react";
import { useState } from "react";
import { ChatPanel } from "@/chat/chat-panel";
import { useRoomChat } from "@/chat/use-room-chat";
import type { Session } from "@/lib/session";
import { NotePanel } from "@/note/note-panel";
import { PeoplePanel } from "@/people/people-panel";
import { useWaiting } from "@/people/use-waiting";
import { TranscriptPanel } from "@/transcript/transcript-panel";
import { RoomBar } from "./room-bar";
import { PhoneTabs, SideTabs, type Marks, type Tab } from "./tabs";
import type { MeetingInfo } from "./use-meeting";
import { useWide } from "./use-wide";

/** The room of a member: note, transcript, chat and people. */
export function RoomInside({
  meeting,
  info,
  note,
  loadError,
  session,
}: {
  meeting: Meeting;
  info: MeetingInfo;
  note: NoteView;
  loadError: ConnvoError | null;
  session: Session;
}) {
  const [tab, setTab] = useState<Tab>("note");
  const [side, setSide] = useState<Tab>("transcript");
  const show = (next: Tab) => {
    setTab(next);
    if (next !== "note") setSide(next);
  };
  const wide = useWide();
  const shown = wide ? side : tab;
  const chat = useRoomChat(meeting.id, session, meeting.role, shown === "chat");
  const waiting = useWaiting(meeting, info.people, info.now);
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
          people={info.people}
        />
        <div className="panel side-panel">
          <SideTabs tab={side} marks={marks} onTab={show} />
          <TranscriptPanel
            meeting={meeting}
            plan={info.plan}
            now={info.now}
            session={session}
            onSpoken={info.reload}
          />
          <ChatPanel
            meeting={meeting}
            view={chat.view}
            people={info.people}
            session={session}
          />
          <PeoplePanel
            meeting={meeting}
            plan={info.plan}
            people={info.people}
            now={info.now}
            peers={note.peers}
            session={session}
            onChange={info.reload}
          />
        </div>
      </main>
      <PhoneTabs tab={tab} marks={marks} onTab={show} />
    </div>
  );
}
