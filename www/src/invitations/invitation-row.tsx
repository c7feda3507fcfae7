"use client";

import type { Meeting } from "@connvo/client";
import Link from "next/link";
import type { Rules } from "@/lib/rules";
import { useTask } from "@/lib/task";
import { meetingPath } from "@/meetings/link";
import { standingWords, when } from "@/meetings/words";
import { Notice } from "@/ui/notice";
import { AnswerButtons } from "./answer-buttons";

/** A meeting that I am asked to: I accept, or decline. */
export function InvitationRow({
  meeting,
  rules,
  onAnswer,
}: {
  meeting: Meeting;
  rules: Rules | undefined;
  onAnswer: () => void;
}) {
  const task = useTask();
  return (
    <li className="row" data-testid="meeting-invitation">
      <div className="row-words">
        <Link href={meetingPath(meeting.id)} className="row-title row-link">
          {meeting.title}
        </Link>
        <p className="row-facts">
          <span>{when(meeting)}</span>
          <span>{standingWords(meeting)}</span>
        </p>
        {task.error && <Notice tone="bad">{task.error.message}</Notice>}
      </div>
      <div className="row-actions">
        <AnswerButtons
          meeting={meeting}
          rules={rules}
          task={task}
          onAnswer={onAnswer}
        />
      </div>
    </li>
  );
}
