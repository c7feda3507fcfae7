"use client";

import type { PublicMeeting } from "@connvo/client";
import { api } from "@/lib/api";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";

/** Comes into a public meeting, or asks to, and waits. */
export function JoinButton({
  meeting,
  onAnswer,
}: {
  meeting: PublicMeeting;
  onAnswer: () => void;
}) {
  const task = useTask();
  const { id, title, requested, requiresApproval } = meeting;
  const word = requiresApproval ? "Ask to join" : "Join";
  const join = async () => {
    await api.meetings.join(id);
    onAnswer();
  };
  const takeBack = async () => {
    await api.meetings.leave(id);
    onAnswer();
  };
  if (requested) {
    return (
      <>
        <p className="pill pill-warn" role="status">
          Waiting to be let in
        </p>
        <Button
          small
          disabled={task.busy}
          aria-label={`Take back: ${title}`}
          onClick={() => void task.run(takeBack)}
        >
          Take back
        </Button>
        {task.error && <Notice tone="bad">{task.error.message}</Notice>}
      </>
    );
  }
  return (
    <>
      <Button
        look="primary"
        disabled={task.busy}
        aria-label={`${word}: ${title}`}
        onClick={() => void task.run(join)}
      >
        {word}
      </Button>
      {task.error && <Notice tone="bad">{task.error.message}</Notice>}
    </>
  );
}
