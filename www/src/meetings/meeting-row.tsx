"use client";

import type { Meeting } from "@connvo/client";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { api } from "@/lib/api";
import type { Rules } from "@/lib/rules";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy-button";
import { Icon } from "@/ui/icon";
import { Notice } from "@/ui/notice";
import { meetingPath, roomLink, roomPath } from "./link";
import { StatePill } from "./state-pill";
import { Tags } from "./tags";
import { standingWords, when } from "./words";

/** One meeting of mine. It leads to its room, and once it is over to what is left
    of it. */
export function MeetingRow({
  meeting,
  rules,
}: {
  meeting: Meeting;
  rules: Rules | undefined;
}) {
  const router = useRouter();
  const task = useTask();
  const { id, title, state } = meeting;
  const mayStart = rules?.refusal(meeting, "startMeeting") === null;
  const over = state === "concluded" || state === "cancelled";
  const start = async () => {
    await api.meetings.start(id);
    router.push(roomPath(id));
  };
  return (
    <li className="meeting" data-testid="meeting">
      <div className="meeting-words">
        <Link
          href={over ? meetingPath(id) : roomPath(id)}
          className="meeting-title"
        >
          {title}
        </Link>
        <p className="meeting-facts">
          <StatePill state={state} />
          <span>{when(meeting)}</span>
          {meeting.type === "recurring" && (
            <span className="with-icon">
              <Icon name="repeat" />
              recurring
            </span>
          )}
          <span>{standingWords(meeting)}</span>
          <Tags tags={meeting.tags} />
        </p>
        {task.error && <Notice tone="bad">{task.error.message}</Notice>}
      </div>
      <div className="meeting-actions">
        {mayStart && (
          <Button
            icon="play"
            disabled={task.busy}
            onClick={() => void task.run(start)}
            aria-label={`Start ${title}`}
          >
            Start
          </Button>
        )}
        {!over && (
          <Link
            href={meetingPath(id)}
            className="button button-quiet button-icon"
            aria-label={`Details of ${title}`}
            title={`Details of ${title}`}
          >
            <Icon name="list" />
          </Link>
        )}
        <CopyButton
          icon="link"
          iconOnly
          label={`Copy the link of ${title}`}
          done="Link copied"
          text={() => roomLink(id)}
        />
      </div>
    </li>
  );
}
