"use client";

import type { Meeting } from "@connvo/client";
import { api } from "@/lib/api";
import type { Rules } from "@/lib/rules";
import type { Task } from "@/lib/task";
import { Button } from "@/ui/button";

/** Says that I will come, or will not; also to who has said so and thinks again. */
export function AnswerButtons({
  meeting,
  rules,
  task,
  onAnswer,
}: {
  meeting: Meeting;
  rules: Rules | undefined;
  task: Task;
  onAnswer: () => void;
}) {
  const { id, title } = meeting;
  const may = (action: "acceptInvitation" | "declineInvitation") =>
    rules?.refusal(meeting, action) === null;
  const answer = (work: (id: string) => Promise<unknown>) => () =>
    void task
      .run(() => work(id))
      .then((done) => {
        if (done) onAnswer();
      });
  return (
    <>
      {may("acceptInvitation") && meeting.status !== "accepted" && (
        <Button
          small
          look="primary"
          disabled={task.busy}
          aria-label={`Accept ${title}`}
          onClick={answer(api.meetings.accept)}
        >
          Accept
        </Button>
      )}
      {may("declineInvitation") && meeting.status !== "declined" && (
        <Button
          small
          disabled={task.busy}
          aria-label={`Decline ${title}`}
          onClick={answer(api.meetings.decline)}
        >
          Decline
        </Button>
      )}
    </>
  );
}
