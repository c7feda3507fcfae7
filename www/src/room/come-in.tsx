"use client";

import type { Meeting, PublicMeeting } from "@connvo/client";
import { useClient, useMeetings } from "@connvo/client/react";
import { useEffect } from "react";
import { useRules } from "@/lib/rules";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { NoRoom } from "./no-room";

/** Before the door of a meeting in which one takes no part: coming in, coming back,
    or asking to. */
export function ComeIn({
  meeting,
  onMoved,
}: {
  meeting: Meeting | PublicMeeting;
  /** The person stands otherwise now. */
  onMoved: () => void;
}) {
  const rules = useRules();
  const client = useClient();
  const task = useTask();
  const mine = useMeetings()?.find(({ id }) => id === meeting.id);
  const stands = mine && `${mine.status} ${mine.role}`;
  const shown = "role" in meeting && `${meeting.status} ${meeting.role}`;
  useEffect(() => {
    if (stands !== undefined && stands !== shown) onMoved();
  }, [stands, shown, onMoved]);

  const closed = meeting.state === "concluded" || meeting.state === "cancelled";
  const may =
    "role" in meeting
      ? rules?.refusal(meeting, "joinMeeting") === null
      : !meeting.requested && !closed;
  const join = async () => {
    await client?.call({ type: "joinMeeting", meetingId: meeting.id });
    onMoved();
  };
  const takeBack = async () => {
    await client?.call({ type: "leaveMeeting", meetingId: meeting.id });
    onMoved();
  };
  return (
    <NoRoom
      title={meeting.title}
      alert={false}
      more={
        <>
          {task.error && <Notice tone="bad">{task.error.message}</Notice>}
          {may && (
            <Button
              look="primary"
              disabled={task.busy || !client}
              onClick={() => void task.run(join)}
            >
              {action(meeting)}
            </Button>
          )}
          {"requested" in meeting && meeting.requested && (
            <Button
              disabled={task.busy || !client}
              onClick={() => void task.run(takeBack)}
            >
              Take the request back
            </Button>
          )}
        </>
      }
    >
      {standing(meeting, closed)}
    </NoRoom>
  );
}

function action(meeting: Meeting | PublicMeeting): string {
  if (!("role" in meeting)) {
    return meeting.requiresApproval ? "Ask to join" : "Join";
  }
  return meeting.status === "left" ? "Join again" : "Join after all";
}

function standing(meeting: Meeting | PublicMeeting, closed: boolean): string {
  if ("role" in meeting) {
    return meeting.status === "left"
      ? "You have left this meeting."
      : "You have said that you will not come to this meeting.";
  }
  if (meeting.requested) {
    return "You have asked to join. This page opens as soon as somebody lets you in.";
  }
  const stranger = "This meeting is public, and you are not a member of it.";
  return closed ? `${stranger} It is over.` : stranger;
}
