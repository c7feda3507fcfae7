"use client";

import type { Meeting } from "@connvo/client";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { api } from "@/lib/api";
import type { Rules } from "@/lib/rules";
import { useTask } from "@/lib/task";
import { moment } from "@/lib/time";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy-button";
import { Notice } from "@/ui/notice";
import { roomLink, roomPath } from "./link";
import { StatePill } from "./state-pill";

/** One meeting of mine. */
export function MeetingRow({
  meeting,
  rules,
}: {
  meeting: Meeting;
  rules: Rules | undefined;
}) {
  const router = useRouter();
  const task = useTask();
  const mayStart = rules?.refusal(meeting, "startMeeting") === null;
  const start = async () => {
    await api.meetings.start(meeting.id);
    router.push(roomPath(meeting.id));
  };
  return (
    <li className="meeting" data-testid="meeting">
      <div className="meeting-words">
        <Link href={roomPath(meeting.id)} className="meeting-title">
          {meeting.title}
        </Link>
        <p className="meeting-facts">
          <StatePill state={meeting.state} />
          <span>{when(meeting)}</span>
          <span>{meeting.role}</span>
        </p>
        {task.error && <Notice tone="bad">{task.error.message}</Notice>}
      </div>
      <div className="meeting-actions">
        {mayStart && (
          <Button
            icon="play"
            disabled={task.busy}
            onClick={() => void task.run(start)}
            aria-label={`Start ${meeting.title}`}
          >
            Start
          </Button>
        )}
        <CopyButton
          icon="link"
          iconOnly
          label={`Copy the link of ${meeting.title}`}
          done="Link copied"
          text={() => roomLink(meeting.id)}
        />
      </div>
    </li>
  );
}

function when({ startedAt, endedAt, createdAt }: Meeting): string {
  if (endedAt !== null) return `ended ${moment(endedAt)}`;
  if (startedAt !== null) return `since ${moment(startedAt)}`;
  return `created ${moment(createdAt)}`;
}
