"use client";

import type { ConnvoError } from "@connvo/client";
import { useEffect } from "react";
import { unreachable } from "@/lib/api";
import type { Session } from "@/lib/session";
import { useRules } from "@/lib/rules";
import { belongs } from "@/people/standing";
import { ComeIn } from "./come-in";
import { NoRoom } from "./no-room";
import { RoomInside } from "./room-inside";
import { RoomSkeleton } from "./room-skeleton";
import { useMeeting } from "./use-meeting";

/** A meeting's room, or why there is none to show. */
export function Room({ id, session }: { id: string; session: Session }) {
  const rules = useRules();
  const info = useMeeting(id, session.userId);
  const { meeting } = info;
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
    return <ComeIn meeting={meeting} onMoved={info.reload} />;
  }
  if (!belongs(meeting)) {
    if (!rules) return <RoomSkeleton />;
    if (rules.refusal(meeting, "readNote") !== null) {
      return <ComeIn meeting={meeting} onMoved={info.reload} />;
    }
  }
  return <RoomInside read={meeting} info={info} session={session} />;
}

/** The heading over an error; its message says the rest. */
function whyNot(error: ConnvoError): string {
  if (unreachable(error)) return "The server cannot be reached";
  const shut = ["FORBIDDEN", "NOT_FOUND", "VALIDATION_ERROR"];
  return shut.includes(error.code)
    ? "You cannot see this meeting"
    : "This meeting cannot be shown just now";
}
