"use client";

import type { Meeting } from "@connvo/client";
import { useState } from "react";
import { api } from "@/lib/api";
import { useRules } from "@/lib/rules";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Notice } from "@/ui/notice";

/** Start and end, for whoever may. */
export function RunButtons({
  meeting,
  onMeeting,
}: {
  meeting: Meeting;
  onMeeting: (meeting: Meeting) => void;
}) {
  const rules = useRules();
  const task = useTask();
  const [ending, setEnding] = useState(false);
  const mayStart = rules?.refusal(meeting, "startMeeting") === null;
  const mayEnd = rules?.refusal(meeting, "endMeeting") === null;
  if (!mayStart && !mayEnd && !ending) return null;
  const advance = async (answer: Promise<Meeting>) => {
    onMeeting(await answer);
    setEnding(false);
  };
  return (
    <>
      {mayStart && (
        <Button
          look="primary"
          icon="play"
          disabled={task.busy}
          onClick={() =>
            void task.run(() => advance(api.meetings.start(meeting.id)))
          }
        >
          Start
        </Button>
      )}
      {mayEnd && (
        <Button look="danger" icon="stop" onClick={() => setEnding(true)}>
          End
        </Button>
      )}
      {task.error && !ending && (
        <Dialog title="That did not work" small onClose={task.clear}>
          <div className="dialog-body">
            <Notice tone="bad">{task.error.message}</Notice>
          </div>
        </Dialog>
      )}
      {ending && (
        <Dialog
          title="End the meeting?"
          small
          onClose={() => {
            setEnding(false);
            task.clear();
          }}
        >
          <div className="dialog-body stack">
            <p>
              It ends for everyone: the transcript stops and the note becomes
              read-only for most. It cannot be started again.
            </p>
            {task.error && <Notice tone="bad">{task.error.message}</Notice>}
          </div>
          <div className="dialog-foot">
            <Button onClick={() => setEnding(false)}>Keep going</Button>
            <Button
              look="danger"
              disabled={task.busy}
              onClick={() =>
                void task.run(() => advance(api.meetings.end(meeting.id)))
              }
            >
              End the meeting
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
