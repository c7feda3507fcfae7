"use client";

import { useMeetings } from "@connvo/client/react";
import { useCallback, useEffect } from "react";
import { After } from "@/after/after";
import { PublicView } from "@/invitations/public-view";
import { api } from "@/lib/api";
import { useLoad } from "@/lib/load";
import type { Session } from "@/lib/session";
import { useOnChange } from "@/lib/use-on-change";
import { Loading } from "@/ui/loading";
import { MeetingView } from "./meeting-view";

/** One meeting, `/meeting?id=…`: what is planned, and once it has ended what is left
    of it. */
export function MeetingPage({ id, session }: { id: string; session: Session }) {
  const loaded = useLoad(useCallback(() => api.meetings.get(id), [id]));
  const { value, reload } = loaded;
  useOnChange(useMeetings(), reload);
  useEffect(() => {
    if (value) document.title = `${value.title} · Connvo`;
  }, [value]);
  return (
    <Loading of={loaded}>
      {(meeting) => {
        if (!("role" in meeting)) {
          return <PublicView meeting={meeting} onAnswer={reload} />;
        }

        if (meeting.state === "concluded") return <After meeting={meeting} />;
        return (
          <MeetingView meeting={meeting} session={session} onChange={reload} />
        );
      }}
    </Loading>
  );
}
